//! Which rows of a part match a query: the matcher's tree, evaluated column by column.
//!
//! Every clause gets the rows that can still matter and answers with a subset of them, so that
//! cheap clauses spare the dear ones their work. The tests of values are the evaluator's own.

use swarmscope_query::document::{TIME_FIELDS, ValueRef, is_time_field};
use swarmscope_query::evaluate::{BoolMatcher, Matcher, NeededWords, Selector, ValueTest, View};

use super::budget::Deadline;
use super::column_test::ColumnTest;
use super::error::SearchError;
use super::part::{ColumnRef, Part};
use crate::block::column::{Column, Kind, Rows};
use crate::rows::RowSet;
use crate::segment::Indexing;

/// How much of something is selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Share {
    Nothing,
    Some,
    All,
}

/// Evaluates queries over one part.
pub struct Clauses<'a> {
    pub part: &'a Part,
    pub deadline: Deadline,
}

impl Clauses<'_> {
    /// The rows among `within` that match.
    ///
    /// # Errors
    /// When the time is over or the part cannot be read.
    pub fn rows(&self, matcher: &Matcher, within: &RowSet) -> Result<RowSet, SearchError> {
        self.deadline.check()?;
        if within.is_empty() {
            return Ok(within.clone());
        }
        match matcher {
            Matcher::All => Ok(within.clone()),
            Matcher::Nothing => Ok(RowSet::none(within.len())),
            Matcher::Ids(ids) => {
                let mut found = RowSet::none(within.len());
                for id in ids {
                    if let Some(row) = self.part.rows_with_id(id)? {
                        found.insert(row);
                    }
                }
                found.intersect(within);
                Ok(found)
            }
            Matcher::Exists(field) => self.exists(field, within),
            Matcher::Scored { clause, .. } => self.rows(clause, within),
            Matcher::Nested(nested) => self.nested(nested, within),
            Matcher::Index(test) if self.is_of_index(test) => Ok(within.clone()),
            Matcher::Index(_) => Ok(RowSet::none(within.len())),
            Matcher::Leaf { field, test } => self.leaf(field, test, within),
            Matcher::Bool(clauses) => self.bool(clauses, within),
        }
    }

    /// Whether the token index alone tells that no row matches. Says no when in doubt.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn is_ruled_out(&self, matcher: &Matcher) -> Result<bool, SearchError> {
        match matcher {
            Matcher::Nothing => Ok(true),
            Matcher::All | Matcher::Ids(_) | Matcher::Exists(_) => Ok(false),
            Matcher::Scored { clause, .. } => self.is_ruled_out(clause),
            Matcher::Nested(nested) => self.is_ruled_out(&nested.wide),
            Matcher::Index(test) => Ok(!self.is_of_index(test)),
            Matcher::Leaf { field, test } => self.leaf_is_ruled_out(field, test),
            Matcher::Bool(clauses) => {
                for clause in clauses.must.iter().chain(&clauses.filter) {
                    if self.is_ruled_out(clause)? {
                        return Ok(true);
                    }
                }
                let mut possible = clauses.should.len();
                for clause in &clauses.should {
                    if possible < clauses.minimum {
                        break;
                    }
                    possible -= usize::from(clauses.minimum > 0 && self.is_ruled_out(clause)?);
                }
                Ok(possible < clauses.minimum)
            }
        }
    }

    /// Whether the part's index is one that the test is about.
    fn is_of_index(&self, test: &ValueTest) -> bool {
        test.holds("_index", ValueRef::Text(&self.part.index), View::Whole)
    }

    fn leaf_is_ruled_out(&self, field: &Selector, test: &ValueTest) -> Result<bool, SearchError> {
        let columns = self
            .part
            .columns(|path, _| field.views(path).next().is_some())?;
        if let ValueTest::Range(_) = test {
            let mut wanted = columns.iter().filter(|column| {
                let is_told = column.kind == Kind::Text && all_are_dates(test, column, &columns);
                wants(test, &column.path, column.kind) && !is_told
            });
            let Some(column) = wanted.next() else {
                return Ok(!field.falls_back_to_time());
            };
            let outside = self.by_document_times(column, test)? == Some(Share::Nothing);
            return Ok(outside && wanted.next().is_none());
        }
        let mut asked: Vec<(View, Indexing)> = Vec::new();
        for column in &columns {
            if !wants(test, &column.path, column.kind) {
                continue;
            }
            // Numbers are in no token index.
            if column.kind != Kind::Text {
                return Ok(false);
            }
            for view in field.views(&column.path) {
                let question = (view, column.indexing);
                if !asked.contains(&question) {
                    asked.push(question);
                    if !self.words_rule_out(test, view, column.indexing)? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    fn words_rule_out(
        &self,
        test: &ValueTest,
        view: View,
        indexing: Indexing,
    ) -> Result<bool, SearchError> {
        let NeededWords::AnyOf(alternatives) = test.needed_words(view) else {
            return Ok(false);
        };
        for words in alternatives {
            if !self.part.lacks_words(indexing, &words)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn bool(&self, clauses: &BoolMatcher, within: &RowSet) -> Result<RowSet, SearchError> {
        let mut left = within.clone();
        let mut required: Vec<&Matcher> = clauses.must.iter().chain(&clauses.filter).collect();
        required.sort_by_key(|clause| cost(clause));
        for clause in required {
            left = self.rows(clause, &left)?;
        }
        if clauses.minimum > 0 {
            left = self.at_least(&clauses.should, clauses.minimum, &left)?;
        }
        for clause in &clauses.must_not {
            let not = self.rows(clause, &left)?;
            left.subtract(&not);
        }
        Ok(left)
    }

    fn at_least(
        &self,
        clauses: &[Matcher],
        minimum: usize,
        within: &RowSet,
    ) -> Result<RowSet, SearchError> {
        let mut found = RowSet::none(within.len());
        if minimum > clauses.len() {
            return Ok(found);
        }
        if minimum == 1 {
            let mut rest = within.clone();
            for clause in clauses {
                let own = self.rows(clause, &rest)?;
                rest.subtract(&own);
                found.unite(&own);
            }
            return Ok(found);
        }
        let mut counts = vec![0_u32; within.len() as usize];
        for clause in clauses {
            for row in self.rows(clause, within)?.iter() {
                counts[row as usize] += 1;
            }
        }
        for row in within.iter() {
            if counts[row as usize] as usize >= minimum {
                found.insert(row);
            }
        }
        Ok(found)
    }

    fn exists(&self, field: &Selector, within: &RowSet) -> Result<RowSet, SearchError> {
        let mut found = RowSet::none(within.len());
        let columns = self
            .part
            .columns(|path, kind| kind != Kind::Instant && field.exists_in(path))?;
        for column in columns {
            if column.is_dense && !field.only_whole(&column.path) {
                return Ok(within.clone());
            }
            self.part.visit(&column, within, &mut |page| {
                for at in 0..page.len() {
                    if field.exists(&column.path, page.value(at)) {
                        found.insert(page.row(at));
                    }
                }
                Ok(())
            })?;
        }
        found.intersect(within);
        Ok(found)
    }

    fn leaf(
        &self,
        field: &Selector,
        test: &ValueTest,
        within: &RowSet,
    ) -> Result<RowSet, SearchError> {
        let mut found = RowSet::none(within.len());
        let columns = self
            .part
            .columns(|path, _| field.views(path).next().is_some())?;
        let mut by_view: [Option<RowSet>; 2] = [None, None];
        for column in &columns {
            if !wants(test, &column.path, column.kind) {
                continue;
            }
            match self.by_document_times(column, test)? {
                Some(Share::Nothing) => continue,
                Some(Share::All) => return Ok(within.clone()),
                Some(Share::Some) | None => {}
            }
            for view in field.views(&column.path) {
                if column.kind != Kind::Text {
                    self.scan(column, test, view, within, &mut found)?;
                    continue;
                }
                if all_are_dates(test, column, &columns) {
                    continue;
                }
                let own;
                let candidates = if column.indexing == Indexing::Words {
                    let slot = &mut by_view[usize::from(view == View::Whole)];
                    match slot {
                        Some(candidates) => candidates,
                        None => slot.insert(self.candidates(column, test, view, within)?),
                    }
                } else {
                    own = self.candidates(column, test, view, within)?;
                    &own
                };
                if !candidates.is_empty() {
                    self.scan(column, test, view, candidates, &mut found)?;
                }
            }
        }
        if field.falls_back_to_time() {
            self.by_time(test, within, &mut found)?;
        }
        found.intersect(within);
        Ok(found)
    }

    /// What a range of time selects of a column that holds the documents' times, as far as the part's oldest
    /// and newest tell. `None` when the column does not, or the test is another.
    fn by_document_times(
        &self,
        column: &ColumnRef,
        test: &ValueTest,
    ) -> Result<Option<Share>, SearchError> {
        let ValueTest::Range(range) = test else {
            return Ok(None);
        };
        let (true, Some((first, last))) = (
            column.kind == Kind::Instant && column.is_dense,
            range.instants(),
        ) else {
            return Ok(None);
        };
        let [before, own] = TIME_FIELDS;
        let is_own = *column.path == *before
            || *column.path == *own
                && self
                    .part
                    .columns(|path, kind| kind == Kind::Instant && path == before)?
                    .is_empty();
        if !is_own {
            return Ok(None);
        }
        let (oldest, newest) = self.part.time_range;
        Ok(Some(if last < oldest || newest < first {
            Share::Nothing
        } else if first <= oldest && newest <= last {
            Share::All
        } else {
            Share::Some
        }))
    }

    /// The rows among `within` that the token index leaves.
    ///
    /// # Errors
    /// When the token index cannot be read.
    pub fn candidates(
        &self,
        column: &ColumnRef,
        test: &ValueTest,
        view: View,
        within: &RowSet,
    ) -> Result<RowSet, SearchError> {
        let NeededWords::AnyOf(alternatives) = test.needed_words(view) else {
            return Ok(within.clone());
        };
        let mut candidates = RowSet::none(within.len());
        for words in alternatives {
            match self.part.rows_with_words(column.indexing, &words)? {
                Some(rows) => candidates.unite(&rows),
                None => return Ok(within.clone()),
            }
        }
        candidates.intersect(within);
        Ok(candidates)
    }

    /// Adds the rows whose values in a column hold, of those `within` at least.
    ///
    /// # Errors
    /// When the time is over or the part cannot be read.
    pub fn scan(
        &self,
        column: &ColumnRef,
        test: &ValueTest,
        view: View,
        within: &RowSet,
        found: &mut RowSet,
    ) -> Result<(), SearchError> {
        // What several alternatives need is found faster in the page's whole text.
        let words = match test.needed_words(view) {
            NeededWords::AnyOf(mut alternatives) if alternatives.len() == 1 => alternatives.pop(),
            _ => None,
        };
        let test = ColumnTest::new(column, test, view, within, self.deadline);
        let mut look = |page: &Column| test.page(page, found);
        match words {
            Some(words) => self.part.visit_holding(column, &words, within, &mut look),
            None => self.part.visit(column, within, &mut look),
        }
    }

    /// The rows among `within` that have a text in one of the columns that satisfies the test.
    ///
    /// # Errors
    /// When the time is over or the part cannot be read.
    pub fn holding(
        &self,
        columns: &[ColumnRef],
        test: &ValueTest,
        view: View,
        within: &RowSet,
    ) -> Result<RowSet, SearchError> {
        let mut found = RowSet::none(within.len());
        for column in columns {
            let candidates = self.candidates(column, test, view, within)?;
            if !candidates.is_empty() {
                self.scan(column, test, view, &candidates, &mut found)?;
            }
        }
        found.intersect(within);
        Ok(found)
    }

    /// Rows without `@timestamp`, by the document's time.
    fn by_time(
        &self,
        test: &ValueTest,
        within: &RowSet,
        found: &mut RowSet,
    ) -> Result<(), SearchError> {
        let ValueTest::Range(range) = test else {
            return Ok(());
        };
        let Some((first, last)) = range.instants() else {
            return Ok(());
        };
        let (oldest, newest) = self.part.time_range;
        if last < oldest || first > newest {
            return Ok(());
        }
        let mut rows = within.clone();
        for column in self
            .part
            .columns(|path, kind| path == "@timestamp" && kind != Kind::Instant)?
        {
            if column.is_dense {
                return Ok(());
            }
            let mut present = RowSet::none(within.len());
            self.part.visit(&column, within, &mut |page| {
                note_rows(page, &mut present);
                Ok(())
            })?;
            rows.subtract(&present);
        }
        if !(first <= oldest && newest <= last) {
            let times = self.part.times()?;
            let timely = |at: usize| (first..=last).contains(&times[at]);
            found.select_cheaply(&rows, 0, times.len(), timely);
            return Ok(());
        }
        found.unite(&rows);
        Ok(())
    }
}

/// Adds every row that has a value on the page.
pub fn note_rows(page: &Column, found: &mut RowSet) {
    match &page.rows {
        Rows::Dense { first } => {
            found.insert_range(*first..first + page.len() as u32);
        }
        Rows::Listed(rows) => {
            for row in rows {
                found.insert(*row);
            }
        }
    }
}

/// Whether a column of this kind can satisfy the test. Points in time are looked at in their own
/// column, not in that of the numbers they were written as.
pub fn wants(test: &ValueTest, path: &str, kind: Kind) -> bool {
    match (test, kind) {
        (_, Kind::Text) => true,
        (ValueTest::Range(range), Kind::Instant) => range.is_of_time(),
        (_, Kind::Instant) => false,
        (ValueTest::Range(range), Kind::Integer | Kind::Float) => {
            !(range.is_of_time() && is_time_field(path))
        }
        (test, _) => test.may_hold_for_numbers(),
    }
}

/// Whether every text of the column is a point in time that the test compares as such.
fn all_are_dates(test: &ValueTest, column: &ColumnRef, columns: &[ColumnRef]) -> bool {
    let ValueTest::Range(range) = test else {
        return false;
    };
    let count = |wanted: &[Kind]| -> u64 {
        let same = columns.iter().filter(|other| other.path == column.path);
        same.filter(|other| wanted.contains(&other.kind))
            .map(|other| other.values)
            .sum()
    };
    // Numbers of a time field have instants too; with them the counts tell nothing.
    let told = !is_time_field(&column.path) || count(&[Kind::Integer, Kind::Float]) == 0;
    range.is_of_time() && told && count(&[Kind::Instant]) == count(&[Kind::Text])
}

/// What a clause costs, roughly: those that look at little first.
fn cost(matcher: &Matcher) -> u32 {
    match matcher {
        Matcher::All | Matcher::Nothing | Matcher::Index(_) => 0,
        Matcher::Ids(_) => 1,
        Matcher::Scored { clause, .. } => cost(clause),
        Matcher::Nested(_) => 1_000,
        Matcher::Leaf { field, test } => {
            let wide = if field.named().is_some() { 0 } else { 40 };
            let own = match test {
                ValueTest::Term(_) | ValueTest::Terms(_) | ValueTest::Range(_) => 10,
                ValueTest::Match(_) | ValueTest::Phrase(_) => 20,
                ValueTest::Prefix(_) => 60,
                ValueTest::Pattern(_)
                | ValueTest::Fuzzy(_)
                | ValueTest::Address(_)
                | ValueTest::Date(_) => 80,
            };
            own + wide
        }
        Matcher::Exists(_) => 30,
        Matcher::Bool(clauses) => {
            let required = clauses.must.iter().chain(&clauses.filter).map(cost).min();
            let optional = clauses.should.iter().map(cost).max();
            5 + required.or(optional).unwrap_or(50)
        }
    }
}
