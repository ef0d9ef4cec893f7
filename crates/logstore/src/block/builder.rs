//! Builds a block from documents, parsing each once.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use swarmscope_model::limits::MAX_SEGMENT_COLUMNS;
use swarmscope_query::document::scan::{ScanSink, Scanned, scan};
use swarmscope_query::document::spelling::Spelling;
use swarmscope_query::document::{
    FieldSink, NotADocument, TimeFinder, ValueRef, flatten_slowly, instant_of,
};

use super::column::{ColumnBuilder, Kind};
use super::shape::{Shape, Slot};
use super::sources::SourcesBuilder;
use super::strings::Strings;
use super::{Block, NamedColumn, overflow};

/// A block under construction.
#[derive(Debug, Default)]
pub struct BlockBuilder {
    ids: Strings,
    sources: SourcesBuilder,
    times: Vec<i64>,
    columns: Columns,
}

impl BlockBuilder {
    /// Adds a document. A document that is none leaves no trace.
    ///
    /// # Errors
    /// When the source is no JSON object.
    pub fn push(&mut self, id: &str, source: &str, arrival: i64) -> Result<(), NotADocument> {
        self.columns.begin();
        let mut cutter = Cutter::new(source, &mut self.columns);
        let scanned = scan(source, &mut String::new(), &mut cutter).is_some();
        let cut = cutter.finish();
        if !scanned {
            self.columns.restart();
            if let Err(refused) = flatten_slowly(source.as_bytes(), &mut self.columns) {
                self.columns.restart();
                return Err(refused);
            }
        }
        self.times.push(self.columns.time.time(arrival));
        self.ids.push(id);
        let cut = cut.filter(|_| scanned && !self.columns.spilled);
        match cut.and_then(|cut| Some((self.sources.code(&cut.shape)?, cut.literals))) {
            Some((code, literals)) => {
                self.sources.push(code);
                for literal in literals {
                    self.sources.literal(&source[literal]);
                }
            }
            None => self.sources.push_whole(source),
        }
        self.columns.row += 1;
        Ok(())
    }

    /// How many documents there are.
    pub fn len(&self) -> u32 {
        self.columns.row
    }

    /// `agent_name` of the last document.
    pub fn last_agent(&self) -> &str {
        &self.columns.agent
    }

    /// The block, its sequences and versions still to be given.
    pub fn finish(self) -> Block {
        let rows = self.columns.row;
        let columns = self.columns.own.into_iter();
        Block {
            rows,
            ids: self.ids,
            sources: self.sources.finish(rows),
            sequences: Arc::default(),
            versions: Arc::default(),
            times: Arc::new(self.times),
            columns: columns
                .filter(|(_, _, builder)| !builder.is_empty())
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

/// Takes the values of the document in the current row.
#[derive(Debug)]
struct Columns {
    row: u32,
    own: Vec<(Arc<str>, Kind, ColumnBuilder)>,
    /// The places of a path's columns, by kind.
    places: HashMap<Arc<str>, [Option<u32>; Kind::ALL.len()]>,
    overflow: ColumnBuilder,
    time: TimeFinder,
    agent: String,
    /// Whether a value of the current row is in the overflow column.
    spilled: bool,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            row: 0,
            own: Vec::new(),
            places: HashMap::new(),
            overflow: ColumnBuilder::new(Kind::Text),
            time: TimeFinder::default(),
            agent: String::new(),
            spilled: false,
        }
    }
}

impl Columns {
    fn begin(&mut self) {
        self.time = TimeFinder::default();
        self.agent.clear();
        self.spilled = false;
    }

    fn push(&mut self, path: &str, kind: Kind, value: ValueRef<'_>) {
        let slot = usize::from(kind.code());
        let place = match self.places.get_mut(path) {
            Some(places) => &mut places[slot],
            None if self.own.len() < MAX_SEGMENT_COLUMNS => {
                &mut self.places.entry(Arc::from(path)).or_default()[slot]
            }
            None => &mut None,
        };
        if place.is_none() && self.own.len() < MAX_SEGMENT_COLUMNS {
            *place = u32::try_from(self.own.len()).ok();
            self.own
                .push((Arc::from(path), kind, ColumnBuilder::new(kind)));
        }
        match *place {
            Some(place) => self.own[place as usize].2.push(self.row, value),
            None => {
                self.spilled = true;
                let entry = overflow::entry(path, kind, value);
                self.overflow.push(self.row, ValueRef::Text(&entry));
            }
        }
    }
}

impl FieldSink for Columns {
    fn value(&mut self, path: &str, value: ValueRef<'_>) {
        if let Some(instant) = instant_of(path, value) {
            self.time.see(path, Some(instant));
            self.push(path, Kind::Instant, ValueRef::Integer(instant));
        }
        if path == "agent_name"
            && self.agent.is_empty()
            && let ValueRef::Text(name) = value
        {
            self.agent.push_str(name);
        }
        self.push(path, Kind::of(value), value);
    }

    fn restart(&mut self) {
        let row = self.row;
        for (_, _, builder) in &mut self.own {
            builder.truncate(row);
        }
        self.overflow.truncate(row);
        self.begin();
    }
}

/// A document taken apart.
struct Cut {
    shape: Arc<Shape>,
    literals: Vec<Range<usize>>,
}

/// Cuts a document's values out while they go to their columns.
struct Cutter<'a> {
    source: &'a str,
    columns: &'a mut Columns,
    fragments: Strings,
    slots: Vec<Slot>,
    literals: Vec<Range<usize>>,
    /// Where the last value ended.
    end: usize,
}

impl<'a> Cutter<'a> {
    fn new(source: &'a str, columns: &'a mut Columns) -> Self {
        Self {
            source,
            columns,
            fragments: Strings::default(),
            slots: Vec::new(),
            literals: Vec::new(),
            end: 0,
        }
    }

    /// `None` when the document is better kept as it is.
    fn finish(mut self) -> Option<Cut> {
        self.fragments.push(&self.source[self.end..]);
        if !Shape::is_worthwhile(self.slots.len(), self.fragments.text_bytes()) {
            return None;
        }
        Some(Cut {
            shape: Arc::new(Shape::new(self.fragments, self.slots)?),
            literals: self.literals,
        })
    }
}

impl ScanSink for Cutter<'_> {
    fn value(&mut self, path: &str, start: usize, scanned: Scanned, unescaped: &str) {
        let value = scanned.value.of(self.source, unescaped);
        self.columns.value(path, value);
        self.fragments.push(&self.source[self.end..start]);
        self.slots.push(Slot {
            column: Some((Arc::from(path), Kind::of(value))),
            spelling: scanned.spelling,
        });
        if scanned.spelling == Spelling::Literal {
            self.literals.push(start..scanned.end);
        }
        self.end = scanned.end;
    }
}
