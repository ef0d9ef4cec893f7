//! Distinct values, numbered.

use std::collections::HashMap;

use foldhash::quality::RandomState;
use swarmscope_query::aggregate::BucketKey;
use swarmscope_query::document::ValueRef;

/// Numbers values of any type, each once.
#[derive(Debug, Default)]
pub struct Keys {
    texts: HashMap<Box<str>, u32, RandomState>,
    integers: HashMap<i64, u32, RandomState>,
    floats: HashMap<u64, u32, RandomState>,
    booleans: [Option<u32>; 2],
    keys: Vec<BucketKey>,
}

impl Keys {
    /// The number of a value; of a point in time when it is one.
    pub fn number(&mut self, value: ValueRef<'_>, of_dates: bool) -> u32 {
        let next = self.keys.len() as u32;
        let number = match value {
            ValueRef::Text(text) => {
                if let Some(number) = self.texts.get(text) {
                    return *number;
                }
                self.texts.insert(text.into(), next);
                next
            }
            ValueRef::Integer(number) => *self.integers.entry(number).or_insert(next),
            ValueRef::Float(number) => *self.floats.entry(number.to_bits()).or_insert(next),
            ValueRef::Boolean(flag) => *self.booleans[usize::from(flag)].get_or_insert(next),
        };
        if number == next {
            self.keys.push(match value {
                ValueRef::Text(text) => BucketKey::Text(text.to_owned()),
                ValueRef::Integer(number) if of_dates => BucketKey::Instant(number),
                ValueRef::Integer(number) => BucketKey::Integer(number),
                ValueRef::Float(number) => BucketKey::Float(number),
                ValueRef::Boolean(flag) => BucketKey::Boolean(flag),
            });
        }
        number
    }

    /// Our number for a key of another.
    pub fn number_of(&mut self, key: &BucketKey) -> u32 {
        self.number(as_value(key), matches!(key, BucketKey::Instant(_)))
    }

    /// The values in the order of their numbers.
    pub fn all(&self) -> &[BucketKey] {
        &self.keys
    }

    /// The value of a number.
    pub fn key(&self, number: u32) -> &BucketKey {
        &self.keys[number as usize]
    }
}

/// The key as a value, for comparing.
pub fn as_value(key: &BucketKey) -> ValueRef<'_> {
    match key {
        BucketKey::Text(text) => ValueRef::Text(text),
        BucketKey::Integer(number) | BucketKey::Instant(number) => ValueRef::Integer(*number),
        BucketKey::Float(number) => ValueRef::Float(*number),
        BucketKey::Boolean(flag) => ValueRef::Boolean(*flag),
    }
}
