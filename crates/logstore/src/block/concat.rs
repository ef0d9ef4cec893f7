//! Joins blocks into one, without the rows that were dropped: all of it, or column by column for who writes them
//! out and does not need them together.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use swarmscope_model::limits::MAX_SEGMENT_COLUMNS;
use swarmscope_query::document::ValueRef;

use super::column::{Column, ColumnBuilder, Kind, RowMapping};
use super::sources::{Sources, SourcesBuilder};
use super::{Block, NamedColumn, overflow};
use crate::rows::RowSet;

/// A block and the rows of it that are left behind.
pub type Input<'a> = (&'a Block, &'a RowSet);

/// One block of all rows that are kept, in order.
pub fn concat(inputs: &[Input<'_>]) -> Block {
    let joined = Joined::of(inputs);
    Block {
        rows: joined.rows,
        ids: joined.ids(),
        columns: (0..joined.columns.len())
            .map(|at| NamedColumn {
                path: Arc::clone(joined.columns[at].path),
                kind: joined.columns[at].kind,
                column: Arc::new(joined.column(at)),
            })
            .collect(),
        overflow: joined.overflow(),
        sources: joined.sources,
        sequences: Arc::new(joined.sequences),
        versions: Arc::new(joined.versions),
        times: Arc::new(joined.times),
    }
}

/// Blocks as one; its columns are made when they are asked for.
pub struct Joined<'a> {
    inputs: &'a [Input<'a>],
    mappings: Vec<RowMapping>,
    pub(super) rows: u32,
    pub(super) sequences: Vec<i64>,
    pub(super) versions: Vec<i64>,
    pub(super) times: Vec<i64>,
    pub(super) columns: Vec<Merged<'a>>,
    pub(super) sources: Sources,
    /// Columns for which there is no place.
    spilled: Vec<Place>,
}

/// A column of the output, and what the inputs have for it.
pub(super) struct Merged<'a> {
    pub(super) path: &'a Arc<str>,
    pub(super) kind: Kind,
    values: usize,
    text_bytes: usize,
    places: Vec<Place>,
}

/// A column of an input.
#[derive(Debug, Clone, Copy)]
struct Place {
    input: u32,
    column: u32,
}

impl<'a> Joined<'a> {
    /// Of these blocks, in order.
    pub fn of(inputs: &'a [Input<'a>]) -> Self {
        let mappings = mappings(inputs.iter().map(|(_, dropped)| *dropped));
        let kept = inputs
            .iter()
            .map(|(block, dropped)| block.rows - dropped.count());
        let (columns, spilled) = merged(inputs, &mappings);
        let mut joined = Self {
            rows: kept.sum(),
            sequences: fixed(inputs, |block| &block.sequences),
            versions: fixed(inputs, |block| &block.versions),
            times: fixed(inputs, |block| &block.times),
            inputs,
            mappings,
            columns,
            spilled,
            sources: Sources::default(),
        };
        joined.sources = joined.join_sources();
        joined
    }

    /// The ids that clients gave.
    pub fn ids(&self) -> Column {
        let mut ids = ColumnBuilder::new(Kind::Text);
        for ((block, _), mapping) in self.inputs.iter().zip(&self.mappings) {
            ids.append(&block.ids, mapping);
        }
        ids.finish(self.rows)
    }

    /// One of the columns.
    pub fn column(&self, at: usize) -> Column {
        let merged = &self.columns[at];
        // Memory for exactly what comes.
        let mut builder = ColumnBuilder::with_room(merged.kind, merged.values, merged.text_bytes);
        for place in &merged.places {
            builder.append(&self.named(*place).column, self.mapping(*place));
        }
        builder.finish(self.rows)
    }

    /// Values that have no column of their own.
    pub fn overflow(&self) -> Option<Arc<Column>> {
        let mut spilled = Vec::new();
        for place in &self.spilled {
            spill(self.named(*place), self.mapping(*place), &mut spilled);
        }
        for ((block, _), mapping) in self.inputs.iter().zip(&self.mappings) {
            let Some(overflow) = &block.overflow else {
                continue;
            };
            for at in 0..overflow.len() {
                if let (Some(row), ValueRef::Text(entry)) =
                    (mapping.map(overflow.row(at)), overflow.value(at))
                {
                    spilled.push((row, entry.to_owned()));
                }
            }
        }
        overflow_column(spilled, self.rows)
    }

    /// Memory that it would take as a block, roughly.
    pub fn bytes(&self) -> usize {
        let places = self.columns.iter().flat_map(|merged| &merged.places);
        let columns: usize = places.map(|place| self.named(*place).column.bytes()).sum();
        let others = self.inputs.iter().map(|(block, _)| {
            let overflow = block.overflow.as_ref().map_or(0, |column| column.bytes());
            block.ids.bytes() + overflow
        });
        self.rows as usize * 24 + self.sources.bytes() + columns + others.sum::<usize>()
    }

    fn join_sources(&self) -> Sources {
        let columns = self.columns.iter();
        let known: HashSet<(&str, Kind)> = columns
            .map(|merged| (&**merged.path, merged.kind))
            .collect();
        let mut sources = SourcesBuilder::default();
        for (block, dropped) in self.inputs {
            sources.append(block, dropped, |path, kind| {
                known.contains(&(&**path, kind))
            });
        }
        sources.finish(self.rows)
    }

    fn named(&self, place: Place) -> &'a NamedColumn {
        let (block, _) = self.inputs[place.input as usize];
        &block.columns[place.column as usize]
    }

    fn mapping(&self, place: Place) -> &RowMapping {
        &self.mappings[place.input as usize]
    }
}

/// The mapping of each input, one behind the other.
pub fn mappings<'a>(dropped: impl Iterator<Item = &'a RowSet>) -> Vec<RowMapping> {
    let mut base = 0;
    dropped
        .map(|dropped| {
            let mapping = RowMapping::without(base, dropped);
            base += dropped.len() - dropped.count();
            mapping
        })
        .collect()
}

fn fixed<T: Copy>(inputs: &[Input<'_>], of: impl Fn(&Block) -> &Arc<Vec<T>>) -> Vec<T> {
    let mut out = Vec::with_capacity(inputs.iter().map(|(block, _)| of(block).len()).sum());
    for (block, dropped) in inputs {
        if dropped.is_empty() {
            out.extend_from_slice(of(block));
            continue;
        }
        let values = (0..).zip(of(block).iter());
        out.extend(
            values
                .filter(|(row, _)| !dropped.contains(*row))
                .map(|(_, value)| *value),
        );
    }
    out
}

/// The columns of the output, and those that find no place in it. Columns of which no value is kept are neither.
fn merged<'a>(inputs: &'a [Input<'a>], mappings: &[RowMapping]) -> (Vec<Merged<'a>>, Vec<Place>) {
    let mut merged: Vec<Merged<'a>> = Vec::new();
    let mut spilled = Vec::new();
    let mut known: HashMap<(&str, Kind), usize> = HashMap::new();
    for (input, ((block, _), mapping)) in (0..).zip(inputs.iter().zip(mappings)) {
        for (column, named) in (0..).zip(&block.columns) {
            let key = (&*named.path, named.kind);
            let place = Place { input, column };
            if !known.contains_key(&key) && merged.len() < MAX_SEGMENT_COLUMNS {
                known.insert(key, merged.len());
                merged.push(Merged {
                    path: &named.path,
                    kind: named.kind,
                    values: 0,
                    text_bytes: 0,
                    places: Vec::new(),
                });
            }
            match known.get(&key) {
                Some(at) => {
                    let merged = &mut merged[*at];
                    merged.values += mapping.kept(&named.column);
                    merged.text_bytes += named.column.text_bytes();
                    merged.places.push(place);
                }
                None => spilled.push(place),
            }
        }
    }
    merged.retain(|merged| merged.values > 0);
    (merged, spilled)
}

/// Turns the values of a column that finds no place into overflow entries.
pub fn spill(named: &NamedColumn, mapping: &RowMapping, spilled: &mut Vec<(u32, String)>) {
    for at in 0..named.column.len() {
        if let Some(row) = mapping.map(named.column.row(at)) {
            let entry = overflow::entry(&named.path, named.kind, named.column.value(at));
            spilled.push((row, entry));
        }
    }
}

/// The overflow column of these entries.
pub fn overflow_column(mut spilled: Vec<(u32, String)>, rows: u32) -> Option<Arc<Column>> {
    if spilled.is_empty() {
        return None;
    }
    spilled.sort_by_key(|(row, _)| *row);
    let mut builder = ColumnBuilder::new(Kind::Text);
    for (row, entry) in &spilled {
        builder.push(*row, ValueRef::Text(entry));
    }
    Some(Arc::new(builder.finish(rows)))
}
