//! Any text is read as the notation of a series or refused, and its histograms can be calculated with,
//! valid or not.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmscope_promql::parser::{SequenceValue, parse_metric, parse_series_description};

fuzz_target!(|text: &str| {
    let _ = parse_metric(text);
    let Ok(series) = parse_series_description(text) else {
        return;
    };
    let mut previous = None;
    for value in series.values.iter().take(50) {
        let SequenceValue::Histogram { histogram, .. } = value else {
            continue;
        };
        let _ = (histogram.to_string(), histogram.test_notation());
        let _ = (histogram.quantile(0.7), histogram.fraction(-1.0, 7.5));
        let _ = (histogram.variance(), histogram.validate());
        let mut changed = (**histogram).clone();
        changed.trim_above(3.0);
        changed.trim_below(-3.0);
        changed.reduce_resolution(-2);
        if let Some(previous) = previous.replace(histogram) {
            let _ = histogram.is_reset_since(previous);
            let _ = changed.add(previous);
            let _ = changed.subtract(histogram);
        }
        changed.compact(2);
        assert!(changed.equals(&changed));
    }
});
