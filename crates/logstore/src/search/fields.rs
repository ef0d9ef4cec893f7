//! Which fields documents have, and of what type.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmscope_query::store::{FieldInfo, FieldType};

use super::part::Part;
use crate::block::column::Kind;
use crate::error::SegmentError;

/// What is known of a path.
#[derive(Debug, Default)]
struct Seen {
    texts: u64,
    instants: u64,
    integers: u64,
    floats: u64,
    booleans: u64,
}

/// The fields of the parts, by path.
pub fn fields(parts: &[Part]) -> Result<Vec<FieldInfo>, SegmentError> {
    let mut by_path: BTreeMap<Arc<str>, Seen> = BTreeMap::new();
    for part in parts {
        for column in part.columns(|_, _| true)? {
            let seen = by_path.entry(column.path).or_default();
            match column.kind {
                Kind::Text => seen.texts += column.values,
                Kind::Instant => seen.instants += column.values,
                Kind::Integer => seen.integers += column.values,
                Kind::Float => seen.floats += column.values,
                Kind::Boolean => seen.booleans += column.values,
            }
        }
    }
    Ok(by_path
        .into_iter()
        .map(|(path, seen)| FieldInfo {
            kind: kind(&seen),
            path: path.to_string(),
        })
        .collect())
}

fn kind(seen: &Seen) -> FieldType {
    let numbers = seen.integers + seen.floats;
    let written = seen.texts + numbers + seen.booleans;
    if seen.instants == written && written > 0 {
        FieldType::Date
    } else if seen.texts == written && seen.instants == 0 {
        FieldType::Text
    } else if seen.booleans == written {
        FieldType::Boolean
    } else if numbers == written && seen.floats > 0 {
        FieldType::Double
    } else if numbers == written {
        FieldType::Long
    } else {
        FieldType::Mixed
    }
}
