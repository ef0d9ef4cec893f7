//! `fields` and `docvalue_fields`: which values of a document a reply lists beside it.

use super::Parsed;
use super::aggregation::ValueFormat;
use super::error::DslErrorKind;
use super::json::{Json, Member, Node};

/// A field that a reply lists.
#[derive(Debug, Clone)]
pub struct ShownField {
    /// A path, possibly with wildcards.
    pub pattern: String,
    /// How its dates and numbers are written.
    pub format: Option<ValueFormat>,
    /// What its values are taken from.
    pub taken: Taken,
    /// Whether fields count that the mapping keeps out of searches.
    pub unmapped: bool,
}

/// What the values of a field are taken from, in Elasticsearch's terms: here all are in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// `fields`: in the order in which they stand.
    Document,
    /// `docvalue_fields`: in their own order, a string once.
    Columns,
    /// `stored_fields`: those that the mapping stores apart.
    Stored,
}

impl ShownField {
    /// The field of this name, dates as they are shown anyway.
    pub fn named(pattern: &str, taken: Taken) -> Self {
        Self {
            pattern: pattern.to_owned(),
            format: None,
            taken,
            unmapped: false,
        }
    }
}

/// The format that says nothing: the field's own.
const OWN_FORMAT: &str = "use_field_mapping";

/// Reads `["a.*", {"field": "b", "format": "epoch_millis"}]`.
pub(super) fn list(member: &Member, taken: Taken) -> Parsed<Vec<ShownField>> {
    let Json::Array(items) = &member.value.value else {
        let (token, key) = (member.value.token(), member.key.clone());
        return Err(member.value.fault(DslErrorKind::UnknownKey { token, key }));
    };
    items.iter().map(|item| field(item, taken)).collect()
}

fn field(item: &Node, taken: Taken) -> Parsed<ShownField> {
    const NAME: &str = "fetch_field_and_format";
    let Json::Object(members) = &item.value else {
        let pattern = item.text().ok_or_else(|| {
            item.fault(DslErrorKind::ExpectedOneOf {
                expected: "VALUE_STRING, START_OBJECT",
                found: item.token(),
            })
        })?;
        return Ok(ShownField::named(&pattern, taken));
    };
    let mut shown = ShownField::named("", taken);
    for member in members {
        match member.key.as_str() {
            "field" => shown.pattern = member.text(NAME)?,
            "format" => {
                let text = member.text(NAME)?;
                if text != OWN_FORMAT {
                    let read = ValueFormat::parse(&text);
                    shown.format = Some(read.map_err(|error| member.value.fault(error.into()))?);
                }
            }
            "include_unmapped" => shown.unmapped = member.boolean(NAME)?,
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    match shown.pattern.is_empty() {
        true => Err(item.fault(DslErrorKind::NoField)),
        false => Ok(shown),
    }
}
