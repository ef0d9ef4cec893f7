//! Templates that were drawn early, and the shapes that they take in.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::words::{ANY, Words, is_value};

/// Templates with variable words, by what stands between their words.
#[derive(Debug, Default)]
pub struct Drawn {
    by_skeleton: HashMap<u64, Vec<DrawnTemplate>, FixedState>,
}

#[derive(Debug)]
struct DrawnTemplate {
    number: u32,
    text: Box<str>,
    words: Words,
}

impl Drawn {
    /// Whether there are none, so that nothing can be taken in.
    pub fn is_empty(&self) -> bool {
        self.by_skeleton.is_empty()
    }

    /// Adds the template of this number.
    pub fn add(&mut self, number: u32, text: &str) {
        let words = Words::of(text);
        let own = self.by_skeleton.entry(words.skeleton).or_default();
        own.push(DrawnTemplate {
            number,
            text: text.into(),
            words,
        });
    }

    /// The numbers of all of them, in order.
    pub fn numbers(&self) -> Vec<u32> {
        let own = self.by_skeleton.values().flatten();
        let mut numbers: Vec<_> = own.map(|template| template.number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The number of the first template that takes in the shape.
    pub fn find(&self, shape: &str) -> Option<u32> {
        let words = Words::of(shape);
        let candidates = self.by_skeleton.get(&words.skeleton)?;
        let takes_in = |template: &&DrawnTemplate| {
            (0..words.len()).all(|column| {
                let own = template.words.get(&template.text, column);
                own == words.get(shape, column)
                    || own == ANY
                    || is_value(own) && is_value(words.get(shape, column))
            })
        };
        candidates.iter().find(takes_in).map(|found| found.number)
    }
}
