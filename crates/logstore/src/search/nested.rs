//! Clauses over single objects of arrays: columns say which rows may match, and their documents which do.

use swarmscope_query::evaluate::NestedMatcher;

use super::clause::Clauses;
use super::error::SearchError;
use crate::rows::RowSet;

/// Documents that are read at once.
const AT_ONCE: usize = 256;

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
        for rows in candidates.chunks(AT_ONCE) {
            self.deadline.check()?;
            let sources = self.part.sources(rows)?;
            for (row, source) in rows.iter().zip(sources) {
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
