//! `bucket_script` and `bucket_selector`: an expression over several numbers of a bucket.

use super::row::{Row, rows};
use super::{GapPolicy, Path, PipelineError, Run};
use crate::aggregate::{AggregationResult, PipelineResult};
use crate::elastic::Shape;
use crate::script::{Scope, Script};

impl Run {
    /// The result of each bucket that has all numbers.
    pub(super) fn formula(
        &mut self,
        result: &AggregationResult,
        shape: &Shape,
        paths: &[(String, Path)],
        gaps: GapPolicy,
        script: &Script,
    ) -> Result<Vec<Option<PipelineResult>>, PipelineError> {
        let may_lack = gaps == GapPolicy::InsertZeros;
        let mut found = Vec::new();
        for row in rows(result, shape) {
            let variables = self.variables(&row, paths, gaps)?;
            let is_known = |(_, number): &(&str, f64)| !number.is_nan();
            found.push(if may_lack || variables.iter().all(is_known) {
                let scope = Scope {
                    variables: &variables,
                    values: &[],
                };
                script
                    .number(&scope, &mut self.steps)?
                    .map(PipelineResult::Simple)
            } else {
                None
            });
        }
        Ok(found)
    }

    /// The places of the buckets for which the script holds.
    pub(super) fn selected(
        &mut self,
        result: &AggregationResult,
        shape: &Shape,
        paths: &[(String, Path)],
        gaps: GapPolicy,
        script: &Script,
    ) -> Result<Vec<usize>, PipelineError> {
        let mut places = Vec::new();
        for (place, row) in rows(result, shape).enumerate() {
            let variables = self.variables(&row, paths, gaps)?;
            let scope = Scope {
                variables: &variables,
                values: &[],
            };
            if script.holds(&scope, &mut self.steps)? {
                places.push(place);
            }
        }
        Ok(places)
    }

    /// The numbers by their names; what the bucket does not have is no number.
    fn variables<'a>(
        &mut self,
        row: &Row<'_>,
        paths: &'a [(String, Path)],
        gaps: GapPolicy,
    ) -> Result<Vec<(&'a str, f64)>, PipelineError> {
        let numbers = paths.iter().map(|(name, path)| {
            let number = self.number(row, path, gaps)?;
            Ok((name.as_str(), number.unwrap_or(f64::NAN)))
        });
        numbers.collect()
    }
}
