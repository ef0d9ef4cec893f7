//! `fields` and `docvalue_fields`: which values of a document a reply lists beside it.

use super::Parsed;
use super::error::DslErrorKind;
use super::json::{Json, Member};
use crate::datemath::Format;

/// A field that a reply lists.
#[derive(Debug, Clone)]
pub struct ShownField {
    /// A path, possibly with wildcards.
    pub pattern: String,
    /// How its dates are written.
    pub format: Option<Format>,
}

impl ShownField {
    /// The field of this name, dates as they are shown anyway.
    pub fn named(pattern: &str) -> Self {
        Self {
            pattern: pattern.to_owned(),
            format: None,
        }
    }
}

/// Reads `["a.*", {"field": "b", "format": "epoch_millis"}]`.
pub(super) fn list(member: &Member) -> Parsed<Vec<ShownField>> {
    let Json::Array(items) = &member.value.value else {
        let (token, key) = (member.value.token(), member.key.clone());
        return Err(member.value.fault(DslErrorKind::UnknownKey { token, key }));
    };
    let mut fields = Vec::with_capacity(items.len());
    for item in items {
        let Json::Object(members) = &item.value else {
            let pattern = item.text().ok_or_else(|| {
                item.fault(DslErrorKind::ExpectedOneOf {
                    expected: "VALUE_STRING, START_OBJECT",
                    found: item.token(),
                })
            })?;
            let format = None;
            fields.push(ShownField { pattern, format });
            continue;
        };
        let (mut pattern, mut format) = (None, None);
        for member in members {
            match member.key.as_str() {
                "field" => pattern = Some(member.text("fetch_field_and_format")?),
                "format" => {
                    let text = member.text("fetch_field_and_format")?;
                    let read = Format::parse(&text);
                    format = Some(read.map_err(|error| member.value.fault(error.into()))?);
                }
                // What is not mapped is found as everything else.
                "include_unmapped" => {}
                _ => return Err(member.unknown_in("fetch_field_and_format")),
            }
        }
        let pattern = pattern.ok_or_else(|| item.fault(DslErrorKind::NoField))?;
        fields.push(ShownField { pattern, format });
    }
    Ok(fields)
}
