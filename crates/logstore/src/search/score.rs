//! How well rows match: one for each clause that does.

use swarmscope_query::evaluate::Matcher;

use super::clause::Clauses;
use super::error::SearchError;
use crate::rows::RowSet;

/// How well each selected row matches; see `Matcher::score`.
pub fn scores(
    clauses: &Clauses<'_>,
    matcher: &Matcher,
    within: &RowSet,
    selected: &[u32],
) -> Result<Vec<f32>, SearchError> {
    let Matcher::Bool(own) = matcher else {
        return Ok(vec![1.0; selected.len()]);
    };
    let mut sum = vec![0.0; selected.len()];
    for clause in own.must.iter().chain(&own.should) {
        let matching = clauses.rows(clause, within)?;
        let deeper = scores(clauses, clause, &matching, selected)?;
        for ((row, score), deeper) in selected.iter().zip(&mut sum).zip(deeper) {
            if matching.contains(*row) {
                *score += deeper;
            }
        }
    }
    Ok(sum)
}
