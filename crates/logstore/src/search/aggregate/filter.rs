//! `filter` and `filters`: a bucket for each query, and one for what matches none.

use swarmscope_query::ast::Query;
use swarmscope_query::evaluate::{Matcher, compile};

use super::Selection;
use super::slots::Chooser;
use crate::rows::RowSet;
use crate::search::clause::Clauses;
use crate::search::error::SearchError;

/// Chooses what matches queries.
pub struct Filters {
    matchers: Vec<Matcher>,
    others: bool,
}

impl Filters {
    /// # Errors
    /// When a query cannot be used.
    pub fn new(queries: &[Query], others: bool) -> Result<Self, SearchError> {
        let matchers = queries.iter().map(compile);
        Ok(Self {
            matchers: matchers.collect::<Result<_, _>>()?,
            others,
        })
    }
}

impl Chooser for Filters {
    fn slots(&self) -> usize {
        self.matchers.len() + usize::from(self.others)
    }

    fn choose(&self, selection: &Selection<'_>) -> Result<Vec<RowSet>, SearchError> {
        let clauses = Clauses {
            part: selection.part,
            deadline: selection.deadline,
        };
        let mut chosen = Vec::with_capacity(self.slots());
        let mut others = self.others.then(|| selection.within.clone());
        for matcher in &self.matchers {
            let matching = clauses.rows(matcher, selection.within)?;
            if let Some(others) = &mut others {
                others.subtract(&matching);
            }
            chosen.push(matching);
        }
        chosen.extend(others);
        Ok(chosen)
    }
}
