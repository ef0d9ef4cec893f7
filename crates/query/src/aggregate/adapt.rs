//! An aggregation with other queries, where they mean something else than they say, and the fields that it names.

use super::{Aggregation, AggregationKind, SourceValue, TupleSource};
use crate::ast::Query;
use crate::store::SortKey;

impl Aggregation {
    /// The fields that it looks at itself, its queries aside.
    pub fn fields_mut(&mut self) -> Vec<&mut String> {
        fields_of(&mut self.kind)
    }

    /// Puts what each query means in its place, here and within.
    ///
    /// # Errors
    /// What `meaning` says of a query.
    pub fn adapt<E>(&mut self, meaning: &dyn Fn(&Query) -> Result<Query, E>) -> Result<(), E> {
        match &mut self.kind {
            AggregationKind::Filter(query) => *query = meaning(query)?,
            AggregationKind::Filters { queries, .. } => {
                for query in queries {
                    *query = meaning(query)?;
                }
            }
            AggregationKind::SignificantTerms(significant) => {
                if let Some(background) = &mut significant.background {
                    *background = meaning(background)?;
                }
            }
            _ => {}
        }
        for within in &mut self.within {
            within.adapt(meaning)?;
        }
        Ok(())
    }
}

fn fields_of(kind: &mut AggregationKind) -> Vec<&mut String> {
    use AggregationKind as Kind;
    match kind {
        Kind::Terms(terms) => vec![&mut terms.field],
        Kind::ChosenTerms(chosen) => vec![&mut chosen.terms.field],
        Kind::Composite(composite) => composite.sources.iter_mut().map(source).collect(),
        Kind::MultiTerms(terms) => terms.sources.iter_mut().map(source).collect(),
        Kind::TopHits(top) => top.sort.iter_mut().filter_map(sorted).collect(),
        Kind::AutoDateHistogram(histogram) => vec![&mut histogram.field],
        Kind::Substituted { kind, .. } => fields_of(kind),
        Kind::DateHistogram(histogram) => vec![&mut histogram.field],
        Kind::Histogram(histogram) => vec![&mut histogram.field],
        Kind::Patterns(patterns) => vec![&mut patterns.field],
        Kind::SignificantTerms(significant) => vec![&mut significant.field],
        Kind::WeightedAvg(average) => vec![&mut average.value.field, &mut average.weight.field],
        Kind::Min { field }
        | Kind::Max { field }
        | Kind::Avg { field }
        | Kind::Sum { field }
        | Kind::ValueCount { field }
        | Kind::Cardinality { field }
        | Kind::DistinctValues { field }
        | Kind::MedianDeviation { field }
        | Kind::Boxplot { field }
        | Kind::StringStats { field }
        | Kind::Stats { field }
        | Kind::Percentiles { field, .. }
        | Kind::PercentileRanks { field, .. }
        | Kind::Missing { field }
        | Kind::Range { field, .. }
        | Kind::DateRange { field, .. } => vec![field],
        Kind::Filter(_)
        | Kind::Filters { .. }
        | Kind::Global
        | Kind::Nested { .. }
        | Kind::ReverseNested { .. } => Vec::new(),
    }
}

fn source(source: &mut TupleSource) -> &mut String {
    match &mut source.value {
        SourceValue::Term { field } => field,
        SourceValue::Numbers(histogram) => &mut histogram.field,
        SourceValue::Instants(histogram) => &mut histogram.field,
    }
}

fn sorted(key: &mut SortKey) -> Option<&mut String> {
    match key {
        SortKey::Field { field, .. } => Some(field),
        _ => None,
    }
}
