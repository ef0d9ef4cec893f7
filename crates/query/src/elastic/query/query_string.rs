//! `query_string`: Lucene's syntax within the DSL.

use super::super::error::DslErrorKind;
use super::super::json::{Member, Node};
use super::super::members::object;
use super::super::{Context, Parsed};
use super::minimum::{minimum, operator};
use super::words::listed_fields;
use crate::ast::{Field, Query};
use crate::datemath;
use crate::lucene::{self, Options};

const NAME: &str = "query_string";

pub(super) fn query_string(node: &Node, context: &Context) -> Parsed<Query> {
    let mut options = Options::elasticsearch(context.now);
    let mut text = None;
    let (mut wanted, mut escape, mut others) = (None, false, None);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "query" => text = Some((member.text(NAME)?, &member.value)),
            "escape" => escape = member.boolean(NAME)?,
            "minimum_should_match" => wanted = Some(minimum(member, NAME)?),
            "tie_breaker" => others = Some(member.number(NAME)?),
            _ => option(member, &mut options)?,
        }
    }
    let (text, at) = text.ok_or_else(|| {
        node.lacks(DslErrorKind::Missing {
            query: NAME,
            parameter: "query",
        })
    })?;
    options.tie_breaker = others.unwrap_or(options.tie_breaker);
    // A number of words is counted over all fields.
    options.one_text = wanted.is_none();
    if text.trim().is_empty() {
        return Ok(Query::Nothing);
    }
    let read = if escape {
        lucene::escaped(&text)
    } else {
        text.clone()
    };
    let query = lucene::parse(&read, &options)
        .map_err(|source| at.fault(DslErrorKind::Text { text, source }))?;
    match (query, wanted) {
        (Query::Bool(mut clauses), Some(wanted)) if !clauses.should.is_empty() => {
            clauses.minimum = Some(wanted);
            Ok(Query::Bool(clauses))
        }
        (query, _) => Ok(query),
    }
}

fn option(member: &Member, options: &mut Options) -> Parsed<()> {
    match member.key.as_str() {
        "default_field" => {
            options.default_fields = vec![Field::from_text(&member.text(NAME)?)];
        }
        "fields" => {
            let fields = listed_fields(&member.value)?;
            if !fields.is_empty() {
                (options.default_fields, options.boosts) = fields.into_iter().unzip();
            }
        }
        "default_operator" => {
            options.default_operator = operator(member, NAME)?;
        }
        "time_zone" => {
            options.time_zone = datemath::time_zone(&member.text(NAME)?)
                .map_err(|date| member.value.fault(date.into()))?;
        }
        "phrase_slop" => {
            options.phrase_slop = member.count("phrase_slop")?.try_into().unwrap_or(u32::MAX);
        }
        "fuzzy_prefix_length" => {
            let length = member.count("fuzzy_prefix_length")?;
            options.fuzzy_prefix = length.try_into().unwrap_or(u32::MAX);
        }
        "allow_leading_wildcard" => options.leading_wildcards = member.boolean(NAME)?,
        "quote_field_suffix" => options.quoted_suffix = Some(member.text(NAME)?),
        "type" => {
            let kind = member.text(NAME)?;
            options.phrases = kind == "phrase";
            let sums = matches!(kind.as_str(), "most_fields" | "bool_prefix");
            options.tie_breaker = f32::from(u8::from(sums));
        }
        "analyzer" | "quote_analyzer" if member.text(NAME)? != "standard" => {
            return Err(member.value.fault(DslErrorKind::UnsupportedKey {
                key: member.key.clone(),
                instead: "every text is analysed by the one analyser",
            }));
        }
        "analyze_wildcard"
        | "auto_generate_synonyms_phrase_query"
        | "boost"
        | "_name"
        | "enable_position_increments"
        | "fuzziness"
        | "fuzzy_max_expansions"
        | "fuzzy_rewrite"
        | "fuzzy_transpositions"
        | "lenient"
        | "max_determinized_states"
        | "rewrite"
        | "analyzer"
        | "quote_analyzer" => {}
        _ => return Err(member.not_supported(NAME)),
    }
    Ok(())
}
