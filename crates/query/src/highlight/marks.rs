//! Where in a text the words stand that a query's clauses find.

use std::ops::Range;

use crate::analysis::{placed_words, words};
use crate::ast::{Case, Field, Operator, Query, Scalar};
use crate::document::ValueRef;
use crate::evaluate::{BadQuery, Matcher, Selector, ValueTest, View, compile};
use crate::lucene::expanded;

/// A marked stretch of a text, in bytes, and what it is marked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub place: Range<usize>,
    /// The word, or the clause when it finds several words in a row.
    pub term: String,
}

/// The clauses of a query that mark texts.
#[derive(Debug)]
pub struct Marker {
    clauses: Vec<Clause>,
}

#[derive(Debug)]
struct Clause {
    field: Selector,
    test: ValueTest,
    row: Option<Row>,
}

/// Words in a row, with this many moves at most.
#[derive(Debug)]
struct Row {
    words: Vec<String>,
    slop: usize,
    prefix: bool,
}

impl Marker {
    /// Of a query; with `anywhere`, of every field alike.
    pub fn new(query: &Query, own_field_only: bool) -> Result<Self, BadQuery> {
        let mut clauses = Vec::new();
        collect(query, &mut |leaf, row| {
            let Matcher::Leaf { field, test } = compile(leaf)? else {
                return Ok(());
            };
            let field = match own_field_only {
                true => field,
                false => Field::Any.selector(),
            };
            clauses.push(Clause { field, test, row });
            Ok(())
        })?;
        Ok(Self { clauses })
    }

    /// The marks in a text of the field, in order, none of them within another.
    pub fn marks(&self, path: &str, text: &str, view: View) -> Vec<Mark> {
        let mut found = Vec::new();
        for clause in &self.clauses {
            if !clause.field.views(path).any(|own| own == view) {
                continue;
            }
            let holds = |text: &str| clause.test.holds(path, ValueRef::Text(text), view);
            match (&clause.row, view) {
                (_, View::Whole) if holds(text) => found.push(Mark {
                    place: 0..text.len(),
                    term: text.to_owned(),
                }),
                (_, View::Whole) => {}
                (Some(row), View::Text) => row.mark(text, &mut found),
                (None, View::Text) => {
                    let words = placed_words(text).filter(|(_, word)| holds(word));
                    found.extend(words.map(|(place, word)| Mark {
                        place,
                        term: word.into_owned(),
                    }));
                }
            }
        }
        found.sort_by_key(|mark| (mark.place.start, std::cmp::Reverse(mark.place.end)));
        let mut end = 0;
        found.retain(|mark| {
            let is_apart = mark.place.start >= end;
            end = end.max(mark.place.end);
            is_apart
        });
        found
    }
}

impl Row {
    fn mark(&self, text: &str, found: &mut Vec<Mark>) {
        let all: Vec<_> = placed_words(text).collect();
        let last = self.words.len().saturating_sub(1);
        let is = |at: usize, word: &str| match self.prefix && at == last {
            true => word.starts_with(self.words[at].as_str()),
            false => word == self.words[at],
        };
        let mut start = 0;
        while start < all.len() {
            let row = (start..all.len()).zip(0..self.words.len());
            let reached = row
                .take_while(|(place, at)| is(*at, &all[*place].1))
                .count();
            if reached == self.words.len() {
                found.push(Mark {
                    place: all[start].0.start..all[start + last].0.end,
                    term: self.words.join(" "),
                });
                start += reached;
                continue;
            }
            start += 1;
        }
        if self.slop > 0 {
            self.mark_nearby(&all, &is, found);
        }
    }

    /// Words of the row that stand within a window which the moves allow.
    fn mark_nearby(
        &self,
        all: &[(Range<usize>, std::borrow::Cow<'_, str>)],
        is: &impl Fn(usize, &str) -> bool,
        found: &mut Vec<Mark>,
    ) {
        let width = self.words.len().saturating_add(self.slop);
        for start in 0..all.len() {
            let window = &all[start..all.len().min(start.saturating_add(width))];
            let has = |at: usize| window.iter().position(|(_, word)| is(at, word));
            let places: Option<Vec<usize>> = (0..self.words.len()).map(has).collect();
            let Some(places) = places.filter(|places| places.contains(&0)) else {
                continue;
            };
            found.extend(places.iter().map(|place| Mark {
                place: window[*place].0.clone(),
                term: self.words.join(" "),
            }));
        }
    }
}

type Take<'a> = dyn FnMut(&Query, Option<Row>) -> Result<(), BadQuery> + 'a;

/// Gives every clause that can mark words, any word of a text's for itself.
fn collect(query: &Query, take: &mut Take<'_>) -> Result<(), BadQuery> {
    match query {
        Query::Bool(clauses) => {
            let all = clauses
                .must
                .iter()
                .chain(&clauses.filter)
                .chain(&clauses.should);
            for clause in all {
                collect(clause, take)?;
            }
        }
        Query::Scored { query, .. } | Query::Nested { query, .. } => collect(query, take)?,
        Query::Text {
            field,
            text,
            operator,
            minimum,
        } => collect(&expanded(field, text, *operator, minimum.as_ref()), take)?,
        Query::Match { field, text, .. } => take(
            &Query::Match {
                field: field.clone(),
                text: text.clone(),
                operator: Operator::Or,
                minimum: None,
            },
            None,
        )?,
        Query::Terms { field, values } => {
            for value in values {
                let (field, value) = (field.clone(), value.clone());
                let case = Case::AsGiven;
                collect(&Query::Term { field, value, case }, take)?;
            }
        }
        Query::Term { value, .. } => {
            let text = match value {
                Scalar::Text(text) => text.as_str(),
                _ => "",
            };
            take(query, row(text, 0, false))?;
        }
        Query::Phrase {
            text, slop, prefix, ..
        } => take(query, row(text, *slop as usize, *prefix))?,
        Query::Prefix { .. }
        | Query::Wildcard { .. }
        | Query::Regexp { .. }
        | Query::Fuzzy { .. } => take(query, None)?,
        Query::All
        | Query::Nothing
        | Query::Range { .. }
        | Query::NumberRange { .. }
        | Query::Exists { .. }
        | Query::Ids(_)
        | Query::Addresses { .. }
        | Query::Dates { .. } => {}
    }
    Ok(())
}

/// Several words as a row; a single one is tested for itself.
fn row(text: &str, slop: usize, prefix: bool) -> Option<Row> {
    let words: Vec<String> = words(text).map(|word| word.into_owned()).collect();
    (words.len() > 1).then_some(Row {
        words,
        slop,
        prefix,
    })
}
