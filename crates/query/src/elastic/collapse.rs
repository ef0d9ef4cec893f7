//! `collapse`: one hit for each value of a field, and further hits of the same value beside it.

use super::body::SearchBody;
use super::error::DslErrorKind;
use super::json::Node;
use super::members::{object, one_or_many};
use super::{Context, Parsed};
use crate::ast::Field;
use crate::store::SortKey;

/// One hit for each value of this field; documents without one are a group of their own.
#[derive(Debug, Clone)]
pub struct Collapse {
    pub field: String,
    pub inner: Vec<InnerHits>,
}

/// Further hits of a group, under a name.
#[derive(Debug, Clone)]
pub struct InnerHits {
    pub name: String,
    /// Everything but the query, which is the group.
    pub search: SearchBody,
}

impl Collapse {
    /// Whether hits are sorted by the field and nothing else, so that a search can go on behind a group.
    pub(super) fn is_sorted_by_its_field(&self, sort: &[SortKey]) -> bool {
        let own = Field::split_keyword(&self.field).0;
        matches!(sort, [SortKey::Field { field, .. }] if Field::split_keyword(field).0 == own)
    }
}

/// Reads `{"field": "a", "inner_hits": {"name": "b", "size": 3}}`.
pub(super) fn collapse(node: &Node, context: &mut Context) -> Parsed<Collapse> {
    const NAME: &str = "collapse";
    let (mut field, mut inner) = (None, Vec::new());
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(NAME)?),
            "inner_hits" => {
                for item in one_or_many(&member.value) {
                    inner.push(inner_hits(item, context, None)?);
                }
            }
            "max_concurrent_group_searches" => {}
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let field = field.ok_or_else(|| node.fault(DslErrorKind::NoField))?;
    Ok(Collapse { field, inner })
}

/// Reads which further hits are shown, under their name or the one that they have anyway.
pub(super) fn inner_hits(
    node: &Node,
    context: &mut Context,
    default: Option<&str>,
) -> Parsed<InnerHits> {
    const NAME: &str = "inner_hits";
    let mut search = SearchBody {
        size: 3,
        ..SearchBody::default()
    };
    let mut name = default.map(str::to_owned);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "name" => name = Some(member.text(NAME)?),
            "from"
            | "size"
            | "sort"
            | "version"
            | "seq_no_primary_term"
            | "_source"
            | "stored_fields"
            | "docvalue_fields"
            | "fields"
            | "highlight"
            | "track_scores"
            | "explain"
            | "collapse" => search.key(member, context)?,
            "ignore_unmapped" => {}
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let name = name.ok_or_else(|| node.fault(DslErrorKind::NoInnerName))?;
    Ok(InnerHits { name, search })
}
