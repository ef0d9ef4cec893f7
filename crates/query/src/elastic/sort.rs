//! `sort`: what hits are ordered by.

use super::Parsed;
use super::error::{DslErrorKind, Fault};
use super::json::{Json, Member, Node};
use super::members::one_or_many;
use crate::aggregate::Direction;
use crate::datemath::Format;
use crate::store::{Missing, SortKey, SortMode};

/// What is sorted by, and how the values of dates are shown and read, key by key.
#[derive(Debug, Clone, Default)]
pub(super) struct Sort {
    pub keys: Vec<SortKey>,
    pub formats: Vec<Option<Format>>,
}

impl Sort {
    fn push(&mut self, (key, format): (SortKey, Option<Format>)) {
        self.keys.push(key);
        self.formats.push(format);
    }
}

/// Reads `"a"`, `{"a": "desc"}`, `{"a": {"order": "desc"}}` or an array of these.
pub(super) fn keys(node: &Node) -> Parsed<Sort> {
    let mut keys = Sort::default();
    for item in one_or_many(node) {
        match &item.value {
            Json::String(name) => keys.push((plain(name, None), None)),
            Json::Object(members) => {
                for member in members {
                    keys.push(of_member(member)?);
                }
            }
            _ => {
                return Err(item.fault(DslErrorKind::ExpectedOneOf {
                    expected: "VALUE_STRING, START_OBJECT",
                    found: item.token(),
                }));
            }
        }
    }
    Ok(keys)
}

/// The keys of `bucket_sort`: names with their directions.
pub(super) fn bucket_keys(node: &Node) -> Parsed<Vec<(String, Direction)>> {
    let mut keys = Vec::new();
    for item in one_or_many(node) {
        let members = match &item.value {
            Json::String(name) => {
                keys.push((name.clone(), Direction::Ascending));
                continue;
            }
            Json::Object(members) => members,
            _ => {
                return Err(item.fault(DslErrorKind::ExpectedOneOf {
                    expected: "VALUE_STRING, START_OBJECT",
                    found: item.token(),
                }));
            }
        };
        for member in members {
            let mut direction = Direction::Ascending;
            match &member.value.value {
                Json::Object(parameters) => {
                    for parameter in parameters {
                        match parameter.key.as_str() {
                            "order" => direction = order(parameter)?,
                            _ => return Err(parameter.unknown_in("field_sort")),
                        }
                    }
                }
                _ => direction = order(member)?,
            }
            keys.push((member.key.clone(), direction));
        }
    }
    Ok(keys)
}

/// Whether a key has this name.
pub(super) fn names(node: &Node, name: &str) -> bool {
    one_or_many(node).iter().any(|item| match &item.value {
        Json::String(own) => own == name,
        Json::Object(members) => members.iter().any(|member| member.key == name),
        _ => false,
    })
}

/// Reads `a:desc,b`.
pub(super) fn parameter(text: &str) -> Parsed<Vec<SortKey>> {
    text.split(',')
        .map(|part| match part.rsplit_once(':') {
            None => Ok(plain(part, None)),
            Some((name, order)) => {
                let direction = direction(order).ok_or_else(|| Fault {
                    kind: DslErrorKind::BadField {
                        object: "field_sort".to_owned(),
                        field: "order".to_owned(),
                        reason: format!("[{order}] is neither [asc] nor [desc]"),
                    },
                    at: 0,
                })?;
                Ok(plain(name, Some(direction)))
            }
        })
        .collect()
}

fn plain(name: &str, direction: Option<Direction>) -> SortKey {
    key(name, direction, Missing::Last, SortMode::default())
}

fn key(name: &str, direction: Option<Direction>, missing: Missing, mode: SortMode) -> SortKey {
    let ascending = direction.unwrap_or(Direction::Ascending);
    match name {
        "_score" => SortKey::Score(direction.unwrap_or(Direction::Descending)),
        "_doc" | "_seq_no" | "_shard_doc" => SortKey::Sequence(ascending),
        "timestamp" | "@timestamp" => SortKey::Time(ascending),
        name => SortKey::Field {
            field: name.to_owned(),
            direction: ascending,
            missing,
            mode,
        },
    }
}

fn direction(text: &str) -> Option<Direction> {
    match text.to_ascii_lowercase().as_str() {
        "asc" => Some(Direction::Ascending),
        "desc" => Some(Direction::Descending),
        _ => None,
    }
}

fn order(member: &Member) -> Parsed<Direction> {
    let text = member.value.text().unwrap_or_default();
    direction(&text).ok_or_else(|| {
        let upper = text.to_ascii_uppercase();
        let reason = format!("No enum constant org.elasticsearch.search.sort.SortOrder.{upper}");
        member.bad("field_sort", reason)
    })
}

fn of_member(member: &Member) -> Parsed<(SortKey, Option<Format>)> {
    let Json::Object(parameters) = &member.value.value else {
        return Ok((plain(&member.key, Some(order(member)?)), None));
    };
    if matches!(member.key.as_str(), "_script" | "_geo_distance") {
        return Err(member.value.fault(DslErrorKind::UnsupportedKey {
            key: member.key.clone(),
            instead: "sort by a field",
        }));
    }
    let (mut direction, mut format) = (None, None);
    let (mut missing, mut mode) = (Missing::Last, SortMode::default());
    for parameter in parameters {
        let value = &parameter.value;
        match parameter.key.as_str() {
            "order" => direction = Some(order(parameter)?),
            "missing" => {
                missing = match (value.text().as_deref(), value.scalar()) {
                    (Some("_first"), _) => Missing::First,
                    (Some("_last"), _) | (_, None) => Missing::Last,
                    (_, Some(value)) => Missing::Value(value),
                };
            }
            "mode" => mode = sort_mode(parameter)?,
            "format" => {
                let read = Format::parse(&parameter.text("field_sort")?);
                format = Some(read.map_err(|error| value.fault(error.into()))?);
            }
            // A field that no document has sorts as missing, whatever type it is said to have.
            "unmapped_type" | "ignore_unmapped" => {}
            // Numbers and dates of all types compare with each other.
            "numeric_type" => check_numeric_type(parameter)?,
            "nested" | "nested_path" | "nested_filter" => {
                return Err(value.fault(DslErrorKind::UnsupportedKey {
                    key: parameter.key.clone(),
                    instead: "objects in arrays are flat here: sort by the path alone",
                }));
            }
            _ => return Err(parameter.unknown_in("field_sort")),
        }
    }
    Ok((key(&member.key, direction, missing, mode), format))
}

fn check_numeric_type(member: &Member) -> Parsed<()> {
    const TYPES: [&str; 4] = ["long", "double", "date", "date_nanos"];
    let given = member.text("field_sort")?;
    if TYPES.contains(&given.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    let reason = format!(
        "invalid value for [numeric_type], must be [long, double, date, date_nanos], got {given}"
    );
    Err(member.bad("field_sort", reason))
}

fn sort_mode(member: &Member) -> Parsed<SortMode> {
    let text = member.text("field_sort")?;
    Ok(match text.to_ascii_lowercase().as_str() {
        "min" => SortMode::Min,
        "max" => SortMode::Max,
        "sum" => SortMode::Sum,
        "avg" => SortMode::Average,
        "median" => SortMode::Median,
        _ => return Err(member.bad("field_sort", format!("Unknown SortMode [{text}]"))),
    })
}
