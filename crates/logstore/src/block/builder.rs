//! Builds a block from documents, parsing each once.

use std::sync::Arc;

use swarmscope_model::limits::MAX_SEGMENT_COLUMNS;
use swarmscope_query::document::{NotADocument, TIME_FIELDS, ValueRef, instant_of};

use super::column::{ColumnBuilder, Kind};
use super::learner::{Fields, Learner, Reading, Role, Usual};
use super::sources::SourcesBuilder;
use super::{Block, NamedColumn, overflow};

/// A block under construction. All its documents are read by one learner.
#[derive(Debug)]
pub struct BlockBuilder {
    ids: ColumnBuilder,
    sources: SourcesBuilder,
    /// By the learner's number of the shape, its code here.
    codes: Vec<Option<u32>>,
    times: Vec<i64>,
    columns: Columns,
    about: About,
    reading: Reading,
}

impl Default for BlockBuilder {
    fn default() -> Self {
        Self {
            ids: ColumnBuilder::new(Kind::Text),
            sources: SourcesBuilder::default(),
            codes: Vec::new(),
            times: Vec::new(),
            columns: Columns::default(),
            about: About::default(),
            reading: Reading::default(),
        }
    }
}

/// What the store itself wants to know of the document that was added last.
#[derive(Debug, Default)]
pub struct About {
    /// Its first `agent_name` that is a text.
    pub agent: String,
    /// Its first `event_type` that is a text.
    pub event_type: String,
}

impl BlockBuilder {
    /// For so many documents of so many bytes together: columns get memory for what blocks before this one had of
    /// them, so that they are not copied while they grow.
    pub fn with_room(documents: usize, bytes: usize) -> Self {
        let mut builder = Self {
            times: Vec::with_capacity(documents),
            ..Self::default()
        };
        (builder.columns.expected, builder.columns.room) = (documents, bytes);
        builder
    }

    /// Tells the learner how much there is of each field.
    pub fn teach(&self, learner: &mut Learner) {
        let rows = self.columns.row as usize;
        if rows < Usual::FEWEST_ROWS {
            return;
        }
        for (number, place) in (0..).zip(&self.columns.places) {
            if let Place::Column(place) = place {
                let (_, _, column) = &self.columns.own[*place as usize];
                let usual = Usual {
                    rows,
                    values: column.len(),
                    text_bytes: column.text_bytes(),
                };
                learner.fields.note(number, usual);
            }
        }
    }

    /// Adds a document, with the id that its client gave. A document that is none leaves no trace.
    ///
    /// # Errors
    /// When the source is no JSON object.
    pub fn push(
        &mut self,
        learner: &mut Learner,
        id: Option<&str>,
        source: &str,
        arrival: i64,
    ) -> Result<(), NotADocument> {
        let mut reading = std::mem::take(&mut self.reading);
        let outcome = learner.read(source, &mut reading);
        if outcome.is_ok() {
            self.add(learner, id, source, arrival, &reading);
        }
        self.reading = reading;
        outcome
    }

    fn add(
        &mut self,
        learner: &mut Learner,
        id: Option<&str>,
        source: &str,
        arrival: i64,
        reading: &Reading,
    ) {
        let time = self.values(&mut learner.fields, source, reading);
        self.times.push(time.unwrap_or(arrival));
        if let Some(id) = id {
            self.ids.push(self.columns.row, ValueRef::Text(id));
        }
        let shape = reading.shape.filter(|_| !self.columns.has_spilled);
        match shape.and_then(|shape| self.code(learner, shape)) {
            Some(code) => {
                self.sources.push(code);
                for literal in &reading.literals {
                    self.sources.literal(&source[literal.clone()]);
                }
            }
            None => self.sources.push_whole(source),
        }
        self.columns.row += 1;
    }

    /// Puts the values into their columns; gives the time that they tell.
    fn values(&mut self, fields: &mut Fields, source: &str, reading: &Reading) -> Option<i64> {
        self.about.agent.clear();
        self.about.event_type.clear();
        self.columns.has_spilled = false;
        let mut times = [None; TIME_FIELDS.len()];
        for found in &reading.found {
            let value = found.value.of(source, &reading.unescaped);
            let field = fields.get(found.field);
            match field.role {
                Role::Agent => note(&mut self.about.agent, value),
                Role::EventType => note(&mut self.about.event_type, value),
                Role::Time(_) | Role::Other => {}
            }
            if let Some(instant) = instant_of(&field.path, value) {
                if let Role::Time(place) = field.role {
                    times[place] = times[place].or(Some(instant));
                }
                if let Some(instants) = fields.instants_of(found.field) {
                    let instant = ValueRef::Integer(instant);
                    self.columns.push(fields, instants, instant);
                }
            }
            self.columns.push(fields, found.field, value);
        }
        for entry in &reading.spilled {
            self.columns.spill(entry);
        }
        let [first, second] = times;
        first.or(second)
    }

    /// The code of a shape; `None` when the block has too many.
    fn code(&mut self, learner: &Learner, shape: u32) -> Option<u32> {
        let place = shape as usize;
        if self.codes.len() <= place {
            self.codes.resize(place + 1, None);
        }
        if self.codes[place].is_none() {
            self.codes[place] = self.sources.code(learner.shape(shape));
        }
        self.codes[place]
    }

    /// How many documents there are.
    pub fn len(&self) -> u32 {
        self.columns.row
    }

    /// About the last document.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The block, its sequences and versions still to be given.
    pub fn finish(self) -> Block {
        let rows = self.columns.row;
        let columns = self.columns.own.into_iter();
        Block {
            rows,
            ids: self.ids.finish(rows),
            sources: self.sources.finish(rows),
            sequences: Arc::default(),
            versions: Arc::default(),
            times: Arc::new(self.times),
            columns: columns
                .map(|(path, kind, builder)| NamedColumn {
                    path,
                    kind,
                    column: Arc::new(builder.finish(rows)),
                })
                .collect(),
            overflow: (!self.columns.overflow.is_empty())
                .then(|| Arc::new(self.columns.overflow.finish(rows))),
        }
    }
}

/// Keeps the first text.
fn note(kept: &mut String, value: ValueRef<'_>) {
    if let (true, ValueRef::Text(text)) = (kept.is_empty(), value) {
        kept.push_str(text);
    }
}

/// Takes the values of the documents, row by row.
#[derive(Debug)]
struct Columns {
    row: u32,
    own: Vec<(Arc<str>, Kind, ColumnBuilder)>,
    /// By the learner's number of the field.
    places: Vec<Place>,
    overflow: ColumnBuilder,
    /// Whether a value of the current row is in the overflow column.
    has_spilled: bool,
    /// How many rows there will be, as far as is known, and bytes that may be taken for them ahead.
    expected: usize,
    room: usize,
}

/// Where a field's values go.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// There has been none yet.
    Open,
    Column(u32),
    Overflow,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            row: 0,
            own: Vec::new(),
            places: Vec::new(),
            overflow: ColumnBuilder::new(Kind::Text),
            has_spilled: false,
            expected: 0,
            room: 0,
        }
    }
}

impl Columns {
    fn push(&mut self, fields: &Fields, number: u32, value: ValueRef<'_>) {
        let place = self.places.get(number as usize).copied();
        let place = match place {
            Some(place @ (Place::Column(_) | Place::Overflow)) => place,
            _ => self.open(fields, number),
        };
        match place {
            Place::Column(place) => self.own[place as usize].2.push(self.row, value),
            _ => {
                let field = fields.get(number);
                self.spill(&overflow::entry(&field.path, field.kind, value));
            }
        }
    }

    fn spill(&mut self, entry: &str) {
        self.has_spilled = true;
        self.overflow.push(self.row, ValueRef::Text(entry));
    }

    /// Finds a place for a field that has none.
    fn open(&mut self, fields: &Fields, number: u32) -> Place {
        if self.places.len() < fields.len() {
            self.places.resize(fields.len(), Place::Open);
        }
        let place = if self.own.len() < MAX_SEGMENT_COLUMNS {
            let field = fields.get(number);
            let usual = field.usual.of_rows(self.expected);
            let builder = match self.room.checked_sub(usual.bytes()) {
                Some(room) => {
                    self.room = room;
                    ColumnBuilder::with_room(field.kind, usual.values, usual.text_bytes)
                }
                None => ColumnBuilder::new(field.kind),
            };
            self.own
                .push((Arc::clone(&field.path), field.kind, builder));
            Place::Column(self.own.len() as u32 - 1)
        } else {
            Place::Overflow
        };
        self.places[number as usize] = place;
        place
    }
}
