//! What pipelines may stand in: those that go from bucket to bucket, in a histogram without gaps.

use super::{DslErrorKind, Node, Parsed, Pipeline, PipelineKind};
use crate::aggregate::AggregationKind;

/// Checks the pipelines within an aggregation, or those that are within none.
///
/// # Errors
/// When one needs another place.
pub fn check_parent(
    pipelines: &[Pipeline],
    parent: Option<&AggregationKind>,
    node: &Node,
) -> Parsed<()> {
    for pipeline in pipelines {
        if let Some(reason) = misplaced(pipeline, parent) {
            return Err(node.fault(DslErrorKind::Pipelines { reason }));
        }
    }
    Ok(())
}

fn misplaced(pipeline: &Pipeline, parent: Option<&AggregationKind>) -> Option<String> {
    let name = &pipeline.name;
    let kind = match &pipeline.kind {
        PipelineKind::Statistic { .. } => return None,
        PipelineKind::Formula { .. } => "bucket_script",
        PipelineKind::Selector { .. } => "bucket_selector",
        PipelineKind::Sort { .. } => "bucket_sort",
        PipelineKind::Derivative { .. } => "derivative",
        PipelineKind::CumulativeSum { .. } => "cumulative_sum",
        PipelineKind::CumulativeCardinality { .. } => "cumulative_cardinality",
        PipelineKind::SerialDifference { .. } => "serial_diff",
        PipelineKind::MovingFunction { .. } => "moving_fn",
    };
    if matches!(kind, "bucket_script" | "bucket_selector" | "bucket_sort") {
        return parent.is_none().then(|| {
            format!("{kind} aggregation [{name}] must be declared inside of another aggregation")
        });
    }
    let parent = match parent {
        Some(AggregationKind::Substituted { kind, .. }) => Some(kind.as_ref()),
        other => other,
    };
    let least = match parent {
        Some(AggregationKind::DateHistogram(histogram)) => histogram.min_doc_count,
        Some(AggregationKind::Histogram(histogram)) => histogram.min_doc_count,
        Some(AggregationKind::AutoDateHistogram(_)) => 0,
        other => {
            let end = if other.is_none() {
                " but doesn't have a parent"
            } else {
                ""
            };
            return Some(format!(
                "{kind} aggregation [{name}] must have a histogram, date_histogram or auto_date_histogram as \
                 parent{end}"
            ));
        }
    };
    (least > 0).then(|| {
        format!("parent histogram of {kind} aggregation [{name}] must have min_doc_count of 0")
    })
}
