//! The order of a level's pipelines: each after those that it looks at. Their paths have to lead somewhere.

use super::{DslErrorKind, Node, Parsed, Path, Pipeline, PipelineKind};
use crate::elastic::aggregation::{Shape, Shapes};

/// Orders the pipelines of a level.
///
/// # Errors
/// When a path leads nowhere or a pipeline needs itself.
pub fn order(shapes: &mut Shapes, node: &Node) -> Parsed<()> {
    let refuse = |reason: String| node.fault(DslErrorKind::Pipelines { reason });
    let mut needs = Vec::with_capacity(shapes.pipelines.len());
    for pipeline in &shapes.pipelines {
        needs.push(needed(pipeline, shapes).map_err(refuse)?);
    }
    let mut ordered = Vec::with_capacity(needs.len());
    let mut state = vec![State::New; needs.len()];
    for first in 0..needs.len() {
        // The way to the pipeline that is looked at, with how many of its needs were looked at.
        let mut way = vec![(first, 0)];
        while let Some((own, looked_at)) = way.pop() {
            if state[own] == State::Done {
                continue;
            }
            state[own] = State::Begun;
            match needs[own].get(looked_at) {
                None => {
                    state[own] = State::Done;
                    ordered.push(own);
                }
                Some(next) if state[*next] == State::Begun => {
                    let name = &shapes.pipelines[*next].name;
                    return Err(refuse(format!(
                        "Cyclical dependency found with pipeline aggregator [{name}]"
                    )));
                }
                Some(next) => {
                    way.push((own, looked_at + 1));
                    way.push((*next, 0));
                }
            }
        }
    }
    let mut all: Vec<Option<Pipeline>> = shapes.pipelines.drain(..).map(Some).collect();
    shapes
        .pipelines
        .extend(ordered.into_iter().filter_map(|place| all[place].take()));
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Begun,
    Done,
}

/// The places of the pipelines that one looks at, or why it cannot.
fn needed(pipeline: &Pipeline, shapes: &Shapes) -> Result<Vec<usize>, String> {
    let mut needs = Vec::new();
    for path in paths(&pipeline.kind) {
        if path.is_of_bucket() {
            continue;
        }
        let mut names = path.names();
        let first = names.next().unwrap_or_default();
        if let Some(shape) = shapes.aggregations.iter().find(|shape| shape.name == first) {
            follow(shape, names, path)?;
        } else if let Some(place) = shapes.pipelines.iter().position(|own| own.name == first) {
            needs.push(place);
        } else {
            return Err(format!("No aggregation found for path [{}]", path.text()));
        }
    }
    if let PipelineKind::Statistic { path, .. } = &pipeline.kind {
        check_buckets(pipeline, path, shapes)?;
    }
    Ok(needs)
}

fn follow<'a>(
    mut shape: &Shape,
    names: impl Iterator<Item = &'a str>,
    path: &Path,
) -> Result<(), String> {
    let mut names = names.peekable();
    while let Some(name) = names.next() {
        let is_last = names.peek().is_none();
        if is_last && matches!(name, "_count" | "_key" | "_bucket_count") {
            return Ok(());
        }
        match shape
            .within
            .aggregations
            .iter()
            .find(|inner| inner.name == name)
        {
            Some(inner) => shape = inner,
            None if is_last
                && shape
                    .within
                    .pipelines
                    .iter()
                    .any(|inner| inner.name == name) => {}
            None => {
                let path = path.text();
                return Err(format!("No aggregation [{name}] found for path [{path}]"));
            }
        }
    }
    Ok(())
}

/// Statistics are of an aggregation with buckets.
fn check_buckets(pipeline: &Pipeline, path: &Path, shapes: &Shapes) -> Result<(), String> {
    let mut level = shapes;
    let mut last = "a pipeline aggregation";
    for (name, has_key) in path.names().zip(path.keyed()) {
        let Some(shape) = level.aggregations.iter().find(|shape| shape.name == name) else {
            break;
        };
        if let Some(kind) = shape.reported.takes_aggregations() {
            last = kind;
            break;
        }
        if !has_key && !shape.reported.is_single() {
            return Ok(());
        }
        level = &shape.within;
    }
    Err(format!(
        "Unable to find unqualified multi-bucket aggregation in buckets_path. Path must include a multi-bucket \
         aggregation for aggregation [{}] found :{last} for buckets path: {}",
        pipeline.name,
        path.text()
    ))
}

fn paths(kind: &PipelineKind) -> Vec<&Path> {
    match kind {
        PipelineKind::Derivative { path, .. }
        | PipelineKind::CumulativeSum { path }
        | PipelineKind::CumulativeCardinality { path }
        | PipelineKind::SerialDifference { path, .. }
        | PipelineKind::MovingFunction { path, .. }
        | PipelineKind::Statistic { path, .. } => vec![path],
        PipelineKind::Formula { paths, .. } | PipelineKind::Selector { paths, .. } => {
            paths.iter().map(|(_, path)| path).collect()
        }
        PipelineKind::Sort { keys, .. } => keys.iter().map(|(path, _)| path).collect(),
    }
}
