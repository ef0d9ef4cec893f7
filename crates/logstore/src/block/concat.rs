//! Joins blocks into one, without the rows that were dropped.

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
    let mappings = mappings(inputs.iter().map(|(_, dropped)| *dropped));
    let rows = inputs
        .iter()
        .map(|(block, dropped)| block.rows - dropped.count())
        .sum();
    let mut out = Block {
        rows,
        ids: ids(inputs, &mappings, rows),
        sequences: Arc::new(fixed(inputs, |block| &block.sequences)),
        versions: Arc::new(fixed(inputs, |block| &block.versions)),
        times: Arc::new(fixed(inputs, |block| &block.times)),
        ..Block::default()
    };
    columns(inputs, &mappings, &mut out);
    out.sources = sources(inputs, &out);
    out
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

fn ids(inputs: &[Input<'_>], mappings: &[RowMapping], rows: u32) -> Column {
    let mut ids = ColumnBuilder::new(Kind::Text);
    for ((block, _), mapping) in inputs.iter().zip(mappings) {
        ids.append(&block.ids, mapping);
    }
    ids.finish(rows)
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

/// Of rows whose columns are in `out` already.
fn sources(inputs: &[Input<'_>], out: &Block) -> Sources {
    let columns = out.columns.iter();
    let known: HashSet<(&str, Kind)> = columns.map(|named| (&*named.path, named.kind)).collect();
    let mut sources = SourcesBuilder::default();
    for (block, dropped) in inputs {
        sources.append(block, dropped, |path, kind| {
            known.contains(&(&**path, kind))
        });
    }
    sources.finish(out.rows)
}

/// A column of the output, and what the inputs have for it.
struct Merged<'a> {
    path: &'a Arc<str>,
    kind: Kind,
    values: usize,
    text_bytes: usize,
}

/// The columns of the output, with the place of each.
fn merged<'a>(inputs: &[Input<'a>]) -> (Vec<Merged<'a>>, HashMap<(&'a str, Kind), usize>) {
    let mut merged: Vec<Merged<'a>> = Vec::new();
    let mut places = HashMap::new();
    for named in inputs.iter().flat_map(|(block, _)| &block.columns) {
        let key = (&*named.path, named.kind);
        if !places.contains_key(&key) && merged.len() < MAX_SEGMENT_COLUMNS {
            places.insert(key, merged.len());
            merged.push(Merged {
                path: &named.path,
                kind: named.kind,
                values: 0,
                text_bytes: 0,
            });
        }
        if let Some(place) = places.get(&key) {
            merged[*place].values += named.column.len();
            merged[*place].text_bytes += named.column.text_bytes();
        }
    }
    (merged, places)
}

fn columns(inputs: &[Input<'_>], mappings: &[RowMapping], out: &mut Block) {
    let (merged, places) = merged(inputs);
    // Memory for exactly what comes: the whole memtable is joined like this.
    let mut own: Vec<(&Arc<str>, Kind, ColumnBuilder)> = merged
        .into_iter()
        .map(|column| {
            let builder = ColumnBuilder::with_room(column.kind, column.values, column.text_bytes);
            (column.path, column.kind, builder)
        })
        .collect();
    let mut spilled = Vec::new();
    for ((block, _), mapping) in inputs.iter().zip(mappings) {
        for named in &block.columns {
            match places.get(&(&*named.path, named.kind)) {
                Some(place) => own[*place].2.append(&named.column, mapping),
                None => spill(named, mapping, &mut spilled),
            }
        }
        if let Some(overflow) = &block.overflow {
            for at in 0..overflow.len() {
                if let (Some(row), ValueRef::Text(entry)) =
                    (mapping.map(overflow.row(at)), overflow.value(at))
                {
                    spilled.push((row, entry.to_owned()));
                }
            }
        }
    }
    let kept = own
        .into_iter()
        .filter(|(_, _, builder)| !builder.is_empty());
    out.columns = kept
        .map(|(path, kind, builder)| NamedColumn {
            path: Arc::clone(path),
            kind,
            column: Arc::new(builder.finish(out.rows)),
        })
        .collect();
    out.overflow = overflow_column(spilled, out.rows);
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
