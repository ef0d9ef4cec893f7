//! `include` and `exclude`: which values get a bucket.

use std::collections::HashSet;

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Json, Member};
use super::super::members::object;
use crate::aggregate::{Choice, Chosen, Partition};
use crate::ast::Scalar;

/// Reads what is included: a regular expression, a list of values, or a partition of all.
pub(super) fn include(choice: &mut Choice, member: &Member, kind: &'static str) -> Parsed<()> {
    choice.include = Some(match &member.value.value {
        Json::Object(_) => Chosen::Partition(partition(member, kind)?),
        _ => chosen(member, kind)?,
    });
    check(choice, member, kind)
}

/// Reads what is excluded: a regular expression or a list of values.
pub(super) fn exclude(choice: &mut Choice, member: &Member, kind: &'static str) -> Parsed<()> {
    choice.exclude = Some(chosen(member, kind)?);
    check(choice, member, kind)
}

fn check(choice: &Choice, member: &Member, kind: &'static str) -> Parsed<()> {
    match (&choice.include, &choice.exclude) {
        (Some(Chosen::Partition(_)), Some(_)) => {
            let reason = "Cannot specify any excludes when using a partition-based include";
            Err(member.bad(kind, reason))
        }
        _ => Ok(()),
    }
}

fn partition(member: &Member, kind: &'static str) -> Parsed<Partition> {
    let (mut number, mut of) = (None, None);
    for part in object(&member.value, "include")? {
        match part.key.as_str() {
            "partition" => number = Some(part.integer()?),
            "num_partitions" => of = Some(part.integer()?),
            key => {
                return Err(member.bad(
                    kind,
                    format!("Unknown parameter in include/exclude clause: {key}"),
                ));
            }
        }
    }
    let number = number.ok_or_else(|| {
        member.bad(
            kind,
            "Missing [partition] parameter for partition-based include",
        )
    })?;
    let of = of.ok_or_else(|| {
        member.bad(
            kind,
            "Missing [num_partitions] parameter for partition-based include",
        )
    })?;
    if number < 0 || number >= of {
        return Err(member.bad(kind, "[partition] must be from 0 to below [num_partitions]"));
    }
    match (u32::try_from(number), u32::try_from(of)) {
        (Ok(number), Ok(of)) => Ok(Partition { number, of }),
        _ => Err(member.bad(kind, "[num_partitions] is larger than a 32-bit number")),
    }
}

/// Reads a regular expression or a list of values.
fn chosen(member: &Member, kind: &'static str) -> Parsed<Chosen> {
    match &member.value.value {
        Json::String(pattern) => {
            Chosen::pattern(pattern).map_err(|bad| member.bad(kind, bad.to_string()))
        }
        Json::Array(items) => {
            let scalars: Vec<Scalar> = items
                .iter()
                .filter_map(super::super::json::Node::scalar)
                .collect();
            let is_text = |scalar: &Scalar| matches!(scalar, Scalar::Text(_));
            if scalars.iter().all(is_text) {
                let texts = scalars.into_iter().filter_map(|scalar| match scalar {
                    Scalar::Text(text) => Some(text),
                    _ => None,
                });
                return Ok(Chosen::Texts(texts.collect::<HashSet<_>>()));
            }
            Ok(Chosen::Values(scalars))
        }
        _ => Err(member.value.fault(DslErrorKind::ChoiceType {
            object: kind,
            key: member.key.clone(),
            found: member.value.token(),
        })),
    }
}
