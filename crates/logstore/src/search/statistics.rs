//! What scores have to know of all documents of an index: how long its fields are, how many documents hold a word.
//!
//! No index has these numbers, so they are counted when a search asks: from all rows of an index up to a limit, beyond
//! it from granules spread over it. The token index tells which rows may hold a word, so a rare one is counted exactly
//! however large the index is. Deleted rows never count, the search's own time range does not matter.

use swarmscope_query::analysis::standard_words;
use swarmscope_query::bm25::FieldLengths;
use swarmscope_query::document::ValueRef;
use swarmscope_query::evaluate::{Corpus, CountedTest, View};
use swarmscope_query::score_statistics::{ScoreStatistics, ScoredField};

use super::budget::Deadline;
use super::clause::Clauses;
use super::error::SearchError;
use super::part::{ColumnRef, Part};
use super::repeated::Repeated;
use super::values::is_seen_whole;
use crate::block::column::{Column, Kind};
use crate::rows::RowSet;
use crate::segment::GRANULE_ROWS;

/// Values after which the time is looked at.
const VALUES_BETWEEN_LOOKS: usize = 4096;

/// Counts in the parts of a search.
pub struct Statistics<'a> {
    /// All parts of the indices.
    pub parts: &'a [(Part, (i64, i64))],
    /// What later pages are to know as well, as far as there is room.
    pub kept: Option<&'a ScoreStatistics>,
    /// What this search knows.
    pub known: &'a ScoreStatistics,
    /// Rows of an index that are looked at.
    pub most_rows: u64,
    pub deadline: Deadline,
}

/// The rows of a part that are looked at.
struct Sampled<'a> {
    part: &'a Part,
    rows: RowSet,
}

/// Rows to look at, and for how many each of them stands.
struct Sample<'a> {
    parts: Vec<Sampled<'a>>,
    each: f64,
}

impl Sample<'_> {
    fn scaled(&self, count: u64) -> u64 {
        (count as f64 * self.each).round() as u64
    }
}

impl Statistics<'_> {
    /// Chooses among the rows of an index that `candidates` names.
    fn sample(
        &self,
        index: &str,
        candidates: impl Fn(&Clauses<'_>, RowSet) -> Result<RowSet, SearchError>,
    ) -> Result<Sample<'_>, SearchError> {
        let mut parts = Vec::new();
        let mut total = 0_u64;
        for (part, _) in self.parts.iter().filter(|(part, _)| *part.index == *index) {
            let mut live = RowSet::all(part.rows());
            live.subtract(&part.deleted);
            let Some(rows) = readable(candidates(&self.clauses(part), live))? else {
                continue;
            };
            total += u64::from(rows.count());
            if !rows.is_empty() {
                parts.push(Sampled { part, rows });
            }
        }
        let every = total.div_ceil(self.most_rows.max(1)).max(1);
        if every > 1 {
            let mut granules = 0;
            for own in &mut parts {
                thin_out(&mut own.rows, every, &mut granules);
            }
        }
        let looked_at: u64 = parts.iter().map(|own| u64::from(own.rows.count())).sum();
        Ok(Sample {
            each: total as f64 / looked_at.max(1) as f64,
            parts,
        })
    }

    fn clauses<'p>(&self, part: &'p Part) -> Clauses<'p> {
        Clauses {
            part,
            deadline: self.deadline,
        }
    }

    fn count_lengths(
        &self,
        index: &str,
        path: &str,
        view: View,
    ) -> Result<FieldLengths, SearchError> {
        let sample = self.sample(index, |_, live| Ok(live))?;
        let mut found = FieldLengths::default();
        for Sampled { part, rows } in &sample.parts {
            let mut lengths = vec![0_u64; part.rows() as usize];
            let counted = texts_at(part, path).and_then(|columns| {
                for column in columns {
                    part.visit(&column, rows, &mut |page| {
                        add_lengths(page, rows, view, &mut lengths, self.deadline)
                    })?;
                }
                Ok(())
            });
            if readable(counted)?.is_some() {
                found.documents += lengths.iter().filter(|words| **words > 0).count() as u64;
                found.words += lengths.iter().sum::<u64>();
            }
        }
        Ok(FieldLengths {
            documents: sample.scaled(found.documents),
            words: sample.scaled(found.words),
        })
    }

    fn count_holding(
        &self,
        index: &str,
        path: &str,
        view: View,
        test: &CountedTest,
    ) -> Result<u64, SearchError> {
        let sample = self.sample(index, |clauses, live| {
            let mut possible = RowSet::none(live.len());
            for column in texts_at(clauses.part, path)? {
                possible.unite(&clauses.candidates(&column, &test.test, view, &live)?);
            }
            Ok(possible)
        })?;
        let mut count = 0;
        for Sampled { part, rows } in &sample.parts {
            let holding = texts_at(part, path)
                .and_then(|columns| self.clauses(part).holding(&columns, &test.test, view, rows));
            count += readable(holding)?.map_or(0, |rows| u64::from(rows.count()));
        }
        Ok(sample.scaled(count))
    }
}

impl Corpus for Statistics<'_> {
    type Error = SearchError;

    fn lengths(&self, index: &str, path: &str, view: View) -> Result<FieldLengths, SearchError> {
        let field = ScoredField::new(index, path, view);
        let count = || self.count_lengths(index, path, view);
        match self.kept {
            Some(kept) => kept.lengths(field.clone(), || self.known.lengths(field, count)),
            None => self.known.lengths(field, count),
        }
    }

    fn holding(
        &self,
        index: &str,
        path: &str,
        view: View,
        test: &CountedTest,
    ) -> Result<u64, SearchError> {
        let field = ScoredField::new(index, path, view);
        let count = || self.count_holding(index, path, view, test);
        match self.kept {
            Some(kept) => kept.holding(field.clone(), test, || {
                self.known.holding(field, test, count)
            }),
            None => self.known.holding(field, test, count),
        }
    }
}

/// The columns of texts at a path.
fn texts_at(part: &Part, path: &str) -> Result<Vec<ColumnRef>, SearchError> {
    Ok(part.columns(|own, kind| own == path && kind == Kind::Text)?)
}

/// Adds the words that a page has of each of the rows. As a whole string a value that a row repeats is there once.
fn add_lengths(
    page: &Column,
    rows: &RowSet,
    view: View,
    lengths: &mut [u64],
    deadline: Deadline,
) -> Result<(), SearchError> {
    let mut repeated = Repeated::default();
    for at in 0..page.len() {
        if at % VALUES_BETWEEN_LOOKS == 0 {
            deadline.check()?;
        }
        let row = page.row(at);
        if !rows.contains(row) {
            continue;
        }
        let words = match (page.value(at), view) {
            (ValueRef::Text(text), View::Text) => standard_words(text, |_| {}),
            (value @ ValueRef::Text(text), View::Whole) => {
                u64::from(is_seen_whole(value) && repeated.is_first(row, text))
            }
            _ => 0,
        };
        lengths[row as usize] += words;
    }
    Ok(())
}

/// `None` for a damaged part: the search itself tells of it.
fn readable<T>(found: Result<T, SearchError>) -> Result<Option<T>, SearchError> {
    match found {
        Err(SearchError::Segment(_)) => Ok(None),
        other => other.map(Some),
    }
}

/// Leaves the rows of one in so many granules that have any; `granules` counts them over all parts.
fn thin_out(rows: &mut RowSet, every: u64, granules: &mut u64) {
    let mut kept = RowSet::none(rows.len());
    for first in (0..rows.len()).step_by(GRANULE_ROWS as usize) {
        let granule = first..(first + GRANULE_ROWS).min(rows.len());
        if rows.intersects(granule.clone()) {
            if granules.is_multiple_of(every) {
                kept.insert_range(granule);
            }
            *granules += 1;
        }
    }
    rows.intersect(&kept);
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::block::column::{Rows, Values};
    use crate::block::strings::Strings;

    fn page(texts: &[&str]) -> Column {
        let mut values = Strings::with_room(texts.len(), 0);
        texts.iter().for_each(|text| values.push(text));
        Column {
            rows: Rows::Listed(vec![0; texts.len()]),
            values: Values::Text(values),
        }
    }

    #[test]
    fn a_value_counts_once_a_row_however_many_there_are() {
        let values: Vec<String> = (0..40).map(|n| (n % 20).to_string()).collect();
        let texts: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut lengths = [0];
        let later = Deadline::after(Duration::from_secs(3600));
        let rows = RowSet::all(1);
        add_lengths(&page(&texts), &rows, View::Whole, &mut lengths, later).expect("counted");
        assert_eq!(lengths, [20]);
    }

    #[test]
    fn a_page_is_left_when_the_time_is_over() {
        let over = Deadline::after(Duration::ZERO);
        let counted = add_lengths(&page(&["a"]), &RowSet::all(1), View::Text, &mut [0], over);
        assert!(counted.is_err());
    }

    #[test]
    fn one_granule_of_so_many_is_left_over_all_parts() {
        let mut granules = 0;
        let mut kept = Vec::new();
        for _ in 0..3 {
            let mut rows = RowSet::all(GRANULE_ROWS * 2 + 10);
            rows.remove(0);
            thin_out(&mut rows, 4, &mut granules);
            kept.push(rows.count());
        }
        assert_eq!(kept, [GRANULE_ROWS - 1, GRANULE_ROWS, 10]);
    }
}
