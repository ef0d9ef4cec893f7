//! Numbers for fields: a path and a kind become one, so that values go to columns without a look at a
//! path.

use std::collections::HashMap;
use std::sync::Arc;

use swarmscope_model::limits::MAX_LEARNED_FIELDS;
use swarmscope_query::document::TIME_FIELDS;

use crate::block::column::Kind;

/// The field that says who a document is from.
const AGENT_NAME: &str = "agent_name";
/// The field that says what a document is about.
const EVENT_TYPE: &str = "event_type";

/// What a field means to the store itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The document's time; the place in [`TIME_FIELDS`].
    Time(usize),
    Agent,
    EventType,
    Other,
}

impl Role {
    fn of(path: &str) -> Self {
        match path {
            AGENT_NAME => Role::Agent,
            EVENT_TYPE => Role::EventType,
            _ => TIME_FIELDS
                .iter()
                .position(|field| *field == path)
                .map_or(Role::Other, Role::Time),
        }
    }
}

/// A field that has a number.
#[derive(Debug)]
pub struct Field {
    pub path: Arc<str>,
    pub kind: Kind,
    pub role: Role,
    /// The number of the same path's points in time.
    pub instants: Option<u32>,
    /// What the last block of some size had of it.
    pub usual: Usual,
}

/// How much a block had of a field.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usual {
    pub rows: usize,
    pub values: usize,
    pub text_bytes: usize,
}

impl Usual {
    /// Blocks with fewer rows tell little about others.
    pub const FEWEST_ROWS: usize = 128;

    /// How much a block with so many rows will have, and an eighth more.
    pub fn of_rows(self, rows: usize) -> Self {
        let scaled = |number: usize| {
            let number = number.saturating_mul(rows) / self.rows.max(1);
            number + number / 8
        };
        Self {
            rows,
            values: scaled(self.values).min(rows),
            text_bytes: scaled(self.text_bytes),
        }
    }

    /// Memory that this takes in a column, roughly.
    pub fn bytes(self) -> usize {
        self.values * size_of::<i64>() + self.text_bytes
    }
}

/// Every field that has a number.
#[derive(Debug, Default)]
pub struct Fields {
    fields: Vec<Field>,
    numbers: HashMap<Arc<str>, [Option<u32>; Kind::ALL.len()]>,
}

impl Fields {
    /// The field of this number.
    pub fn get(&self, number: u32) -> &Field {
        &self.fields[number as usize]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// The number of a field, a new one when it has none; `None` when there are too many.
    pub fn number(&mut self, path: &str, kind: Kind) -> Option<u32> {
        let place = usize::from(kind.code());
        let known = self.numbers.get(path);
        if let Some(number) = known.and_then(|numbers| numbers[place]) {
            return Some(number);
        }
        let role = Role::of(path);
        // What the store itself looks for is found however many others there are.
        if self.fields.len() >= MAX_LEARNED_FIELDS && role == Role::Other && kind != Kind::Instant {
            return None;
        }
        let path = match self.numbers.get_key_value(path) {
            Some((path, _)) => Arc::clone(path),
            None => Arc::from(path),
        };
        let number = self.fields.len() as u32;
        self.numbers.entry(Arc::clone(&path)).or_default()[place] = Some(number);
        self.fields.push(Field {
            path,
            kind,
            role,
            instants: None,
            usual: Usual::default(),
        });
        Some(number)
    }

    /// Notes how much a block had of a field.
    pub fn note(&mut self, number: u32, usual: Usual) {
        self.fields[number as usize].usual = usual;
    }

    /// The number of a field's points in time.
    pub fn instants_of(&mut self, number: u32) -> Option<u32> {
        let field = &self.fields[number as usize];
        if field.instants.is_none() {
            let path = Arc::clone(&field.path);
            self.fields[number as usize].instants = self.number(&path, Kind::Instant);
        }
        self.fields[number as usize].instants
    }
}
