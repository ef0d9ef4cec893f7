//! Pages: some rows of one column, as bytes.

use std::sync::Arc;

use super::codec::{put, put_signed, take, take_bytes, take_signed, take_u32};
use crate::block::column::{Column, Kind, Rows, Values};
use crate::block::strings::Strings;

/// How a column's values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Each value for itself.
    Plain,
    /// Text as places in the column's dictionary.
    Coded,
}

/// Appends the values `range` of a column, whose rows come as they are.
pub fn encode(column: &Column, range: std::ops::Range<usize>, out: &mut Vec<u8>) {
    put(out, range.len() as u64);
    match &column.rows {
        Rows::Dense { first } => {
            out.push(1);
            put(out, u64::from(*first) + range.start as u64);
        }
        Rows::Listed(rows) => {
            out.push(0);
            let mut previous = 0;
            for row in &rows[range.clone()] {
                put(out, u64::from(row - previous));
                previous = *row;
            }
        }
    }
    match &column.values {
        Values::Text(strings) => {
            for at in range.clone() {
                put(out, strings.get(at).len() as u64);
            }
            for at in range {
                out.extend_from_slice(strings.get(at).as_bytes());
            }
        }
        Values::Coded { codes, .. } => {
            for code in &codes[range] {
                // Dictionaries are small; see the writer's limit.
                out.extend_from_slice(&(*code as u16).to_le_bytes());
            }
        }
        Values::Integer(values) => {
            let mut previous = 0_i64;
            for value in &values[range] {
                put_signed(out, value.wrapping_sub(previous));
                previous = *value;
            }
        }
        Values::Float(values) => {
            for value in &values[range] {
                out.extend_from_slice(&value.to_bits().to_le_bytes());
            }
        }
        Values::Boolean(values) => out.extend(values[range].iter().map(|flag| u8::from(*flag))),
    }
}

/// Reads a page; `None` when it is none.
pub fn decode(
    mut bytes: &[u8],
    kind: Kind,
    encoding: Encoding,
    dictionary: Option<&Arc<Strings>>,
) -> Option<Column> {
    let rest = &mut bytes;
    let count = usize::try_from(take(rest)?).ok()?;
    if count > rest.len().checked_mul(8)? + 8 {
        return None;
    }
    let dense = take_bytes(rest, 1)?[0] == 1;
    let rows = if dense {
        Rows::Dense {
            first: take_u32(rest)?,
        }
    } else {
        let mut previous = 0_u32;
        let mut rows = Vec::with_capacity(count);
        for _ in 0..count {
            previous = previous.checked_add(take_u32(rest)?)?;
            rows.push(previous);
        }
        Rows::Listed(rows)
    };
    let values = match (kind, encoding) {
        (_, Encoding::Coded) => {
            let dictionary = Arc::clone(dictionary?);
            let codes: Vec<u32> = take_bytes(rest, count.checked_mul(2)?)?
                .chunks_exact(2)
                .map(|code| u32::from(u16::from_le_bytes([code[0], code[1]])))
                .collect();
            if codes.iter().any(|code| *code as usize >= dictionary.len()) {
                return None;
            }
            Values::Coded { dictionary, codes }
        }
        (Kind::Text, Encoding::Plain) => Values::Text(decode_text(rest, count)?),
        (Kind::Integer | Kind::Instant, _) => {
            let mut previous = 0_i64;
            let mut values = Vec::with_capacity(count);
            for _ in 0..count {
                previous = previous.wrapping_add(take_signed(rest)?);
                values.push(previous);
            }
            Values::Integer(values)
        }
        (Kind::Float, _) => Values::Float(
            take_bytes(rest, count.checked_mul(8)?)?
                .chunks_exact(8)
                .filter_map(|bits| Some(f64::from_bits(u64::from_le_bytes(bits.try_into().ok()?))))
                .collect(),
        ),
        (Kind::Boolean, _) => Values::Boolean(
            take_bytes(rest, count)?
                .iter()
                .map(|flag| *flag == 1)
                .collect(),
        ),
    };
    rest.is_empty().then_some(Column { rows, values })
}

/// Appends strings: their lengths, then their text.
pub fn encode_strings(strings: &Strings, out: &mut Vec<u8>) {
    put(out, strings.len() as u64);
    for text in strings.iter() {
        put(out, text.len() as u64);
    }
    for text in strings.iter() {
        out.extend_from_slice(text.as_bytes());
    }
}

/// Reads strings; `None` when they are none.
pub fn decode_strings(mut bytes: &[u8]) -> Option<Strings> {
    let count = usize::try_from(take(&mut bytes)?).ok()?;
    let strings = decode_text(&mut bytes, count)?;
    bytes.is_empty().then_some(strings)
}

fn decode_text(rest: &mut &[u8], count: usize) -> Option<Strings> {
    let mut end = 0_u32;
    let mut ends = Vec::with_capacity(count.min(rest.len()));
    for _ in 0..count {
        end = end.checked_add(take_u32(rest)?)?;
        ends.push(end);
    }
    let text = String::from_utf8(take_bytes(rest, end as usize)?.to_vec()).ok()?;
    Strings::from_parts(ends, text)
}

/// Joins the pages of a column into one.
pub fn join(pages: Vec<Column>) -> Option<Column> {
    let mut pages = pages.into_iter();
    let mut whole = pages.next()?;
    for page in pages {
        join_rows(&mut whole, &page);
        match (&mut whole.values, page.values) {
            (Values::Coded { codes, .. }, Values::Coded { codes: more, .. }) => codes.extend(more),
            (Values::Integer(values), Values::Integer(more)) => values.extend(more),
            (Values::Float(values), Values::Float(more)) => values.extend(more),
            (Values::Boolean(values), Values::Boolean(more)) => values.extend(more),
            (Values::Text(strings), Values::Text(more)) => {
                for text in more.iter() {
                    strings.push(text);
                }
            }
            _ => return None,
        }
    }
    Some(whole)
}

fn join_rows(whole: &mut Column, page: &Column) {
    let count = whole.len() as u32;
    match (&mut whole.rows, &page.rows) {
        (Rows::Dense { first }, Rows::Dense { first: next }) if *first + count == *next => {}
        (Rows::Listed(rows), Rows::Listed(more)) => rows.extend(more),
        _ => {
            let own = (0..whole.len()).map(|at| whole.row(at));
            let more = (0..page.len()).map(|at| page.row(at));
            whole.rows = Rows::Listed(own.chain(more).collect());
        }
    }
}
