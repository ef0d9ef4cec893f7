//! Pages: some rows of one column, as bytes.
//!
//! A page is the number of its values, their rows, then the values in the encoding of their kind. Texts
//! that repeat within their page are stored once there, with the places of the others behind them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use foldhash::fast::RandomState;

use super::codec::text::{self, TextDictionary, TextEncoder, TextPage};
use super::codec::{booleans, floats, integers};
use crate::block::column::{Column, Kind, Rows, Values};
use crate::block::strings::Strings;
use crate::varint::{put, put_prefixed, take, take_bytes, take_prefixed, take_u32};

/// Rows are listed, or follow each other from the first.
const LISTED: u8 = 0;
const DENSE: u8 = 1;
/// Texts one after the other, or distinct ones and places among them.
pub(super) const TEXTS: u8 = 0;
pub(super) const DISTINCT: u8 = 1;

/// What pages of one column share while they are written.
pub struct Shared<'a> {
    pub texts: &'a mut TextEncoder,
    /// Receives the hashes of the words in the page.
    pub tokens: &'a mut Vec<u32>,
}

/// Appends the values `range` of a column, whose rows come as they are.
pub fn encode(column: &Column, range: Range<usize>, shared: &mut Shared<'_>, out: &mut Vec<u8>) {
    put(out, range.len() as u64);
    match &column.rows {
        Rows::Dense { first } => {
            out.push(DENSE);
            put(out, u64::from(*first) + range.start as u64);
        }
        Rows::Listed(rows) => {
            out.push(LISTED);
            prefixed(out, |out| integers::encode_u32(&rows[range.clone()], out));
        }
    }
    match &column.values {
        Values::Text(strings) => encode_texts(strings, range, shared, out),
        Values::Coded { codes, .. } => {
            let mut own = Vec::with_capacity(range.len());
            codes.each(range, |code| own.push(code as u32));
            integers::encode_u32(&own, out);
        }
        Values::Integer(values) => integers::encode(&values[range], out),
        Values::Float(values) => floats::encode(&values[range], out),
        Values::Boolean(values) => booleans::encode(&values[range], out),
    }
}

fn encode_texts(
    strings: &Strings,
    range: Range<usize>,
    shared: &mut Shared<'_>,
    out: &mut Vec<u8>,
) {
    if let Some((distinct, codes)) = repeated(strings, range.clone()) {
        out.push(DISTINCT);
        prefixed(out, |out| {
            let distinct: Strings = distinct.iter().map(|at| strings.get(*at)).collect();
            let all = 0..distinct.len();
            shared.texts.page(&distinct, all, out, shared.tokens);
        });
        integers::encode_u32(&codes, out);
        return;
    }
    out.push(TEXTS);
    shared.texts.page(strings, range, out, shared.tokens);
}

/// The places of distinct texts and the code of each, when enough of them repeat.
fn repeated(strings: &Strings, range: Range<usize>) -> Option<(Vec<usize>, Vec<u32>)> {
    let limit = range.len() * 3 / 4;
    // Texts that hardly repeat at the beginning will not later, and finding out costs.
    let probe = (range.len() / 8).max(32);
    let mut places: HashMap<&str, u32, RandomState> =
        HashMap::with_capacity_and_hasher(probe, RandomState::default());
    let (mut distinct, mut codes) = (Vec::new(), Vec::with_capacity(range.len()));
    for at in range {
        let next = distinct.len() as u32;
        let code = *places.entry(strings.get(at)).or_insert(next);
        if code == next {
            distinct.push(at);
            if distinct.len() > limit {
                return None;
            }
        }
        codes.push(code);
        if codes.len() == probe && distinct.len() * 16 > probe * 15 {
            return None;
        }
    }
    Some((distinct, codes))
}

fn prefixed(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut own = Vec::new();
    write(&mut own);
    put_prefixed(out, &own);
}

/// What pages of one column share while they are read.
#[derive(Debug, Clone)]
pub enum Dictionary {
    /// Nothing.
    None,
    /// The texts of a coded column.
    Coded(Arc<Strings>),
    /// The fragments of texts in pages.
    Fragments(Arc<TextDictionary>),
}

/// How many values a page has, and their rows.
pub(super) fn take_rows(rest: &mut &[u8]) -> Option<(usize, Rows)> {
    let count = usize::try_from(take(rest)?).ok()?;
    let rows = match take_bytes(rest, 1)?[0] {
        DENSE => {
            let first = take_u32(rest)?;
            first.checked_add(u32::try_from(count).ok()?)?;
            Rows::Dense { first }
        }
        LISTED => {
            let rows = integers::decode_u32(take_prefixed(rest)?)?;
            (rows.len() == count && rows.is_sorted()).then_some(())?;
            Rows::Listed(rows)
        }
        _ => return None,
    };
    Some((count, rows))
}

/// Reads a page; `None` when it is none.
pub fn decode(mut bytes: &[u8], kind: Kind, dictionary: &Dictionary) -> Option<Column> {
    let rest = &mut bytes;
    let (count, rows) = take_rows(rest)?;
    let values = match (kind, dictionary) {
        (_, Dictionary::Coded(dictionary)) => coded(Arc::clone(dictionary), rest)?,
        (Kind::Text, Dictionary::Fragments(fragments)) => decode_texts(rest, fragments)?,
        (Kind::Text, Dictionary::None) => return None,
        (Kind::Integer | Kind::Instant, _) => Values::Integer(integers::decode(rest)?),
        (Kind::Float, _) => Values::Float(floats::decode(rest)?),
        (Kind::Boolean, _) => Values::Boolean(booleans::decode(rest)?),
    };
    let column = Column { rows, values };
    (column.len() == count).then_some(column)
}

/// The different texts of a page on which every text is a UUID in lower case and nothing else; `None` of other
/// pages. Rows and places are not looked at.
pub fn distinct_uuids(page: &Bytes, fragments: &TextDictionary) -> Option<Vec<[u8; 16]>> {
    let mut rest = &page[..];
    take(&mut rest)?;
    match take_bytes(&mut rest, 1)?[0] {
        DENSE => {
            take_u32(&mut rest)?;
        }
        _ => {
            take_prefixed(&mut rest)?;
        }
    }
    let texts = match take_bytes(&mut rest, 1)?[0] {
        DISTINCT => take_prefixed(&mut rest)?,
        _ => rest,
    };
    TextPage::take(page.slice_ref(texts))?.distinct_uuids(fragments)
}

/// Reads one number of a page of numbers; `None` when it is none or has fewer.
pub fn decode_number(mut bytes: &[u8], at: usize) -> Option<i64> {
    let (count, _) = take_rows(&mut bytes)?;
    (at < count).then(|| integers::get(bytes, at))?
}

fn coded(dictionary: Arc<Strings>, bytes: &[u8]) -> Option<Values> {
    let codes = integers::decode_u32(bytes)?;
    let known = dictionary.len();
    codes
        .iter()
        .all(|code| (*code as usize) < known)
        .then(|| Values::Coded {
            dictionary,
            codes: codes.into(),
        })
}

fn decode_texts(rest: &mut &[u8], fragments: &TextDictionary) -> Option<Values> {
    match take_bytes(rest, 1)?[0] {
        TEXTS => Some(Values::Text(text::decode_page(rest, fragments)?)),
        DISTINCT => {
            let distinct = text::decode_page(take_prefixed(rest)?, fragments)?;
            coded(Arc::new(distinct), rest)
        }
        _ => None,
    }
}

/// Appends the texts of a dictionary, with the fragments that they are made of.
pub fn encode_dictionary(strings: &Strings, out: &mut Vec<u8>) {
    let (mut encoder, mut unused) = (TextEncoder::without_words(), Vec::new());
    let mut page = Vec::new();
    encoder.page(strings, 0..strings.len(), &mut page, &mut unused);
    prefixed(out, |out| encoder.finish(out));
    out.extend_from_slice(&page);
}

/// Reads the texts of a dictionary; `None` when they are none.
pub fn decode_dictionary(mut bytes: &[u8]) -> Option<Strings> {
    let fragments = TextDictionary::decode(take_prefixed(&mut bytes)?)?;
    text::decode_page(bytes, &fragments)
}

/// Joins the pages of a column into one.
pub fn join(pages: Vec<Column>) -> Option<Column> {
    let same_dictionary = pages
        .windows(2)
        .all(|pair| match (&pair[0].values, &pair[1].values) {
            (Values::Coded { dictionary: a, .. }, Values::Coded { dictionary: b, .. }) => {
                Arc::ptr_eq(a, b)
            }
            (Values::Text(_), Values::Coded { .. }) | (Values::Coded { .. }, Values::Text(_)) => {
                false
            }
            _ => true,
        });
    let mut pages = pages.into_iter();
    let mut whole = pages.next()?;
    if !same_dictionary {
        whole.values = Values::Text(texts(&whole));
    }
    for page in pages {
        join_rows(&mut whole, &page);
        match (&mut whole.values, page.values) {
            (Values::Coded { codes, .. }, Values::Coded { codes: more, .. }) => codes.append(more),
            (Values::Integer(values), Values::Integer(more)) => values.extend(more),
            (Values::Float(values), Values::Float(more)) => values.extend(more),
            (Values::Boolean(values), Values::Boolean(more)) => values.extend(more),
            (Values::Text(strings), Values::Text(more)) => strings.append(&more),
            (Values::Text(strings), Values::Coded { dictionary, codes }) => {
                codes.each(0..codes.len(), |code| strings.push(dictionary.get(code)));
            }
            _ => return None,
        }
    }
    Some(whole)
}

/// The texts of a column of text, one by one.
fn texts(column: &Column) -> Strings {
    match &column.values {
        Values::Text(strings) => strings.clone(),
        Values::Coded { dictionary, codes } => {
            let mut strings = Strings::default();
            codes.each(0..codes.len(), |code| strings.push(dictionary.get(code)));
            strings
        }
        _ => Strings::default(),
    }
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
