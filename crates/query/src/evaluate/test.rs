//! One clause's test of one value: the leaf that evaluators of every kind share.

use crate::document::ValueRef;

use super::address::AddressTest;
use super::date::DateTest;
use super::field::{View, too_long};
use super::fuzzy::FuzzyTest;
use super::pattern::{PatternTest, PrefixTest};
use super::range::RangeTest;
use super::term::{TermTest, TermsTest};
use super::words::{MatchTest, PhraseTest};
use super::{NeededWords, needed};

/// The test; see [`crate::ast::Query`] for the clauses.
#[derive(Debug)]
pub enum ValueTest {
    Match(MatchTest),
    Phrase(PhraseTest),
    Term(TermTest),
    Terms(TermsTest),
    Range(RangeTest),
    Prefix(PrefixTest),
    Pattern(PatternTest),
    Fuzzy(FuzzyTest),
    Address(AddressTest),
    Date(DateTest),
}

impl ValueTest {
    /// Whether a value at this path satisfies the clause.
    pub fn holds(&self, path: &str, value: ValueRef<'_>, view: View) -> bool {
        if view == View::Whole && too_long(value) {
            return false;
        }
        match (self, value) {
            (ValueTest::Range(test), value) => test.holds(path, value),
            (ValueTest::Date(test), value) => test.holds(value),
            (ValueTest::Match(test), ValueRef::Text(text)) => test.text(text, view),
            (ValueTest::Phrase(test), ValueRef::Text(text)) => test.text(text, view),
            (ValueTest::Term(test), ValueRef::Text(text)) => test.text(text, view),
            (ValueTest::Terms(test), ValueRef::Text(text)) => test.text(text, view),
            (ValueTest::Prefix(test), ValueRef::Text(text)) => test.text(text, view),
            (ValueTest::Pattern(test), ValueRef::Text(text)) => test.text(text, view),
            (ValueTest::Fuzzy(test), ValueRef::Text(text)) => test.text(text, view),
            (ValueTest::Address(test), ValueRef::Text(text)) => test.text(text),
            (ValueTest::Match(test), value) => test.equal.equals(value),
            (ValueTest::Phrase(test), value) => test.equal.equals(value),
            (ValueTest::Term(test), value) => test.equal.equals(value),
            (ValueTest::Terms(test), value) => test.equals(value),
            (
                ValueTest::Prefix(_)
                | ValueTest::Pattern(_)
                | ValueTest::Fuzzy(_)
                | ValueTest::Address(_),
                _,
            ) => false,
        }
    }

    /// Whether a point in time satisfies the clause: the time of a document without `@timestamp`.
    pub fn holds_at(&self, instant: i64) -> bool {
        matches!(self, ValueTest::Range(test) if test.instant(instant) == Some(true))
    }

    /// Whether some number or boolean could satisfy the clause.
    pub fn may_hold_for_numbers(&self) -> bool {
        match self {
            ValueTest::Match(test) => test.equal.is_possible(),
            ValueTest::Phrase(test) => test.equal.is_possible(),
            ValueTest::Term(test) => test.equal.is_possible(),
            ValueTest::Terms(test) => test.may_hold_for_numbers(),
            ValueTest::Range(_) | ValueTest::Date(_) => true,
            ValueTest::Prefix(_)
            | ValueTest::Pattern(_)
            | ValueTest::Fuzzy(_)
            | ValueTest::Address(_) => false,
        }
    }

    /// Characters without which, in some case, no text in ASCII satisfies the clause.
    pub fn needed_characters(&self) -> Option<&str> {
        needed::needed_characters(self)
    }

    /// Words without which no text satisfies the clause.
    pub fn needed_words(&self, view: View) -> NeededWords {
        needed::needed_words(self, view)
    }
}
