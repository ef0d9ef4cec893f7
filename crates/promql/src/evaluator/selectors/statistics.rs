//! Histograms without their buckets, for selectors of which only counts and sums are wanted.
//!
//! Prometheus 3.14 leaves the buckets out within `histogram_count`, `histogram_sum` and `histogram_avg`. Values
//! stay the same, but annotations do not: no bounds are there to differ, and whether the counter was reset is
//! known of every histogram whose predecessor was read.

use std::sync::Arc;

use swarmscope_model::metrics::{
    Histogram, Labels, MetricError, ResetHint, Series, SeriesSamples, is_stale,
};

use crate::ast::{BinaryOperator, Expr, TextRange, VectorSelector};

const OF_STATISTICS: [&str; 3] = ["histogram_avg", "histogram_count", "histogram_sum"];
const OF_BUCKETS: [&str; 3] = [
    "histogram_fraction",
    "histogram_quantile",
    "histogram_quantiles",
];

/// The selectors of an expression whose buckets are not wanted, by their place in the query.
pub(crate) fn without_buckets(expr: &Expr) -> Vec<TextRange> {
    let mut found = Vec::new();
    search(expr, false, &mut found);
    found
}

/// `wanted`: whether statistics are all that is wanted of an expression.
fn search(expr: &Expr, wanted: bool, found: &mut Vec<TextRange>) {
    let mut note = |selector: &VectorSelector| {
        if wanted {
            found.push(selector.range);
        }
    };
    match expr {
        Expr::Vector(selector) => note(selector),
        Expr::Matrix(selector) => note(&selector.selector),
        Expr::Call(call) => {
            let name = call.function.name;
            if OF_BUCKETS.contains(&name) {
                return;
            }
            let wanted = wanted || OF_STATISTICS.contains(&name);
            for argument in &call.arguments {
                search(argument, wanted, found);
            }
        }
        Expr::Aggregate(aggregate) => {
            search(&aggregate.inner, wanted, found);
            if let Some(parameter) = &aggregate.parameter {
                search(parameter, wanted, found);
            }
        }
        Expr::Binary(binary) => {
            let trims = [BinaryOperator::TrimUpper, BinaryOperator::TrimLower];
            if !trims.contains(&binary.operator) {
                search(&binary.left, wanted, found);
                search(&binary.right, wanted, found);
            }
        }
        Expr::Unary(unary) => search(&unary.inner, wanted, found),
        Expr::Paren(paren) => search(&paren.inner, wanted, found),
        // Of a subquery, the buckets are needed to find resets.
        Expr::Subquery(_) | Expr::Number(_) | Expr::String(_) => {}
    }
}

/// A series whose histograms are read without buckets.
pub(crate) struct HistogramStatistics(pub Box<dyn Series>);

impl Series for HistogramStatistics {
    fn labels(&self) -> &Labels {
        self.0.labels()
    }

    fn read(&self, into: &mut SeriesSamples) -> Result<(), MetricError> {
        self.0.read(into)?;
        let mut before: Option<Arc<Histogram>> = None;
        for (_, histogram) in &mut into.histograms {
            if is_stale(histogram.sum) {
                continue;
            }
            let reset_hint = match (histogram.reset_hint, &before) {
                (ResetHint::Unknown, Some(before)) if histogram.is_reset_since(before) => {
                    ResetHint::Reset
                }
                (ResetHint::Unknown, Some(_)) => ResetHint::NotReset,
                (known, _) => known,
            };
            let statistics = Arc::new(Histogram {
                reset_hint,
                schema: histogram.schema,
                count: histogram.count,
                sum: histogram.sum,
                ..Histogram::default()
            });
            before = Some(std::mem::replace(histogram, statistics));
        }
        Ok(())
    }
}
