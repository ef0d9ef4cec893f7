//! Which `cardinality` aggregations have to keep their values: those that `cumulative_cardinality` unites.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::Node;
use crate::aggregate::{Aggregation, AggregationKind};
use crate::pipeline::{Path, Pipeline, PipelineKind};

/// Makes the cardinalities that the pipelines of their level look at keep their values.
///
/// # Errors
/// When a pipeline looks at something else.
pub(super) fn keep_values(
    level: &mut [Aggregation],
    pipelines: &[Pipeline],
    node: &Node,
) -> Parsed<()> {
    for pipeline in pipelines {
        if let PipelineKind::CumulativeCardinality { path } = &pipeline.kind
            && !keep(level, path)
        {
            let reason = format!(
                "buckets_path must reference a cardinality aggregation, got: [{}] at aggregation [{}]",
                path.text(),
                pipeline.name
            );
            return Err(node.fault(DslErrorKind::ShardRefusal { reason }));
        }
    }
    Ok(())
}

/// Whether the path leads to a cardinality, through single buckets.
fn keep(level: &mut [Aggregation], path: &Path) -> bool {
    let mut level = level;
    for name in path.names() {
        let Some(own) = level.iter_mut().find(|own| own.name == name) else {
            return false;
        };
        let kind = match &mut own.kind {
            AggregationKind::Substituted { kind, .. } => kind.as_mut(),
            kind => kind,
        };
        match kind {
            AggregationKind::Cardinality { field } => {
                let field = std::mem::take(field);
                *kind = AggregationKind::DistinctValues { field };
                return true;
            }
            AggregationKind::DistinctValues { .. } => return true,
            kind if kind.is_single() => level = &mut own.within,
            _ => return false,
        }
    }
    false
}
