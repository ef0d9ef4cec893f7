//! An aggregation said over other fields and with other queries: where names mean something else than they say.

use super::{Aggregation, AggregationKind};
use crate::ast::Query;

impl Aggregation {
    /// Puts another name for each field that has one, and what each query means in its place, here and within.
    ///
    /// # Errors
    /// What `meaning` says of a query.
    pub fn adapt<E>(
        &mut self,
        name: &dyn Fn(&str) -> Option<String>,
        meaning: &dyn Fn(&Query) -> Result<Query, E>,
    ) -> Result<(), E> {
        match &mut self.kind {
            AggregationKind::Filter(query) => *query = meaning(query)?,
            AggregationKind::Filters { queries, .. } => {
                for query in queries {
                    *query = meaning(query)?;
                }
            }
            kind => {
                if let Some(field) = field_of(kind)
                    && let Some(other) = name(field)
                {
                    *field = other;
                }
            }
        }
        for within in &mut self.within {
            within.adapt(name, meaning)?;
        }
        Ok(())
    }
}

fn field_of(kind: &mut AggregationKind) -> Option<&mut String> {
    use AggregationKind as Kind;
    match kind {
        Kind::Terms(terms) => Some(&mut terms.field),
        Kind::DateHistogram(histogram) => Some(&mut histogram.field),
        Kind::Histogram(histogram) => Some(&mut histogram.field),
        Kind::Patterns(patterns) => Some(&mut patterns.field),
        Kind::Min { field }
        | Kind::Max { field }
        | Kind::Avg { field }
        | Kind::Sum { field }
        | Kind::ValueCount { field }
        | Kind::Cardinality { field }
        | Kind::Stats { field }
        | Kind::Percentiles { field, .. }
        | Kind::PercentileRanks { field, .. }
        | Kind::Missing { field }
        | Kind::Range { field, .. }
        | Kind::DateRange { field, .. } => Some(field),
        Kind::Filter(_) | Kind::Filters { .. } => None,
    }
}
