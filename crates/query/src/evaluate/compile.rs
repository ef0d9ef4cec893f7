//! Makes a query ready: patterns compiled, words split, limits held.

use swarmscope_model::limits::{MAX_CLAUSES, MAX_QUERY_DEPTH};

use crate::ast::{BoolQuery, Query};

use super::fuzzy::FuzzyTest;
use super::pattern::{PatternTest, PrefixTest};
use super::range::RangeTest;
use super::term::{TermTest, TermsTest};
use super::words::{MatchTest, PhraseTest};
use super::{BoolMatcher, Matcher, ValueTest};

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
            Query::Exists { field } => return Ok(Matcher::Exists(field.selector())),
            Query::Bool(clauses) => return self.bool(clauses, depth),
            Query::Match {
                field,
                text,
                operator,
                minimum,
            } => (
                field,
                ValueTest::Match(MatchTest::new(text, *operator, *minimum)),
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
            Query::Term { field, value, case } => {
                (field, ValueTest::Term(TermTest::new(value, *case)))
            }
            Query::Terms { field, values } => (field, ValueTest::Terms(TermsTest::new(values))),
            Query::Range {
                field,
                lower,
                upper,
            } => (
                field,
                ValueTest::Range(RangeTest::new(lower.as_ref(), upper.as_ref())),
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
        };
        Ok(Matcher::Leaf {
            field: field.selector(),
            test,
        })
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
