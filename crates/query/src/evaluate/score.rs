//! How well a document matches a query: the naive and obviously right way, document by document.

use std::collections::BTreeSet;

use super::field::{Selector, View, too_long};
use super::relevance::{Corpus, Relevance};
use super::test::ValueTest;
use super::{BoolMatcher, Matcher, ScoringMatcher};
use crate::document::{Document, ValueRef};

impl Matcher {
    /// The score of a matching document: BM25 for words and whole strings, 1 for what has no rarity, sums of what
    /// `must` and `should` hold.
    ///
    /// # Errors
    /// Those of the corpus.
    pub fn score<C: Corpus>(
        &self,
        document: &Document,
        id: &str,
        time: i64,
        corpus: &C,
    ) -> Result<f32, C::Error> {
        let deeper = |clause: &Matcher| clause.score(document, id, time, corpus);
        match self {
            Matcher::Nothing => Ok(0.0),
            Matcher::All | Matcher::Exists(_) | Matcher::Ids(_) | Matcher::Index(_) => Ok(1.0),
            Matcher::Leaf { field, test } => leaf(field, test, document, time, corpus),
            Matcher::Nested(nested) => deeper(&nested.wide),
            Matcher::Bool(clauses) => {
                let counted = clauses.counted(document, id, time, corpus)?;
                Ok(counted.into_iter().map(f64::from).sum::<f64>() as f32)
            }
            Matcher::Scored { clause, scoring } => match (scoring, clause.as_ref()) {
                (ScoringMatcher::Times(factor), clause) => Ok(deeper(clause)? * factor),
                (ScoringMatcher::Constant(score), _) => Ok(*score),
                (ScoringMatcher::Best(others), Matcher::Bool(clauses)) => {
                    let counted = clauses.counted(document, id, time, corpus)?;
                    Ok(best(&counted, *others))
                }
                (ScoringMatcher::Best(_), clause) => deeper(clause),
                (ScoringMatcher::When(others), clause) => {
                    let holding = others
                        .iter()
                        .filter(|(other, _)| other.matches(document, id, time));
                    let own = deeper(clause)?;
                    Ok(holding.fold(own, |score, (_, factor)| score * factor))
                }
            },
        }
    }
}

/// The best of scores, with a part of the others.
pub fn best(scores: &[f32], others: f32) -> f32 {
    let best = scores.iter().copied().fold(0.0, f32::max);
    let sum: f64 = scores.iter().copied().map(f64::from).sum();
    (f64::from(best) + (sum - f64::from(best)) * f64::from(others)) as f32
}

impl BoolMatcher {
    /// The scores of the clauses that count and hold.
    fn counted<C: Corpus>(
        &self,
        document: &Document,
        id: &str,
        time: i64,
        corpus: &C,
    ) -> Result<Vec<f32>, C::Error> {
        let counting = self.must.iter().chain(&self.should);
        counting
            .filter(|clause| clause.matches(document, id, time))
            .map(|clause| clause.score(document, id, time, corpus))
            .collect()
    }
}

/// The best of the fields that the clause looks at.
fn leaf<C: Corpus>(
    field: &Selector,
    test: &ValueTest,
    document: &Document,
    time: i64,
    corpus: &C,
) -> Result<f32, C::Error> {
    let by_time = field.falls_back_to_time()
        && document.values_at("@timestamp").next().is_none()
        && test.holds_at(time);
    let mut highest = f32::from(u8::from(by_time));
    let paths: BTreeSet<&str> = document.fields().map(|(path, _)| path).collect();
    for path in paths {
        for view in field.views(path) {
            let holding = |value: &ValueRef<'_>| test.holds(path, *value, view);
            let is_text = |value: &ValueRef<'_>| matches!(value, ValueRef::Text(_));
            let (texts, others): (Vec<_>, Vec<_>) = document.values_at(path).partition(is_text);
            if others.iter().any(holding) {
                highest = highest.max(1.0);
            }
            if texts.iter().any(holding) {
                let own = of_texts(path, view, test, document.index(), &texts, corpus)?;
                highest = highest.max(own);
            }
        }
    }
    Ok(highest)
}

fn of_texts<C: Corpus>(
    path: &str,
    view: View,
    test: &ValueTest,
    index: &str,
    texts: &[ValueRef<'_>],
    corpus: &C,
) -> Result<f32, C::Error> {
    let Some(relevance) = Relevance::of(test, view) else {
        return Ok(1.0);
    };
    let mut counts = relevance.counts();
    for text in texts {
        match text {
            ValueRef::Text(_) if view == View::Whole && too_long(*text) => {}
            ValueRef::Text(text) => relevance.count(text, &mut counts),
            _ => {}
        }
    }
    Ok(relevance.weights(corpus, index, path)?.score(&counts))
}
