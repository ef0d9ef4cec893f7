//! Builds a block from documents, parsing each once.

use std::collections::HashMap;
use std::sync::Arc;

use swarmscope_model::limits::MAX_SEGMENT_COLUMNS;
use swarmscope_query::document::{
    FieldSink, NotADocument, TimeFinder, ValueRef, flatten, instant_of,
};

use super::column::{ColumnBuilder, Kind};
use super::strings::Strings;
use super::{Block, NamedColumn, overflow};

/// A block under construction.
#[derive(Debug, Default)]
pub struct BlockBuilder {
    ids: Strings,
    sources: Strings,
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
        if let Err(refused) = flatten(source.as_bytes(), &mut self.columns) {
            self.columns.restart();
            return Err(refused);
        }
        self.times.push(self.columns.time.time(arrival));
        self.ids.push(id);
        self.sources.push(source);
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
            sources: self.sources,
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
        }
    }
}

impl Columns {
    fn begin(&mut self) {
        self.time = TimeFinder::default();
        self.agent.clear();
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
