//! Clauses over the words of a text: `match` and its kin, `multi_match`.

use swarmscope_model::limits::MAX_CLAUSES;

use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::{object, one_or_many};
use super::super::{Context, Parsed};
use super::minimum::{minimum, operator};
use super::pattern::{Fuzziness, fuzziness};
use super::{Said, field, said};
use crate::analysis::words;
use crate::ast::{BoolQuery, Case, Field, MinimumMatch, Operator, Query, Scalar};
use crate::datemath::Clock;
use crate::lucene::{groups, is_time, matching as matching_words, stretch};

/// What the clauses of this family say of their text.
#[derive(Default)]
struct Text {
    query: Option<String>,
    operator: Operator,
    minimum: Option<MinimumMatch>,
    slop: u32,
    fuzziness: Option<Fuzziness>,
    prefix_length: u32,
    all_when_empty: bool,
    tie_breaker: Option<f32>,
}

impl Text {
    fn of(node: &Node, field: &Member, query: &'static str) -> Parsed<Self> {
        let mut text = Self::default();
        match said(field, query)? {
            Said::Value(value) if value.value == Json::Null => {}
            Said::Value(value) => text.query = value.text(),
            Said::Parameters(members) => {
                for member in members {
                    text.parameter(member, query)?;
                }
            }
        }
        if text.query.is_none() {
            return Err(match query {
                "match" => node.lacks(DslErrorKind::NoText { query: "text" }),
                _ => field.value.fault(DslErrorKind::NoPhrase { query }),
            });
        }
        Ok(text)
    }

    fn parameter(&mut self, member: &Member, query: &'static str) -> Parsed<()> {
        let is_match = matches!(query, "match" | "multi_match" | "match_bool_prefix");
        match member.key.as_str() {
            "query" => self.query = Some(member.text(query)?),
            "operator" if is_match => self.operator = operator(member, query)?,
            "minimum_should_match" if is_match => self.minimum = Some(minimum(member, query)?),
            "fuzziness" if is_match => self.fuzziness = Some(fuzziness(member, query)?),
            "prefix_length" if is_match => {
                self.prefix_length = member
                    .count("prefix_length")?
                    .try_into()
                    .unwrap_or(u32::MAX);
            }
            "slop" if query != "match" && query != "match_bool_prefix" => {
                let slop = member.integer()?;
                self.slop = u32::try_from(slop)
                    .map_err(|_| member.value.fault(DslErrorKind::NegativeSlop))?;
            }
            "tie_breaker" => self.tie_breaker = Some(member.number(query)?),
            "zero_terms_query" => {
                self.all_when_empty = member.text(query)?.eq_ignore_ascii_case("all");
            }
            "analyzer" if member.text(query)? != "standard" => {
                return Err(member.value.fault(DslErrorKind::UnsupportedKey {
                    key: "analyzer".to_owned(),
                    instead: "every text is analysed by the one analyser",
                }));
            }
            "boost"
            | "_name"
            | "analyzer"
            | "lenient"
            | "max_expansions"
            | "fuzzy_rewrite"
            | "fuzzy_transpositions"
            | "auto_generate_synonyms_phrase_query" => {}
            _ => return Err(member.not_supported(query)),
        }
        Ok(())
    }

    fn query(&self) -> &str {
        self.query.as_deref().unwrap_or_default()
    }

    /// The text's words in the field.
    fn in_field(&self, field: &Field, context: &Context, at: &Node) -> Parsed<Query> {
        if is_time(field) {
            return stretch(field, self.query(), &Clock::utc(context.now))
                .map_err(|date| at.fault(date.into()));
        }
        let found: Vec<_> = words(self.query()).collect();
        if found.is_empty() && self.all_when_empty {
            return Ok(Query::All);
        }
        if found.len() > MAX_CLAUSES {
            return Err(at.fault(DslErrorKind::TooManyClauses { limit: MAX_CLAUSES }));
        }
        let Some(fuzziness) = self.fuzziness else {
            return Ok(matching_words(
                field,
                self.query(),
                self.operator,
                self.minimum.clone(),
            ));
        };
        let clauses = found
            .iter()
            .map(|word| Query::Fuzzy {
                field: field.clone(),
                value: word.to_string(),
                distance: fuzziness.of(word),
                prefix: self.prefix_length,
            })
            .collect();
        Ok(combined(clauses, self.operator, self.minimum.clone()))
    }

    /// Each word in any of the fields.
    fn across(&self, fields: &[(Field, f32)], others: f32) -> Query {
        let every = groups(self.query()).into_iter().map(|word| {
            let one = |(field, boost): &(Field, f32)| {
                matching_words(field, word, Operator::Or, None).times(*boost)
            };
            Query::best_of(fields.iter().map(one).collect(), others)
        });
        let every: Vec<Query> = every.collect();
        if every.is_empty() && self.all_when_empty {
            return Query::All;
        }
        combined(every, self.operator, self.minimum.clone())
    }

    fn in_order(&self, field: &Field, prefix: bool) -> Query {
        if self.all_when_empty && words(self.query()).next().is_none() {
            return Query::All;
        }
        let text = self.query().to_owned();
        Query::Phrase {
            field: field.clone(),
            text,
            slop: self.slop,
            prefix,
        }
    }

    /// The words, of which the last may be a beginning only.
    fn with_prefix(&self, field: &Field) -> Query {
        let mut found: Vec<String> = words(self.query()).map(|word| word.into_owned()).collect();
        let Some(last) = found.pop() else {
            return Query::Nothing;
        };
        let mut clauses: Vec<Query> = found
            .into_iter()
            .map(|word| match self.fuzziness {
                Some(fuzziness) => Query::Fuzzy {
                    field: field.clone(),
                    distance: fuzziness.of(&word),
                    value: word,
                    prefix: self.prefix_length,
                },
                None => Query::Term {
                    field: field.clone(),
                    value: Scalar::Text(word),
                    case: Case::Analyzed,
                },
            })
            .collect();
        clauses.push(Query::Prefix {
            field: field.clone(),
            value: last,
            case: Case::Analyzed,
        });
        combined(clauses, self.operator, self.minimum.clone())
    }
}

fn combined(clauses: Vec<Query>, operator: Operator, minimum: Option<MinimumMatch>) -> Query {
    match operator {
        _ if clauses.is_empty() => Query::Nothing,
        Operator::And => Query::Bool(BoolQuery {
            must: clauses,
            ..BoolQuery::default()
        }),
        Operator::Or => Query::Bool(BoolQuery {
            should: clauses,
            minimum,
            ..BoolQuery::default()
        }),
    }
}

pub(super) fn matching(node: &Node, context: &Context) -> Parsed<Query> {
    let field = field(node, "match")?;
    Text::of(node, field, "match")?.in_field(&Field::from_text(&field.key), context, &field.value)
}

pub(super) fn phrase(node: &Node, context: &Context) -> Parsed<Query> {
    let member = field(node, "match_phrase")?;
    let text = Text::of(node, member, "match_phrase")?;
    let field = Field::from_text(&member.key);
    if is_time(&field) {
        return text.in_field(&field, context, &member.value);
    }
    Ok(text.in_order(&field, false))
}

pub(super) fn phrase_prefix(node: &Node) -> Parsed<Query> {
    let field = field(node, "match_phrase_prefix")?;
    Ok(Text::of(node, field, "match_phrase_prefix")?.in_order(&Field::from_text(&field.key), true))
}

pub(super) fn bool_prefix(node: &Node) -> Parsed<Query> {
    let field = field(node, "match_bool_prefix")?;
    Ok(Text::of(node, field, "match_bool_prefix")?.with_prefix(&Field::from_text(&field.key)))
}

/// A field's name in a list of fields, with its boost.
pub(super) fn listed_fields(node: &Node) -> Parsed<Vec<(Field, f32)>> {
    one_or_many(node)
        .iter()
        .map(|item| match &item.value {
            Json::String(text) => {
                let (name, boost) = text.split_once('^').unwrap_or((text, "1"));
                let number = |_| {
                    item.fault(DslErrorKind::NotANumber {
                        given: boost.to_owned(),
                    })
                };
                Ok((Field::from_text(name), boost.parse().map_err(number)?))
            }
            _ => Err(item.fault(DslErrorKind::ExpectedOneOf {
                expected: "VALUE_STRING",
                found: item.token(),
            })),
        })
        .collect()
}

pub(super) fn multi(node: &Node, context: &Context) -> Parsed<Query> {
    let mut text = Text::default();
    let mut fields = vec![(Field::Any, 1.0)];
    let mut kind = "best_fields".to_owned();
    for member in object(node, "multi_match")? {
        match member.key.as_str() {
            "fields" => fields = listed_fields(&member.value)?,
            "type" => kind = member.text("multi_match")?,
            _ => text.parameter(member, "multi_match")?,
        }
    }
    if text.query.is_none() {
        return Err(node.lacks(DslErrorKind::NoText {
            query: "multi_match",
        }));
    }
    let others = text.tie_breaker.unwrap_or(match kind.as_str() {
        "most_fields" | "bool_prefix" => 1.0,
        _ => 0.0,
    });
    if kind == "cross_fields" && !fields.iter().any(|(field, _)| is_time(field)) {
        return Ok(text.across(&fields, others));
    }
    let mut found = Vec::with_capacity(fields.len());
    for (field, boost) in &fields {
        let clause = match kind.as_str() {
            "best_fields" | "most_fields" | "cross_fields" => {
                text.in_field(field, context, node)?
            }
            "phrase" => text.in_order(field, false),
            "phrase_prefix" => text.in_order(field, true),
            "bool_prefix" => text.with_prefix(field),
            _ => {
                let parameter = format!("type={kind}");
                return Err(node.fault(DslErrorKind::NoParameter {
                    query: "multi_match",
                    parameter,
                }));
            }
        };
        found.push(clause.times(*boost));
    }
    Ok(Query::best_of(found, others))
}
