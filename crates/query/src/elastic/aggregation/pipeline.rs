//! Pipeline aggregations: what each is told, what it may stand in, and which needs another.

mod order;
mod parameters;
mod parent;
mod script;

use super::super::Parsed;
use super::super::error::{DslErrorKind, Fault};
use super::super::json::{Json, Member, Node};
use super::super::members::object;
use super::interval;
use crate::pipeline::{GapPolicy, Path, Pipeline, PipelineKind, Statistic};
use swarmscope_model::limits::MAX_WINDOW;

pub(super) use order::order;
pub(super) use parent::check_parent;

use parameters::Parameters;

/// Standard deviations around the mean unless told.
const SIGMA: f64 = 2.0;
const PERCENTS: [f64; 7] = [1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0];

/// Whether an aggregation of that name is computed from results of others.
pub(super) fn is_pipeline(name: &str) -> bool {
    matches!(
        name,
        "derivative"
            | "cumulative_sum"
            | "cumulative_cardinality"
            | "serial_diff"
            | "moving_fn"
            | "bucket_script"
            | "bucket_selector"
            | "bucket_sort"
            | "avg_bucket"
            | "sum_bucket"
            | "min_bucket"
            | "max_bucket"
            | "stats_bucket"
            | "extended_stats_bucket"
            | "percentiles_bucket"
    )
}

/// Reads one.
pub(super) fn read(
    name: &str,
    definition: &Member,
    meta: Option<serde_json::Value>,
) -> Parsed<Pipeline> {
    let kind = definition.key.as_str();
    let mut parameters = Parameters::new(name, kind, &definition.value)?;
    let found = match kind {
        "derivative" => derivative(&mut parameters)?,
        "cumulative_sum" => PipelineKind::CumulativeSum {
            path: parameters.path()?,
        },
        "cumulative_cardinality" => PipelineKind::CumulativeCardinality {
            path: parameters.path()?,
        },
        "serial_diff" => serial_difference(&mut parameters)?,
        "moving_fn" => moving_function(&mut parameters)?,
        "bucket_script" | "bucket_selector" => script::formula(&mut parameters)?,
        "bucket_sort" => bucket_sort(&mut parameters)?,
        _ => PipelineKind::Statistic {
            path: parameters.path()?,
            gaps: parameters.gaps,
            statistic: statistic(&mut parameters)?,
        },
    };
    let format = parameters.format.take();
    parameters.finish()?;
    Ok(Pipeline {
        name: name.to_owned(),
        kind: found,
        format,
        meta,
    })
}

fn derivative(parameters: &mut Parameters<'_>) -> Parsed<PipelineKind> {
    let unit = match parameters.take("unit") {
        Some(member) => {
            let text = member.text("derivative")?;
            let unit = interval::unit(&text).ok_or_else(|| {
                let reason = format!(
                    "failed to parse setting [DerivativePipelineAggregationBuilder.unit] with value [{text}] as a \
                     time value: unit is missing or unrecognized"
                );
                member.value.fault(DslErrorKind::Argument { reason })
            })?;
            Some(unit)
        }
        None => None,
    };
    Ok(PipelineKind::Derivative {
        path: parameters.path()?,
        gaps: parameters.gaps,
        unit,
    })
}

fn serial_difference(parameters: &mut Parameters<'_>) -> Parsed<PipelineKind> {
    let lag = match parameters.take("lag") {
        Some(member) => {
            let given = member.integer()?;
            let lag = usize::try_from(given).ok().filter(|lag| *lag > 0);
            lag.ok_or_else(|| {
                let reason = format!(
                    "Lag must be a positive, non-zero integer.  Value supplied was{given} in [{}]: [lag].",
                    parameters.name
                );
                member.value.fault(DslErrorKind::Unparsable { reason })
            })?
        }
        None => 1,
    };
    Ok(PipelineKind::SerialDifference {
        path: parameters.path()?,
        gaps: parameters.gaps,
        lag,
    })
}

fn moving_function(parameters: &mut Parameters<'_>) -> Parsed<PipelineKind> {
    let script = parameters.require("script")?;
    let member = parameters.require("window")?;
    let window = match usize::try_from(member.integer()?) {
        Ok(window @ 1..=MAX_WINDOW) => window,
        Ok(window) if window > 0 => {
            return Err(member.bad(
                "moving_fn",
                format!("[window] may be {MAX_WINDOW} at the most"),
            ));
        }
        _ => {
            return Err(member.bad(
                "moving_fn",
                "[window] must be a positive, non-zero integer.",
            ));
        }
    };
    let shift = parameters.take("shift").map(Member::integer);
    Ok(PipelineKind::MovingFunction {
        path: parameters.path()?,
        gaps: parameters.gaps,
        window,
        shift: shift.transpose()?.unwrap_or(0),
        script: script::over_values(script)?,
    })
}

fn bucket_sort(parameters: &mut Parameters<'_>) -> Parsed<PipelineKind> {
    let mut keys = Vec::new();
    if let Some(member) = parameters.take("sort") {
        for (field, direction) in super::super::sort::bucket_keys(&member.value)? {
            let path = Path::parse(&field);
            let path = path.map_err(|bad| argument(&member.value, bad.to_string()))?;
            keys.push((path, direction));
        }
    }
    let mut whole = |name: &str, least: i64, reason: &str| -> Parsed<Option<usize>> {
        let Some(member) = parameters.take(name) else {
            return Ok(None);
        };
        match member.integer()? {
            given if given < least => Err(member.bad(
                "bucket_sort",
                format!("[{name}] must be a {reason} integer: [{given}]"),
            )),
            given => Ok(usize::try_from(given).ok()),
        }
    };
    let from = whole("from", 0, "non-negative")?;
    let size = whole("size", 1, "positive")?;
    if keys.is_empty() && size.is_none() && from.unwrap_or(0) == 0 {
        let reason = format!(
            "[{}] is configured to perform nothing. Please set either of [sort, size, from] to use bucket_sort",
            parameters.name
        );
        return Err(parameters.node.fault(DslErrorKind::Pipelines { reason }));
    }
    Ok(PipelineKind::Sort {
        keys,
        gaps: parameters.gaps,
        from: from.unwrap_or(0),
        size,
    })
}

fn statistic(parameters: &mut Parameters<'_>) -> Parsed<Statistic> {
    Ok(match parameters.kind {
        "avg_bucket" => Statistic::Average,
        "sum_bucket" => Statistic::Sum,
        "min_bucket" => Statistic::Min,
        "max_bucket" => Statistic::Max,
        "stats_bucket" => Statistic::Stats,
        "extended_stats_bucket" => {
            let sigma = match parameters.take("sigma") {
                Some(member) => {
                    let sigma: Option<f64> = member.value.text().and_then(|text| text.parse().ok());
                    sigma.filter(|sigma| *sigma >= 0.0).ok_or_else(|| {
                        argument(
                            &member.value,
                            "sigma must be a non-negative double".to_owned(),
                        )
                    })?
                }
                None => SIGMA,
            };
            Statistic::ExtendedStats { sigma }
        }
        _ => {
            let percents = match parameters.take("percents") {
                Some(member) => percents(member)?,
                None => PERCENTS.to_vec(),
            };
            let keyed = match parameters.take("keyed") {
                Some(member) => member.boolean("percentiles_bucket")?,
                None => true,
            };
            Statistic::Percentiles { percents, keyed }
        }
    })
}

fn percents(member: &Member) -> Parsed<Vec<f64>> {
    let Json::Array(items) = &member.value.value else {
        return Err(member.bad("percentiles_bucket", "expected an array of numbers"));
    };
    if items.len() > swarmscope_model::limits::MAX_PERCENTILES {
        return Err(member.bad("percentiles_bucket", "too many percents"));
    }
    let percents = items.iter().map(|item| {
        let percent: Option<f64> = item.text().and_then(|text| text.parse().ok());
        percent
            .filter(|percent| (0.0..=100.0).contains(percent))
            .ok_or_else(|| {
                let reason = "percents must only contain non-null doubles from 0.0-100.0 inclusive";
                argument(item, reason.to_owned())
            })
    });
    percents.collect()
}

fn argument(node: &Node, reason: String) -> Fault {
    node.fault(DslErrorKind::Argument { reason })
}
