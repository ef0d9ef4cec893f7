//! `ip_range`: a bucket for each range or block of addresses.

use std::net::IpAddr;

use swarmscope_model::limits::MAX_CLAUSES;

use super::super::Parsed;
use super::super::error::{DslErrorKind, Fault};
use super::super::json::{Json, Member, Node};
use super::super::members::object;
use super::{Read, Reported, unsupported};
use crate::aggregate::AggregationKind;
use crate::ast::{Field, Query};
use crate::mapping::addresses::{FIRST, LAST, block, next, place, previous};

const NAME: &str = "ip_range";

/// What is told of a range besides what it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct AddressRange {
    /// The caller's name for it, or the block.
    key: Option<String>,
    from: Option<IpAddr>,
    /// The first address behind it.
    to: Option<IpAddr>,
}

impl AddressRange {
    /// Its ends as text, with their names.
    pub fn ends(&self) -> impl Iterator<Item = (&'static str, String)> {
        let ends = [("from", self.from), ("to", self.to)];
        ends.into_iter()
            .filter_map(|(side, end)| Some((side, shown(end?))))
    }

    /// The name of its bucket.
    pub fn label(&self) -> String {
        let end = |end: Option<IpAddr>| end.map_or_else(|| "*".to_owned(), shown);
        match &self.key {
            Some(key) => key.clone(),
            None => format!("{}-{}", end(self.from), end(self.to)),
        }
    }

    fn query(&self, field: &str) -> Query {
        let Some(last) = self.to.map_or(Some(LAST), previous) else {
            return Query::Nothing;
        };
        Query::Addresses {
            field: Field::Named(field.to_owned()),
            first: self.from.unwrap_or(FIRST),
            last,
        }
    }
}

/// An address as it is told.
fn shown(address: IpAddr) -> String {
    address.to_canonical().to_string()
}

pub(super) fn ip_range(node: &Node) -> Parsed<Read> {
    let (mut field, mut keyed) = (None, false);
    let mut ranges: Vec<AddressRange> = Vec::new();
    for member in object(node, NAME)? {
        match (member.key.as_str(), &member.value.value) {
            ("field", _) => field = Some(member.text(NAME)?),
            ("keyed", _) => keyed = member.boolean(NAME)?,
            ("ranges", Json::Array(items)) if items.len() <= MAX_CLAUSES => {
                let read = items.iter().map(|item| range(item, member));
                ranges = read.collect::<Parsed<_>>()?;
            }
            ("ranges", _) => {
                let reason = format!("expected an array of up to {MAX_CLAUSES} ranges");
                return Err(member.bad(NAME, reason));
            }
            ("missing" | "script", _) => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    if ranges.is_empty() {
        return Err(node.fault(DslErrorKind::NoRanges { kind: NAME }));
    }
    let field = field.ok_or_else(|| {
        let reason = "Required one of fields [field], but none were specified. ".to_owned();
        node.fault(DslErrorKind::Argument { reason })
    })?;
    ranges.sort_by_key(|range| {
        let (from, to) = (range.from.unwrap_or(FIRST), range.to.unwrap_or(LAST));
        (place(from), place(to))
    });
    let kind = AggregationKind::Filters {
        queries: ranges.iter().map(|range| range.query(&field)).collect(),
        others: false,
    };
    Ok((kind, Reported::IpRange { ranges, keyed }))
}

/// One of the ranges that a key has.
fn range(node: &Node, ranges: &Member) -> Parsed<AddressRange> {
    let mut found = AddressRange {
        key: None,
        from: None,
        to: None,
    };
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "key" => found.key = Some(member.text(NAME)?),
            "from" | "to" | "mask" if member.value.value == Json::Null => {}
            "from" => found.from = Some(address(member, ranges)?),
            "to" => found.to = Some(address(member, ranges)?),
            "mask" => {
                let text = member.text(NAME)?;
                let (first, last) = block(&text).map_err(|_| not_an_address(ranges, &text))?;
                // The very first and last address are no ends.
                found.from = Some(first).filter(|first| *first != FIRST);
                found.to = Some(last).filter(|last| *last != LAST).and_then(next);
                found.key.get_or_insert(text);
            }
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    Ok(found)
}

fn address(member: &Member, ranges: &Member) -> Parsed<IpAddr> {
    let text = member.text(NAME)?;
    let (first, last) = block(&text).map_err(|_| not_an_address(ranges, &text))?;
    match first == last {
        true => Ok(first),
        false => Err(not_an_address(ranges, &text)),
    }
}

fn not_an_address(ranges: &Member, text: &str) -> Fault {
    ranges.bad(NAME, format!("'{text}' is not an IP string literal."))
}
