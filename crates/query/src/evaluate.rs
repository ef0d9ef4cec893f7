//! What each query means, document by document: the naive and obviously right evaluator.
//!
//! [`Matcher`] is a query made ready (patterns compiled, words split). A store may evaluate its
//! leaves column by column with the same [`ValueTest`]s, and may skip what a leaf's
//! [`ValueTest::needed_words`] rules out; the answer must not differ from [`Matcher::matches`].
//! Never reads anything but the document it is given.

mod address;
mod compile;
mod date;
mod field;
mod frequency;
mod fuzzy;
mod needed;
mod nested;
pub mod order;
mod pattern;
mod range;
mod regexp;
mod relevance;
mod score;
mod term;
mod test;
mod words;

use std::collections::HashSet;

use crate::ast::Field;
use crate::document::{Document, ValueRef};

pub use compile::{BadQuery, compile};
pub use field::{Selector, View};
pub use needed::NeededWords;
pub use nested::NestedMatcher;
pub use pattern::WholePattern;
pub use relevance::{Corpus, CountedTest, Counts, Relevance, Weights};
pub use score::best;
pub use test::ValueTest;

/// The field that names the index of a document.
const INDEX_FIELD: &str = "_index";

/// A query made ready.
#[derive(Debug)]
pub enum Matcher {
    All,
    Nothing,
    /// A value of the field satisfies the test.
    Leaf {
        field: Selector,
        test: ValueTest,
    },
    Exists(Selector),
    Ids(HashSet<String>),
    Bool(BoolMatcher),
    /// The name of the document's index satisfies the test.
    Index(ValueTest),
    /// One of the objects at a path satisfies a clause by itself.
    Nested(NestedMatcher),
    /// What the clause finds, with another score.
    Scored {
        clause: Box<Matcher>,
        scoring: ScoringMatcher,
    },
}

/// How a clause counts for the score; see [`crate::ast::Scoring`].
#[derive(Debug)]
pub enum ScoringMatcher {
    Times(f32),
    Constant(f32),
    Best(f32),
    When(Vec<(Matcher, f32)>),
}

/// Clauses combined; see [`crate::ast::BoolQuery`].
#[derive(Debug, Default)]
pub struct BoolMatcher {
    pub must: Vec<Matcher>,
    pub filter: Vec<Matcher>,
    pub should: Vec<Matcher>,
    pub must_not: Vec<Matcher>,
    pub minimum: usize,
}

impl Matcher {
    /// Whether the document matches. `time` is the document's time.
    pub fn matches(&self, document: &Document, id: &str, time: i64) -> bool {
        let holds = |clause: &Matcher| clause.matches(document, id, time);
        match self {
            Matcher::All => true,
            Matcher::Nothing => false,
            Matcher::Ids(ids) => ids.contains(id),
            Matcher::Scored { clause, .. } => holds(clause),
            Matcher::Nested(nested) => nested.matches(document, id, time),
            Matcher::Index(test) => {
                test.holds(INDEX_FIELD, ValueRef::Text(document.index()), View::Whole)
            }
            Matcher::Exists(field) => document
                .fields()
                .any(|(path, value)| field.exists(path, value)),
            Matcher::Leaf { field, test } => {
                document.fields().any(|(path, value)| {
                    field.views(path).any(|view| test.holds(path, value, view))
                }) || field.falls_back_to_time()
                    && document.values_at("@timestamp").next().is_none()
                    && test.holds_at(time)
            }
            Matcher::Bool(clauses) => {
                clauses.must.iter().all(holds)
                    && clauses.filter.iter().all(holds)
                    && !clauses.must_not.iter().any(holds)
                    && clauses.should.iter().filter(|clause| holds(clause)).count()
                        >= clauses.minimum
            }
        }
    }
}

impl Field {
    /// The field made ready for matching paths.
    pub fn selector(&self) -> Selector {
        Selector::new(self)
    }
}

#[cfg(test)]
mod tests;
