//! `simple_query_string`: the DSL's door to the language that never fails.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Json, Node};
use super::super::members::object;
use super::minimum::{minimum, operator};
use super::words::listed_fields;
use crate::ast::Query;
use crate::lucene::simple::{Flags, SimpleOptions, parse};

const NAME: &str = "simple_query_string";

pub(super) fn simple_query_string(node: &Node) -> Parsed<Query> {
    let mut options = SimpleOptions::default();
    let (mut text, mut wanted) = (None, None);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "query" => text = Some((member.text(NAME)?, &member.value)),
            "fields" => {
                let fields = listed_fields(&member.value)?;
                if !fields.is_empty() {
                    options.fields = fields;
                }
            }
            "default_operator" => options.default_operator = operator(member, NAME)?,
            "minimum_should_match" => wanted = Some(minimum(member, NAME)?),
            "fuzzy_prefix_length" => {
                let length = member.count("fuzzy_prefix_length")?;
                options.fuzzy_prefix = length.try_into().unwrap_or(u32::MAX);
            }
            "flags" => {
                options.flags = match &member.value.value {
                    Json::Number(_) => Flags::of_bits(member.integer()?),
                    _ => Flags::named(&member.text(NAME)?)
                        .map_err(|name| member.value.fault(DslErrorKind::UnknownFlag { name }))?,
                };
            }
            "analyzer" if member.text(NAME)? != "standard" => {
                return Err(member.value.fault(DslErrorKind::UnsupportedKey {
                    key: "analyzer".to_owned(),
                    instead: "every text is analysed by the one analyser",
                }));
            }
            "analyzer"
            | "analyze_wildcard"
            | "auto_generate_synonyms_phrase_query"
            | "boost"
            | "_name"
            | "fuzzy_max_expansions"
            | "fuzzy_transpositions"
            | "lenient"
            | "locale"
            | "lowercase_expanded_terms"
            | "quote_field_suffix" => {}
            _ => {
                return Err(member.value.fault(DslErrorKind::UnsupportedField {
                    query: NAME,
                    field: member.key.clone(),
                }));
            }
        }
    }
    let (text, at) = text.ok_or_else(|| node.lacks(DslErrorKind::NoQueryText { query: NAME }))?;
    let query =
        parse(&text, &options).map_err(|source| at.fault(DslErrorKind::Text { text, source }))?;
    Ok(match (query, wanted) {
        (Query::Bool(mut clauses), Some(wanted)) if !clauses.should.is_empty() => {
            clauses.minimum = Some(wanted);
            Query::Bool(clauses)
        }
        (query, _) => query,
    })
}
