//! The one tree that every query language parses into.
//!
//! What a clause means for a document is said here and decided by `evaluate`:
//!
//! - A field is a dotted path into the document; arrays are looked into, so a field may have many
//!   values, and a clause holds when one of them satisfies it.
//! - Strings have two views, as with Elasticsearch's dynamic mapping: the plain name is the text,
//!   word by word ([`crate::analysis`]); the name with `.keyword` is the whole string.
//! - Numbers, booleans and dates have one view; a string in a query is converted to the type of
//!   the value it meets, and does not match when it cannot be.

use std::net::IpAddr;

use jiff::tz::TimeZone;

use crate::value_view::DateFormat;

/// Which values of a document a clause looks at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// Every field of the document.
    Any,
    /// A dotted path, possibly ending in `.keyword`.
    Named(String),
    /// A path with `*` in it: every field whose path matches.
    Pattern(String),
}

impl Field {
    /// The field a language's text names: `*` alone is every field.
    pub fn from_text(name: &str) -> Self {
        match name {
            "*" | "_all" | "" => Field::Any,
            name if name.contains('*') => Field::Pattern(name.to_owned()),
            name => Field::Named(name.to_owned()),
        }
    }

    /// The path without `.keyword`, and whether it was there.
    pub fn split_keyword(name: &str) -> (&str, bool) {
        match name.strip_suffix(".keyword") {
            Some(path) if !path.is_empty() => (path, true),
            _ => (name, false),
        }
    }
}

/// A value in a query or a key in a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
}

/// How words of one clause combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Operator {
    #[default]
    Or,
    And,
}

/// How a term, prefix or pattern is compared with strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Case {
    /// As given: against a text field's words this is lower case against whatever was given.
    #[default]
    AsGiven,
    /// As the field has it: lowercased for words of text, as given for whole strings.
    Analyzed,
    /// In any case.
    Insensitive,
}

/// One end of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// As given; compared with numbers as a number, with strings by code point.
    pub value: Scalar,
    /// The point in time it means, date math and rounding applied, in milliseconds; compared with
    /// dates. `None` when it means none.
    pub instant: Option<i64>,
    pub inclusive: bool,
    /// Whether the clause itself says in which format the point in time is.
    pub formatted: bool,
    /// The time zone of a text that names none; UTC when the clause says nothing.
    pub time_zone: Option<TimeZone>,
}

/// A query. See the module for what each clause means.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    All,
    Nothing,
    /// The text's words: any or all of them, or at least `minimum`. A text without words matches
    /// nothing. On the whole-string view, numbers, booleans and dates: equality with the text.
    Match {
        field: Field,
        text: String,
        operator: Operator,
        minimum: Option<MinimumMatch>,
    },
    /// A text whose words are Elasticsearch's: what only our analysis splits (`nova.compute`) stands in a row.
    Text {
        field: Field,
        text: String,
        operator: Operator,
        minimum: Option<MinimumMatch>,
    },
    /// The text's words in order, with at most `slop` moves; the last may be a beginning only.
    Phrase {
        field: Field,
        text: String,
        slop: u32,
        prefix: bool,
    },
    /// One exact word of a text, one exact whole string, number, boolean or date. On the text view a
    /// value that is several words is a phrase of them.
    Term {
        field: Field,
        value: Scalar,
        case: Case,
    },
    /// Any of these terms.
    Terms {
        field: Field,
        values: Vec<Scalar>,
    },
    Range {
        field: Field,
        lower: Option<Bound>,
        upper: Option<Bound>,
    },
    /// The same for numbers alone, among them strings that are numbers.
    NumberRange {
        field: Field,
        lower: Option<Bound>,
        upper: Option<Bound>,
    },
    /// The field has a value other than null and the empty array. A field that is an object exists
    /// when something in it does.
    Exists {
        field: Field,
    },
    /// A word (or whole string) that begins so.
    Prefix {
        field: Field,
        value: String,
        case: Case,
    },
    /// `*` is any run, `?` any one character, `\` takes the next one as it is. Compared with words of
    /// a text; with the whole text in lower case when the pattern holds what no word can.
    Wildcard {
        field: Field,
        pattern: String,
        case: Case,
    },
    /// Lucene's regular expressions, anchored at both ends.
    Regexp {
        field: Field,
        pattern: String,
        case: Case,
    },
    /// A word within `distance` edits (Damerau-Levenshtein) that shares the first `prefix` characters.
    Fuzzy {
        field: Field,
        value: String,
        distance: u8,
        prefix: u32,
    },
    /// Documents with one of these `_id`s.
    Ids(Vec<String>),
    Bool(BoolQuery),
    /// One of the objects at the path satisfies the query by itself, whatever the others have.
    Nested {
        path: String,
        query: Box<Query>,
    },
    /// An address between these two, both inclusive; text that is no address is none of them.
    Addresses {
        field: Field,
        first: IpAddr,
        last: IpAddr,
    },
    /// A date that is written in a format, between these two milliseconds, both inclusive; what cannot be read in
    /// the format is none of them.
    Dates {
        field: Field,
        format: DateFormat,
        first: i64,
        last: i64,
    },
    /// What the clause finds, with another score.
    Scored {
        query: Box<Query>,
        scoring: Scoring,
    },
}

/// How a clause counts for the score of what it finds.
#[derive(Debug, Clone, PartialEq)]
pub enum Scoring {
    /// So many times as much.
    Times(f32),
    /// Always this.
    Constant(f32),
    /// Of several optional clauses the best one counts, the others by this part.
    Best(f32),
    /// For each of other clauses that holds as well, so many times as much.
    When(Vec<(Query, f32)>),
}

/// How many optional clauses have to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MinimumMatch {
    /// This many; negative: all but so many.
    Count(i32),
    /// This percentage, rounded down; negative: all but so much.
    Percent(i32),
    /// Of the steps, the last one whose number is below the number of clauses; all clauses when there is none.
    Steps(Vec<(usize, MinimumMatch)>),
}

impl MinimumMatch {
    /// The number out of `clauses` that it asks for.
    pub fn of(&self, clauses: usize) -> usize {
        let total = i64::try_from(clauses).unwrap_or(i64::MAX);
        let wanted = match self {
            MinimumMatch::Count(count) if *count >= 0 => i64::from(*count),
            MinimumMatch::Count(count) => total.saturating_add(i64::from(*count)),
            MinimumMatch::Percent(percent) => {
                let part = total.saturating_mul(i64::from(*percent)) / 100;
                if *percent >= 0 {
                    part
                } else {
                    total.saturating_add(part)
                }
            }
            MinimumMatch::Steps(steps) => {
                let step = steps.iter().take_while(|(above, _)| clauses > *above);
                return step
                    .last()
                    .map_or(clauses, |(_, minimum)| minimum.of(clauses));
            }
        };
        usize::try_from(wanted.max(0)).unwrap_or(usize::MAX)
    }
}

/// Clauses combined.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BoolQuery {
    /// All hold, and count for the score.
    pub must: Vec<Query>,
    /// All hold.
    pub filter: Vec<Query>,
    /// At least `minimum` hold.
    pub should: Vec<Query>,
    /// None holds.
    pub must_not: Vec<Query>,
    /// Without one: 1 when there is neither `must` nor `filter`, else 0.
    pub minimum: Option<MinimumMatch>,
}

impl BoolQuery {
    /// How many `should` clauses have to hold.
    pub fn minimum_should(&self) -> usize {
        match &self.minimum {
            Some(minimum) => minimum.of(self.should.len()),
            None => usize::from(
                self.must.is_empty() && self.filter.is_empty() && !self.should.is_empty(),
            ),
        }
    }
}

impl Query {
    /// All of these; nothing needless around a single one.
    #[must_use]
    pub fn all_of(mut queries: Vec<Query>) -> Query {
        queries.retain(|query| *query != Query::All);
        match queries.len() {
            0 => Query::All,
            1 => queries.remove(0),
            _ => Query::Bool(BoolQuery {
                filter: queries,
                ..BoolQuery::default()
            }),
        }
    }

    /// The clause counting so many times for the score.
    #[must_use]
    pub fn times(self, factor: f32) -> Query {
        if (factor - 1.0).abs() < f32::EPSILON {
            return self;
        }
        Query::Scored {
            query: Box::new(self),
            scoring: Scoring::Times(factor),
        }
    }

    /// Any of these.
    #[must_use]
    pub fn any_of(mut queries: Vec<Query>) -> Query {
        match queries.len() {
            0 => Query::Nothing,
            1 => queries.remove(0),
            _ => Query::Bool(BoolQuery {
                should: queries,
                ..BoolQuery::default()
            }),
        }
    }

    /// Any of these, of which the best counts for the score and the others by a part.
    #[must_use]
    pub fn best_of(queries: Vec<Query>, others: f32) -> Query {
        if queries.len() < 2 || others >= 1.0 {
            return Query::any_of(queries);
        }
        Query::Scored {
            query: Box::new(Query::any_of(queries)),
            scoring: Scoring::Best(others),
        }
    }

    /// The whole string `value` in the field, or the same number, boolean or date.
    pub fn exactly(field: &str, value: Scalar) -> Query {
        Query::Term {
            field: Field::Named(format!("{field}.keyword")),
            value,
            case: Case::AsGiven,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimum_match_counts_from_either_end() {
        assert_eq!(MinimumMatch::Count(2).of(3), 2);
        assert_eq!(MinimumMatch::Count(-1).of(3), 2);
        assert_eq!(MinimumMatch::Percent(75).of(3), 2);
        assert_eq!(MinimumMatch::Percent(-25).of(4), 3);
        assert_eq!(MinimumMatch::Count(-5).of(3), 0);
        let steps = MinimumMatch::Steps(vec![
            (2, MinimumMatch::Percent(-25)),
            (9, MinimumMatch::Count(-3)),
        ]);
        assert_eq!([2, 4, 9, 10].map(|clauses| steps.of(clauses)), [2, 3, 7, 7]);
    }

    #[test]
    fn should_is_required_only_when_it_stands_alone() {
        let clause = || vec![Query::All];
        assert_eq!(
            BoolQuery {
                should: clause(),
                ..Default::default()
            }
            .minimum_should(),
            1
        );
        let with_filter = BoolQuery {
            should: clause(),
            filter: clause(),
            ..Default::default()
        };
        assert_eq!(with_filter.minimum_should(), 0);
    }
}
