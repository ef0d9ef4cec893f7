//! How well rows match: `Matcher::score`, column by column.

use std::collections::BTreeMap;
use std::sync::Arc;

use swarmscope_model::limits::MAX_COUNTED_AT_ONCE;
use swarmscope_query::document::ValueRef;
use swarmscope_query::evaluate::{
    BoolMatcher, Matcher, Relevance, ScoringMatcher, Selector, ValueTest, View, best,
};

use super::clause::{Clauses, wants};
use super::error::SearchError;
use super::part::ColumnRef;
use super::statistics::Statistics;
use super::values::is_seen_whole;
use crate::block::column::Kind;
use crate::rows::RowSet;

/// Scores rows of one part.
pub struct Scorer<'a> {
    pub clauses: &'a Clauses<'a>,
    pub statistics: &'a Statistics<'a>,
}

impl Scorer<'_> {
    /// The score of each of the rows, in order. All of them match.
    ///
    /// # Errors
    /// When the time is over or the part cannot be read.
    pub fn scores(&self, matcher: &Matcher, rows: &RowSet) -> Result<Vec<f32>, SearchError> {
        let all = |score: f32| Ok(vec![score; rows.count() as usize]);
        match matcher {
            Matcher::Nothing => all(0.0),
            Matcher::All | Matcher::Exists(_) | Matcher::Ids(_) | Matcher::Index(_) => all(1.0),
            Matcher::Leaf { field, test } => self.leaf(field, test, rows),
            Matcher::Nested(nested) => self.scores(&nested.wide, rows),
            Matcher::Bool(clauses) => {
                let mut sums = vec![0.0_f64; rows.count() as usize];
                self.counted(clauses, rows, |at, score| sums[at] += f64::from(score))?;
                Ok(sums.into_iter().map(|sum| sum as f32).collect())
            }
            Matcher::Scored { clause, scoring } => match (scoring, clause.as_ref()) {
                (ScoringMatcher::Constant(score), _) => all(*score),
                (ScoringMatcher::Best(others), Matcher::Bool(clauses)) => {
                    self.best_of(clauses, *others, rows)
                }
                (ScoringMatcher::Best(_), clause) => self.scores(clause, rows),
                (ScoringMatcher::Times(factor), clause) => {
                    let mut scores = self.scores(clause, rows)?;
                    scores.iter_mut().for_each(|score| *score *= factor);
                    Ok(scores)
                }
                (ScoringMatcher::When(others), clause) => {
                    let mut scores = self.scores(clause, rows)?;
                    for (other, factor) in others {
                        let holding = self.clauses.rows(other, rows)?;
                        for (row, score) in rows.iter().zip(&mut scores) {
                            if holding.contains(row) {
                                *score *= factor;
                            }
                        }
                    }
                    Ok(scores)
                }
            },
        }
    }

    fn best_of(
        &self,
        clauses: &BoolMatcher,
        others: f32,
        rows: &RowSet,
    ) -> Result<Vec<f32>, SearchError> {
        let mut each: Vec<Vec<f32>> = vec![Vec::new(); rows.count() as usize];
        self.counted(clauses, rows, |at, score| each[at].push(score))?;
        Ok(each.iter().map(|scores| best(scores, others)).collect())
    }

    /// Calls with the place of a row and the score of a clause that counts and holds for it.
    fn counted(
        &self,
        clauses: &BoolMatcher,
        rows: &RowSet,
        mut each: impl FnMut(usize, f32),
    ) -> Result<(), SearchError> {
        for clause in &clauses.must {
            let scores = self.scores(clause, rows)?;
            scores
                .iter()
                .enumerate()
                .for_each(|(at, score)| each(at, *score));
        }
        for clause in &clauses.should {
            let holding = self.clauses.rows(clause, rows)?;
            if holding.is_empty() {
                continue;
            }
            let mut scores = self.scores(clause, &holding)?.into_iter();
            let held = rows
                .iter()
                .enumerate()
                .filter(|(_, row)| holding.contains(*row));
            for (at, _) in held {
                each(at, scores.next().unwrap_or_default());
            }
        }
        Ok(())
    }

    /// The best of the fields that the clause looks at.
    fn leaf(
        &self,
        field: &Selector,
        test: &ValueTest,
        rows: &RowSet,
    ) -> Result<Vec<f32>, SearchError> {
        let counts = [View::Text, View::Whole];
        if counts
            .iter()
            .all(|view| Relevance::of(test, *view).is_none())
        {
            return Ok(vec![1.0; rows.count() as usize]);
        }
        let part = self.clauses.part;
        let columns = part.columns(|path, _| field.views(path).next().is_some())?;
        let mut texts: BTreeMap<Arc<str>, Vec<ColumnRef>> = BTreeMap::new();
        let mut ones = RowSet::none(rows.len());
        for column in columns {
            if !wants(test, &column.path, column.kind) {
                continue;
            }
            if column.kind == Kind::Text {
                texts
                    .entry(Arc::clone(&column.path))
                    .or_default()
                    .push(column);
                continue;
            }
            for view in field.views(&column.path) {
                self.clauses.scan(&column, test, view, rows, &mut ones)?;
            }
        }
        ones.intersect(rows);
        let selected = rows.to_vec();
        let mut scores: Vec<f32> = selected
            .iter()
            .map(|row| f32::from(u8::from(ones.contains(*row))))
            .collect();
        for (path, columns) in &texts {
            for view in field.views(path) {
                let holding = self.clauses.holding(columns, test, view, rows)?;
                if holding.is_empty() {
                    continue;
                }
                match Relevance::of(test, view) {
                    Some(relevance) => {
                        let own = (&relevance, view, &**path, columns.as_slice());
                        self.texts(own, &holding, &selected, &mut scores)?;
                    }
                    // As the begin of a whole string.
                    None => {
                        for (row, score) in selected.iter().zip(&mut scores) {
                            if holding.contains(*row) {
                                *score = score.max(1.0);
                            }
                        }
                    }
                }
            }
        }
        Ok(scores)
    }

    /// Raises the scores of rows whose texts in one field hold.
    fn texts(
        &self,
        (relevance, view, path, columns): (&Relevance, View, &str, &[ColumnRef]),
        holding: &RowSet,
        selected: &[u32],
        scores: &mut [f32],
    ) -> Result<(), SearchError> {
        let part = self.clauses.part;
        let weights = relevance.weights(self.statistics, &part.index, path)?;
        let rows = holding.to_vec();
        let at_once = (MAX_COUNTED_AT_ONCE / relevance.units().max(1)).max(1);
        let mut place = 0;
        for rows in rows.chunks(at_once) {
            self.clauses.deadline.check()?;
            let mut within = RowSet::none(holding.len());
            for row in rows {
                within.insert(*row);
            }
            let mut counts = vec![relevance.counts(); rows.len()];
            for column in columns {
                part.visit(column, &within, &mut |page| {
                    page.visit_selected(rows, |own, at| {
                        let value = page.value(at);
                        let is_seen = view == View::Text || is_seen_whole(value);
                        if let (ValueRef::Text(text), true) = (value, is_seen) {
                            relevance.count(text, &mut counts[own]);
                        }
                    });
                    Ok(())
                })?;
            }
            for (row, counts) in rows.iter().zip(&counts) {
                while selected[place] < *row {
                    place += 1;
                }
                scores[place] = scores[place].max(weights.score(counts));
            }
        }
        Ok(())
    }
}
