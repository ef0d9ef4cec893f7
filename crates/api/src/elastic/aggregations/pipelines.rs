//! Results of pipeline aggregations.

use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::PipelineResult;
use swarmscope_query::elastic::Reported;
use swarmscope_query::pipeline::{Pipeline, PipelineKind, Statistic};

use super::{as_string, numbers};

/// What `typed_keys` calls the kind of a result.
pub fn type_name(pipeline: &Pipeline) -> &'static str {
    match &pipeline.kind {
        PipelineKind::Derivative { .. } => "derivative",
        PipelineKind::CumulativeCardinality { .. } => "simple_long_value",
        PipelineKind::Statistic { statistic, .. } => match statistic {
            Statistic::Min | Statistic::Max => "bucket_metric_value",
            Statistic::Stats => "stats_bucket",
            Statistic::ExtendedStats { .. } => "extended_stats_bucket",
            Statistic::Percentiles { .. } => "percentiles_bucket",
            Statistic::Average | Statistic::Sum => "simple_value",
        },
        _ => "simple_value",
    }
}

/// The body of a result.
pub fn render(found: &PipelineResult, pipeline: &Pipeline) -> Value {
    let mut body = Map::new();
    if let Some(meta) = &pipeline.meta {
        body.insert("meta".to_owned(), meta.clone());
    }
    match found {
        PipelineResult::Simple(value) => insert(&mut body, "value", *value, pipeline),
        PipelineResult::Count(count) => {
            body.insert("value".to_owned(), json!(count));
            let format = pipeline.format.as_ref();
            if let Some(text) = as_string(*count as f64, false, format) {
                body.insert("value_as_string".to_owned(), text.into());
            }
        }
        PipelineResult::Derivative { value, normalized } => {
            insert(&mut body, "value", *value, pipeline);
            if let Some(normalized) = normalized {
                insert(&mut body, "normalized_value", *normalized, pipeline);
            }
        }
        PipelineResult::Extreme { value, keys } => {
            insert(&mut body, "value", *value, pipeline);
            body.insert("keys".to_owned(), json!(keys));
        }
        PipelineResult::Stats(statistics) => {
            let sigma = match &pipeline.kind {
                PipelineKind::Statistic {
                    statistic: Statistic::ExtendedStats { sigma },
                    ..
                } => Some(*sigma),
                _ => None,
            };
            let reported = Reported::Stats {
                sigma,
                format: pipeline.format.clone(),
            };
            numbers::stats(&mut body, statistics, &reported);
        }
        PipelineResult::Percentiles(values) => {
            let keyed = match &pipeline.kind {
                PipelineKind::Statistic {
                    statistic: Statistic::Percentiles { keyed, .. },
                    ..
                } => *keyed,
                _ => true,
            };
            let reported = Reported::Percentiles {
                ranks: false,
                hdr: false,
                keyed,
                format: pipeline.format.clone(),
            };
            numbers::percentiles(&mut body, values, false, &reported);
        }
    }
    Value::Object(body)
}

/// A number with its text; null when it is none.
fn insert(body: &mut Map<String, Value>, name: &str, value: f64, pipeline: &Pipeline) {
    let value = Some(value).filter(|value| value.is_finite());
    body.insert(name.to_owned(), json!(value));
    let text = value.and_then(|value| as_string(value, false, pipeline.format.as_ref()));
    if let Some(text) = text {
        body.insert(format!("{name}_as_string"), text.into());
    }
}
