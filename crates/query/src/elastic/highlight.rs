//! `highlight`: which fields of a hit are shown with marks, and how.

use super::error::DslErrorKind;
use super::json::{Json, Member, Node};
use super::members::{object, one_or_many};
use super::query::clause;
use super::{Context, Parsed};
use crate::ast::Query;
use crate::highlight::{HighlightField, HighlightOptions};

/// What is said for all fields or for one.
#[derive(Clone, Default)]
struct Said {
    options: HighlightOptions,
    query: Option<Query>,
}

/// Reads `{"fields": {"message": {}}, "fragment_size": 100}`.
pub(super) fn fields(node: &Node, context: &mut Context) -> Parsed<Vec<HighlightField>> {
    const NAME: &str = "highlight";
    let mut common = Said::default();
    let mut wanted = None;
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "fields" => wanted = Some(member),
            "tags_schema" => match member.text(NAME)?.as_str() {
                "styled" => {
                    common.options.tags = ("<em class=\"hlt1\">".to_owned(), "</em>".to_owned());
                }
                "default" => {}
                other => {
                    let schema = format!("Unknown tag schema [{other}]");
                    return Err(member.bad(NAME, schema));
                }
            },
            "encoder" => common.options.html = member.text(NAME)? == "html",
            _ => parameter(member, NAME, &mut common, context)?,
        }
    }
    let Some(wanted) = wanted else {
        return Ok(Vec::new());
    };
    let mut members = Vec::new();
    match &wanted.value.value {
        Json::Object(own) => members.extend(own),
        Json::Array(items) => {
            for item in items {
                members.extend(object(item, NAME)?);
            }
        }
        _ => {
            return Err(wanted.value.fault(DslErrorKind::NoHighlightFields {
                found: wanted.value.token(),
            }));
        }
    }
    let mut fields = Vec::with_capacity(members.len());
    for member in members {
        let mut said = common.clone();
        for own in object(&member.value, "highlight_field")? {
            match own.key.as_str() {
                // Which other fields would mark it as well, and where a piece of the old highlighters begins.
                "matched_fields" | "fragment_offset" => {}
                _ => parameter(own, "highlight_field", &mut said, context)?,
            }
        }
        fields.push(HighlightField {
            pattern: member.key.clone(),
            options: said.options,
            query: said.query,
        });
    }
    Ok(fields)
}

fn parameter(
    member: &Member,
    object: &'static str,
    said: &mut Said,
    context: &mut Context,
) -> Parsed<()> {
    let options = &mut said.options;
    match member.key.as_str() {
        "pre_tags" => options.tags.0 = first(member).unwrap_or_default(),
        "post_tags" => options.tags.1 = first(member).unwrap_or_default(),
        "fragment_size" => options.fragment_size = member.count("fragment_size")?,
        "number_of_fragments" => options.fragments = member.count("number_of_fragments")?,
        "no_match_size" => options.no_match_size = member.count("no_match_size")?,
        "require_field_match" => options.own_field_only = member.boolean(object)?,
        "order" => options.by_score = member.text(object)?.eq_ignore_ascii_case("score"),
        "max_analyzed_offset" => {
            if let Ok(most) = usize::try_from(member.integer()?) {
                options.analyzed = options.analyzed.min(most);
            }
        }
        "boundary_scanner" => {
            options.by_word = member.text(object)?.eq_ignore_ascii_case("word");
        }
        "highlight_query" => said.query = Some(clause(&member.value, context, 0)?),
        "type" => {
            let given = member.text(object)?;
            // All are served by the one highlighter.
            if !matches!(given.as_str(), "unified" | "plain" | "fvh") {
                return Err(member.value.fault(DslErrorKind::HighlighterType { given }));
            }
        }
        "boundary_chars"
        | "boundary_max_scan"
        | "boundary_scanner_locale"
        | "force_source"
        | "fragmenter"
        | "highlight_filter"
        | "options"
        | "phrase_limit" => {}
        _ => return Err(member.unknown_in(object)),
    }
    Ok(())
}

/// The first of several tags: pieces have no ranks.
fn first(member: &Member) -> Option<String> {
    one_or_many(&member.value).first().and_then(Node::text)
}
