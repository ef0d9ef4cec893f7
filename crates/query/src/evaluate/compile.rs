//! Makes a query ready: patterns compiled, words split, limits held.

use swarmscope_model::limits::{MAX_CLAUSES, MAX_QUERY_DEPTH};

use crate::ast::{BoolQuery, Field, Query, Scoring};

use crate::lucene::expanded;

use super::address::AddressTest;
use super::date::DateTest;
use super::fuzzy::FuzzyTest;
use super::nested::{NestedMatcher, wide};
use super::pattern::{PatternTest, PrefixTest};
use super::range::RangeTest;
use super::term::{TermTest, TermsTest};
use super::words::{MatchTest, PhraseTest};
use super::{BoolMatcher, INDEX_FIELD, Matcher, ScoringMatcher, ValueTest};

/// Why a query cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum BadQuery {
    #[error("the pattern {pattern:?} cannot be used; shorten it or check its syntax")]
    Pattern {
        pattern: String,
        #[source]
        source: Box<regex_automata::meta::BuildError>,
    },
    #[error("the regular expression {pattern:?} uses {what}, which is not supported")]
    Regexp { pattern: String, what: &'static str },
    #[error("the query has more than {limit} clauses")]
    TooManyClauses { limit: usize },
    #[error("the query is nested deeper than {limit} levels")]
    TooDeep { limit: usize },
    #[error("a clause without a field was compared with values")]
    NoLeaf,
}

/// Makes the query ready.
///
/// # Errors
/// When a pattern is not valid or too large, or the query too large.
pub fn compile(query: &Query) -> Result<Matcher, BadQuery> {
    Compiler { clauses: 0 }.query(query, 0)
}

struct Compiler {
    clauses: usize,
}

impl Compiler {
    fn query(&mut self, query: &Query, depth: usize) -> Result<Matcher, BadQuery> {
        self.clauses += 1;
        // Inner nodes count as well, hence some room above the limit on clauses.
        if self.clauses > 4 * MAX_CLAUSES {
            return Err(BadQuery::TooManyClauses { limit: MAX_CLAUSES });
        }
        if depth > 2 * MAX_QUERY_DEPTH {
            return Err(BadQuery::TooDeep {
                limit: MAX_QUERY_DEPTH,
            });
        }
        let (field, test) = match query {
            Query::All => return Ok(Matcher::All),
            Query::Nothing => return Ok(Matcher::Nothing),
            Query::Ids(ids) => return Ok(Matcher::Ids(ids.iter().cloned().collect())),
            Query::Exists { field } if is_index(field) => return Ok(Matcher::All),
            Query::Exists { field } => return Ok(Matcher::Exists(field.selector())),
            Query::Bool(clauses) => return self.bool(clauses, depth),
            Query::Text {
                field,
                text,
                operator,
                minimum,
            } => {
                let expanded = expanded(field, text, *operator, minimum.as_ref());
                return self.query(&expanded, depth + 1);
            }
            Query::Scored { query, scoring } => return self.scored(query, scoring, depth),
            Query::Nested { path, query } => return self.nested(path, query, depth),
            leaf => leaf_of(leaf)?,
        };
        if is_index(field) {
            return Ok(Matcher::Index(test));
        }
        Ok(Matcher::Leaf {
            field: field.selector(),
            test,
        })
    }

    fn scored(
        &mut self,
        query: &Query,
        scoring: &Scoring,
        depth: usize,
    ) -> Result<Matcher, BadQuery> {
        let scoring = match scoring {
            Scoring::Times(factor) => ScoringMatcher::Times(*factor),
            Scoring::Constant(score) => ScoringMatcher::Constant(*score),
            Scoring::Best(others) => ScoringMatcher::Best(*others),
            Scoring::When(others) => {
                let ready = others
                    .iter()
                    .map(|(other, factor)| Ok((self.query(other, depth + 1)?, *factor)));
                ScoringMatcher::When(ready.collect::<Result<_, BadQuery>>()?)
            }
        };
        Ok(Matcher::Scored {
            clause: Box::new(self.query(query, depth + 1)?),
            scoring,
        })
    }

    fn nested(&mut self, path: &str, query: &Query, depth: usize) -> Result<Matcher, BadQuery> {
        Ok(Matcher::Nested(NestedMatcher {
            path: path.to_owned(),
            clause: Box::new(self.query(query, depth + 1)?),
            wide: Box::new(self.query(&wide(path, query), depth + 1)?),
        }))
    }

    fn bool(&mut self, clauses: &BoolQuery, depth: usize) -> Result<Matcher, BadQuery> {
        let mut all = |queries: &[Query]| {
            queries
                .iter()
                .map(|query| self.query(query, depth + 1))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Matcher::Bool(BoolMatcher {
            must: all(&clauses.must)?,
            filter: all(&clauses.filter)?,
            should: all(&clauses.should)?,
            must_not: all(&clauses.must_not)?,
            minimum: clauses.minimum_should(),
        }))
    }
}

fn is_index(field: &Field) -> bool {
    matches!(field, Field::Named(name) if name == INDEX_FIELD)
}

/// The test of values that are read before they are compared.
fn between(query: &Query) -> Result<(&Field, ValueTest), BadQuery> {
    Ok(match query {
        Query::Addresses { field, first, last } => {
            (field, ValueTest::Address(AddressTest::new(*first, *last)))
        }
        Query::Dates {
            field,
            format,
            first,
            last,
        } => {
            let test = DateTest::new(format.clone(), *first, *last);
            (field, ValueTest::Date(test))
        }
        _ => return Err(BadQuery::NoLeaf),
    })
}

/// The field and the test of a clause that looks at values.
fn leaf_of(query: &Query) -> Result<(&Field, ValueTest), BadQuery> {
    Ok(match query {
        Query::Match {
            field,
            text,
            operator,
            minimum,
        } => (
            field,
            ValueTest::Match(MatchTest::new(text, *operator, minimum.as_ref())),
        ),
        Query::Phrase {
            field,
            text,
            slop,
            prefix,
        } => (
            field,
            ValueTest::Phrase(PhraseTest::new(text, *slop, *prefix)),
        ),
        Query::Term { field, value, case } => (field, ValueTest::Term(TermTest::new(value, *case))),
        Query::Terms { field, values } => (field, ValueTest::Terms(TermsTest::new(values))),
        Query::Range {
            field,
            lower,
            upper,
        } => (
            field,
            ValueTest::Range(RangeTest::new(lower.as_ref(), upper.as_ref())),
        ),
        Query::NumberRange {
            field,
            lower,
            upper,
        } => (
            field,
            ValueTest::Range(RangeTest::of_numbers(lower.as_ref(), upper.as_ref())),
        ),
        Query::Prefix { field, value, case } => {
            (field, ValueTest::Prefix(PrefixTest::new(value, *case)))
        }
        Query::Wildcard {
            field,
            pattern,
            case,
        } => (
            field,
            ValueTest::Pattern(PatternTest::wildcard(pattern, *case)?),
        ),
        Query::Regexp {
            field,
            pattern,
            case,
        } => (
            field,
            ValueTest::Pattern(PatternTest::regexp(pattern, *case)?),
        ),
        Query::Fuzzy {
            field,
            value,
            distance,
            prefix,
        } => (
            field,
            ValueTest::Fuzzy(FuzzyTest::new(value, *distance, *prefix)),
        ),
        Query::Addresses { .. } | Query::Dates { .. } => return between(query),
        Query::All
        | Query::Nothing
        | Query::Ids(_)
        | Query::Exists { .. }
        | Query::Bool(_)
        | Query::Text { .. }
        | Query::Nested { .. }
        | Query::Scored { .. } => return Err(BadQuery::NoLeaf),
    })
}
