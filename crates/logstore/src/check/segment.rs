//! The indexes of a segment against its data: what sampled rows hold has to be found.

use swarmscope_query::analysis::words;
use swarmscope_query::document::ValueRef;

use crate::block::column::Kind;
use crate::error::SegmentError;
use crate::ids::Salt;
use crate::segment::{Group, Segment};

/// Rows of a group that are looked up, spread evenly, first and last among them.
const SAMPLED_ROWS: u32 = 16;
/// Words of a value that are looked up.
const SAMPLED_WORDS: usize = 8;

/// Looks up samples of every group; gives how many rows that were.
///
/// # Errors
/// When a page cannot be read, or an index does not find what a row holds.
pub fn samples(segment: &Segment, salt: Salt) -> Result<u64, SegmentError> {
    let mut sampled = 0;
    for (place, group) in segment.groups().iter().enumerate() {
        let rows = group.rows();
        let step = (rows / SAMPLED_ROWS).max(1) as usize;
        let chosen = (0..rows).step_by(step).chain(rows.checked_sub(1));
        for row in chosen {
            id(segment, place, group, row, salt)?;
            for column in 0..group.columns().len() {
                column_words(segment, place, group, column, row)?;
            }
            sampled += 1;
        }
    }
    Ok(sampled)
}

fn id(
    segment: &Segment,
    place: usize,
    group: &Group,
    row: u32,
    salt: Salt,
) -> Result<(), SegmentError> {
    let (_, sequence, _) = group.numbers_of(row)?;
    let given = group.id(row)?;
    let id = given.unwrap_or_else(|| salt.id(sequence as u64));
    let found = segment
        .find_id(&id, salt, &|group, found| (group, found) == (place, row))?
        .is_some();
    match found {
        true => Ok(()),
        false => Err(segment.damaged("the id index does not find a document")),
    }
}

fn column_words(
    segment: &Segment,
    place: usize,
    group: &Group,
    column: usize,
    row: u32,
) -> Result<(), SegmentError> {
    let info = &group.columns()[column];
    if info.kind != Kind::Text {
        return Ok(());
    }
    let Some(page) = group.page_with(column, row)? else {
        return Ok(());
    };
    let values = (0..page.len()).filter(|at| page.row(*at) == row);
    for at in values {
        let ValueRef::Text(text) = page.value(at) else {
            continue;
        };
        for word in words(text).take(SAMPLED_WORDS) {
            let found = segment.rows_with_words(place, info.indexing, &[word.to_string()])?;
            if found.is_some_and(|rows| !rows.contains(row)) {
                return Err(segment.damaged("the token index does not find a word of a document"));
            }
        }
    }
    Ok(())
}
