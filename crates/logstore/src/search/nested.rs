//! Clauses over single objects of arrays: columns say which rows may match, and their documents which do.

use swarmscope_query::evaluate::NestedMatcher;

use super::at_once::AtOnce;
use super::clause::Clauses;
use super::error::SearchError;
use crate::rows::RowSet;

impl Clauses<'_> {
    /// The rows among `within` of which an object satisfies the clause.
    ///
    /// # Errors
    /// When the time is over or the part cannot be read.
    pub(super) fn nested(
        &self,
        nested: &NestedMatcher,
        within: &RowSet,
    ) -> Result<RowSet, SearchError> {
        let mut found = RowSet::none(within.len());
        let candidates = self.rows(&nested.wide, within)?.to_vec();
        let (mut left, mut at_once) = (candidates.as_slice(), AtOnce::default());
        while !left.is_empty() {
            let (rows, rest) = left.split_at(at_once.of(left.len()));
            left = rest;
            let sources = self.part.sources(rows)?;
            at_once.learn(rows.len(), sources.iter().map(String::len).sum(), 0);
            for (row, source) in rows.iter().zip(sources) {
                self.deadline.check()?;
                let (time, sequence, _) = self.part.numbers_of(*row)?;
                let id = self.part.id(*row, sequence as u64)?;
                if nested.holds(&source, &self.part.index, &id, time) {
                    found.insert(*row);
                }
            }
        }
        Ok(found)
    }
}
