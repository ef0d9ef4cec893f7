//! The deepest queries that the parser lets through are evaluated and printed on the stack of an ordinary
//! thread.

use swarmscope_model::limits::MAX_EXPRESSION_DEPTH;
use swarmscope_model::metrics::{
    Cancellation, Matcher, MetricError, Queryable, Selection, Series, SeriesExemplars,
};
use swarmscope_promql::evaluator::{EngineOptions, instant};
use swarmscope_promql::parser::{Options, parse};

/// Holds nothing.
struct Empty;

impl Queryable for Empty {
    fn select(&self, _: &Selection) -> Result<Vec<Box<dyn Series>>, MetricError> {
        Ok(Vec::new())
    }

    fn label_names(&self, _: &Selection) -> Result<Vec<String>, MetricError> {
        Ok(Vec::new())
    }

    fn label_values(&self, _: &str, _: &Selection) -> Result<Vec<String>, MetricError> {
        Ok(Vec::new())
    }

    fn exemplars(
        &self,
        _: i64,
        _: i64,
        _: &[Vec<Matcher>],
    ) -> Result<Vec<SeriesExemplars>, MetricError> {
        Ok(Vec::new())
    }
}

/// Nested as deep as it goes around `inner`.
fn nested(open: &str, inner: &str, close: &str, levels: usize) -> String {
    format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
}

#[test]
fn the_deepest_queries_have_results() {
    let levels = MAX_EXPRESSION_DEPTH - 2;
    for text in [
        nested("(", "vector(1)", ")", levels),
        nested("abs(", "vector(1)", ")", levels - 1),
        nested("sum(", "vector(1)", ")", levels - 1),
        nested("topk(1, ", "vector(1)", ")", levels - 1),
        nested("-(", "vector(1)", ")", levels / 2),
        nested("", "vector(1)", " + vector(1)", levels - 1),
        nested("", "up", " or on (a) up", levels),
        nested("max_over_time(", "up", "[5m:1m])", levels / 2),
    ] {
        let expr = parse(&text, Options::ALL).expect("within the limit");
        let printed = parse(&expr.to_string(), Options::ALL).expect("printed");
        assert_eq!(printed.to_string(), expr.to_string());
        let options = EngineOptions::default();
        let outcome = instant(&Empty, &expr, 0, &options, &Cancellation::default());
        assert!(outcome.is_ok(), "{text}: {outcome:?}");
    }
}
