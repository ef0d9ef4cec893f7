//! `stats` of a query: how long it took and how many samples it read.

use std::time::Duration;

use swarmscope_promql::evaluator::Statistics;

use super::json::Json;

/// How long the parts of a query took.
#[derive(Debug, Clone, Copy)]
pub struct Timings {
    pub queued: Duration,
    pub evaluated: Duration,
}

/// `{"timings":…,"samples":…}`. Parts that are not measured apart are 0.
pub fn write_statistics(json: &mut Json, timings: &Timings, statistics: &Statistics) {
    let seconds = |duration: Duration| duration.as_secs_f64();
    let evaluated = seconds(timings.evaluated);
    json.raw("{\"timings\":{");
    for (position, (name, value)) in [
        ("evalTotalTime", evaluated),
        ("resultSortTime", 0.0),
        ("queryPreparationTime", 0.0),
        ("innerEvalTime", evaluated),
        ("execQueueTime", seconds(timings.queued)),
        ("execTotalTime", seconds(timings.queued) + evaluated),
    ]
    .into_iter()
    .enumerate()
    {
        if position > 0 {
            json.raw(",");
        }
        json.key(name);
        json.number(value);
    }
    json.raw("},\"samples\":{\"totalQueryableSamples\":");
    json.integer(statistics.total_samples);
    json.raw(",\"samplesRead\":");
    json.integer(statistics.total_samples);
    json.raw(",\"peakSamples\":");
    json.integer(statistics.peak_samples);
    json.raw("}}");
}
