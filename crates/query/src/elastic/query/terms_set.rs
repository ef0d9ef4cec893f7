//! `terms_set`: several exact values, of which so many have to be there as the query or the document says.

use super::super::error::DslErrorKind;
use super::super::json::{Json, Node};
use super::super::members::one_or_many;
use super::super::{Context, Parsed};
use super::minimum::minimum;
use super::{Said, field, said};
use crate::ast::{BoolQuery, Bound, Case, Field, MinimumMatch, Query, Scalar};
use swarmscope_model::limits::MAX_SET_TERMS;

const NAME: &str = "terms_set";

pub(super) fn terms_set(node: &Node, context: &mut Context) -> Parsed<Query> {
    let member = field(node, NAME)?;
    let Said::Parameters(members) = said(member, NAME)? else {
        return Err(member.not_supported(NAME));
    };
    let (mut terms, mut wanted, mut by_field) = (Vec::new(), None, None);
    for parameter in members {
        match parameter.key.as_str() {
            "terms" => {
                let values = one_or_many(&parameter.value).iter();
                terms = values.filter_map(Node::scalar).collect();
            }
            "minimum_should_match" => wanted = Some(minimum(parameter, NAME)?),
            "minimum_should_match_field" => by_field = Some(parameter.text(NAME)?),
            "minimum_should_match_script" if parameter.value.value != Json::Null => {
                return Err(parameter.value.fault(DslErrorKind::UnsupportedKey {
                    key: parameter.key.clone(),
                    instead: "use [minimum_should_match_field]",
                }));
            }
            "minimum_should_match_script" | "boost" | "_name" => {}
            _ => return Err(parameter.not_supported(NAME)),
        }
    }
    context.clauses += terms.len();
    if terms.len() > MAX_SET_TERMS {
        return Err(node.fault(DslErrorKind::TooManyClauses {
            limit: MAX_SET_TERMS,
        }));
    }
    let set = Set {
        field: Field::from_text(&member.key),
        terms,
    };
    match (wanted, by_field) {
        (Some(wanted), _) => Ok(set.at_least(wanted)),
        (None, Some(field)) => Ok(set.as_the_document_says(&field)),
        (None, None) => Err(node.fault(DslErrorKind::NoSetMinimum)),
    }
}

/// The values of one field.
struct Set {
    field: Field,
    terms: Vec<Scalar>,
}

impl Set {
    fn at_least(&self, minimum: MinimumMatch) -> Query {
        let term = |value: &Scalar| Query::Term {
            field: self.field.clone(),
            value: value.clone(),
            case: Case::AsGiven,
        };
        if self.terms.is_empty() {
            return Query::Nothing;
        }
        Query::Bool(BoolQuery {
            should: self.terms.iter().map(term).collect(),
            minimum: Some(minimum),
            ..BoolQuery::default()
        })
    }

    /// For each number that the document may say, that number and as many of the terms. At least one is needed,
    /// whatever it says.
    fn as_the_document_says(&self, field: &str) -> Query {
        let each = (1_i32..).zip(&self.terms).map(|(count, _)| {
            let bound = || {
                Some(Bound {
                    value: Scalar::Integer(i64::from(count)),
                    instant: None,
                    inclusive: true,
                    formatted: false,
                    time_zone: None,
                })
            };
            let says = Query::Range {
                field: Field::Named(field.to_owned()),
                lower: (count > 1).then(bound).flatten(),
                upper: bound(),
            };
            Query::Bool(BoolQuery {
                must: vec![self.at_least(MinimumMatch::Count(count))],
                filter: vec![says],
                ..BoolQuery::default()
            })
        });
        Query::any_of(each.collect())
    }
}
