//! Options of a search's body, one by one: how far it counts, where it goes on, which part of the documents it is about.

use swarmscope_model::limits::{MAX_INDEX_BOOSTS, MAX_SLICES};

use super::Parsed;
use super::error::DslErrorKind;
use super::json::{Json, Member, Node};
use super::members::{object, one_or_many};
use crate::store::{SortValue, TrackTotal};

/// 0 is no end.
pub(super) fn terminate_after(member: &Member) -> Parsed<Option<u64>> {
    match u64::try_from(member.integer()?) {
        Ok(enough) => Ok(Some(enough).filter(|enough| *enough > 0)),
        Err(_) => Err(member.value.fault(DslErrorKind::TerminateAfter)),
    }
}

/// `[{"logs-*": 2}, …]`, or all in one object.
pub(super) fn index_boosts(node: &Node) -> Parsed<Vec<(String, f32)>> {
    const NAME: &str = "indices_boost";
    let mut boosts = Vec::new();
    for item in one_or_many(node) {
        let members = object(item, NAME)?;
        if matches!(node.value, Json::Array(_)) && members.len() != 1 {
            let expected = "exactly one index with its boost";
            let (found, expected) = (item.token(), expected);
            return Err(item.fault(DslErrorKind::ExpectedOneOf { expected, found }));
        }
        for member in members {
            boosts.push((member.key.clone(), member.number(NAME)?));
        }
    }
    if boosts.len() > MAX_INDEX_BOOSTS {
        let reason = format!(
            "[{NAME}] names [{}] indices, and no more than [{MAX_INDEX_BOOSTS}] can be: use a pattern",
            boosts.len()
        );
        return Err(node.fault(DslErrorKind::Argument { reason }));
    }
    Ok(boosts)
}

pub(super) fn total(member: &Member) -> Parsed<TrackTotal> {
    match member.value.text().as_deref() {
        Some("true") => Ok(TrackTotal::Exactly),
        Some("false") => Ok(TrackTotal::No),
        _ => match member.integer()? {
            -1 => Ok(TrackTotal::Exactly),
            limit => match u64::try_from(limit) {
                Ok(limit) => Ok(TrackTotal::UpTo(limit)),
                Err(_) => {
                    let kind = DslErrorKind::Negative {
                        name: "track_total_hits",
                        found: limit,
                    };
                    Err(member.value.fault(kind))
                }
            },
        },
    }
}

pub(super) fn after(node: &Node) -> Parsed<Vec<SortValue>> {
    if !matches!(node.value, Json::Array(_)) {
        return Err(node.fault(DslErrorKind::ExpectedOneOf {
            expected: "START_ARRAY",
            found: node.token(),
        }));
    }
    Ok(one_or_many(node).iter().map(Node::scalar).collect())
}

/// A point in time as a search names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointInTime {
    pub id: String,
    /// For how long it is to be kept from now on.
    pub keep_alive: Option<String>,
}

pub(super) fn point(node: &Node) -> Parsed<PointInTime> {
    let (mut id, mut keep_alive) = (None, None);
    for member in object(node, "pit")? {
        match member.key.as_str() {
            "id" => id = Some(member.text("pit")?),
            "keep_alive" => keep_alive = Some(member.text("pit")?),
            _ => return Err(member.unknown_in("pit")),
        }
    }
    match id {
        Some(id) => Ok(PointInTime { id, keep_alive }),
        None => Err(node.fault(DslErrorKind::NoPoint)),
    }
}

pub(super) fn slice(node: &Node) -> Parsed<(u64, u64)> {
    let (mut id, mut max) = (0, 0);
    for member in object(node, "slice")? {
        match member.key.as_str() {
            "id" => id = member.count("id")? as u64,
            "max" => {
                max = member.count("max")? as u64;
                if max <= id || !(2..=MAX_SLICES).contains(&max) {
                    let reason = format!("max must be greater than id, and from 2 to {MAX_SLICES}");
                    return Err(member.bad("slice", reason));
                }
            }
            // Which way the documents are divided is ours to choose.
            "field" => {}
            _ => return Err(member.unknown_in("slice")),
        }
    }
    if id >= max {
        return Err(node.fault(DslErrorKind::BadField {
            object: "slice".to_owned(),
            field: "max".to_owned(),
            reason: "max must be greater than id".to_owned(),
        }));
    }
    Ok((id, max))
}
