//! Pipelines over trees made by hand: running sums, differences, choices and what bounds them.

use proptest::prelude::*;
use swarmscope_model::Timestamp;

use super::{PipelineError, apply};
use crate::aggregate::{AggregationResult, AggregationResults, Bucket, BucketKey, PipelineResult};
use crate::elastic::{DslError, search_body};

/// Buckets with a count and, unless it has no documents, a metric `m`.
fn histogram(numbers: &[(u64, Option<f64>)]) -> AggregationResults {
    let buckets = numbers
        .iter()
        .enumerate()
        .map(|(place, (count, value))| Bucket {
            key: BucketKey::Float(place as f64 * 10.0),
            count: *count,
            within: vec![(
                "m".to_owned(),
                AggregationResult::Metric {
                    value: *value,
                    of_dates: false,
                },
            )],
        });
    let buckets = buckets.collect();
    vec![("h".to_owned(), AggregationResult::Histogram { buckets })]
}

fn body(pipelines: &str, beside: &str) -> String {
    format!(
        r#"{{"aggs":{{"h":{{"histogram":{{"field":"n","interval":10}},"aggs":{{"m":{{"sum":{{"field":"n"}}}}{pipelines}}}}}{beside}}}}}"#
    )
}

fn applied(
    numbers: &[(u64, Option<f64>)],
    pipelines: &str,
    beside: &str,
) -> Result<AggregationResults, PipelineError> {
    let read = search_body(&body(pipelines, beside), Timestamp::from_millisecond(0));
    let mut results = histogram(numbers);
    apply(&mut results, &read.expect("a good request").shapes)?;
    Ok(results)
}

fn refusal(pipelines: &str, beside: &str) -> DslError {
    let read = search_body(&body(pipelines, beside), Timestamp::from_millisecond(0));
    read.expect_err("a bad request")
}

fn buckets(results: &AggregationResults) -> &[Bucket] {
    match &results[0].1 {
        AggregationResult::Histogram { buckets } => buckets,
        other => panic!("not a histogram: {other:?}"),
    }
}

/// The simple results of that name, one of each bucket.
fn simple(results: &AggregationResults, name: &str) -> Vec<Option<f64>> {
    let of = |bucket: &Bucket| {
        let (_, found) = bucket.within.iter().find(|(own, _)| own == name)?;
        match found {
            AggregationResult::Pipeline(PipelineResult::Simple(value)) => Some(*value),
            AggregationResult::Pipeline(PipelineResult::Derivative { value, .. }) => Some(*value),
            other => panic!("{other:?}"),
        }
    };
    buckets(results).iter().map(of).collect()
}

fn known(numbers: &[f64]) -> Vec<(u64, Option<f64>)> {
    numbers.iter().map(|number| (1, Some(*number))).collect()
}

#[test]
fn pipelines_run_after_those_that_they_look_at() {
    let pipelines = r#","twice":{"cumulative_sum":{"buckets_path":"once"}},"once":{"cumulative_sum":{"buckets_path":"m"}}"#;
    let results = applied(&known(&[1.0, 2.0, 3.0]), pipelines, "").expect("results");
    assert_eq!(
        simple(&results, "twice"),
        [Some(1.0), Some(4.0), Some(10.0)]
    );
    let cycle =
        r#","a":{"derivative":{"buckets_path":"b"}},"b":{"derivative":{"buckets_path":"a"}}"#;
    let told = refusal(cycle, "").reason();
    assert!(
        told.contains("Cyclical dependency found with pipeline aggregator [a]"),
        "{told}"
    );
}

#[test]
fn selections_and_statistics_see_what_is_left() {
    let pipelines = r#","s":{"bucket_selector":{"buckets_path":{"v":"m"},"script":"params.v > 1"}},"o":{"bucket_sort":{"sort":[{"m":"desc"}],"size":2}}"#;
    let beside = r#","best":{"min_bucket":{"buckets_path":"h>m"}}"#;
    let results = applied(&known(&[1.0, 4.0, 2.0, 3.0]), pipelines, beside).expect("results");
    let keys: Vec<_> = buckets(&results).iter().map(|bucket| &bucket.key).collect();
    assert_eq!(keys, [&BucketKey::Float(10.0), &BucketKey::Float(30.0)]);
    let least = PipelineResult::Extreme {
        value: 3.0,
        keys: vec!["30.0".to_owned()],
    };
    assert_eq!(
        results[1],
        ("best".to_owned(), AggregationResult::Pipeline(least))
    );
}

#[test]
fn work_is_bounded() {
    let pipelines = r#","f":{"moving_fn":{"buckets_path":"m","window":10000,"script":"MovingFunctions.max(values)"}}"#;
    let found = applied(&known(&vec![1.0; 20_000]), pipelines, "");
    assert!(matches!(found, Err(PipelineError::Script(_))));
    let told = refusal(
        r#","f":{"moving_fn":{"buckets_path":"m","window":10001,"script":"1"}}"#,
        "",
    );
    assert!(told.reason().contains("[window]"), "{told}");
}

fn numbers() -> impl Strategy<Value = Vec<(u64, Option<f64>)>> {
    let number = prop_oneof![
        3 => (1_u64..9, (-100_i32..100).prop_map(|n| Some(f64::from(n)))),
        1 => Just((0, Some(0.0))),
        1 => Just((3, None)),
    ];
    prop::collection::vec(number, 0..40)
}

proptest! {
    /// A running sum's differences are the numbers again, gaps counting as nothing.
    #[test]
    fn the_derivative_of_the_running_sum_is_the_number(numbers in numbers()) {
        let pipelines = r#","c":{"cumulative_sum":{"buckets_path":"m"}},"d":{"derivative":{"buckets_path":"c","gap_policy":"keep_values"}}"#;
        let results = applied(&numbers, pipelines, "").expect("results");
        let found = simple(&results, "d");
        for (place, (_, number)) in numbers.iter().enumerate().skip(1) {
            prop_assert_eq!(found[place], Some(number.unwrap_or(0.0)));
        }
    }

    /// The sum of all is the last of the running sums, and a lag of one is a derivative that skips gaps.
    #[test]
    fn sums_and_differences_agree(numbers in numbers()) {
        let pipelines = r#","c":{"cumulative_sum":{"buckets_path":"m"}},"d":{"derivative":{"buckets_path":"m"}},"l":{"serial_diff":{"buckets_path":"m"}}"#;
        let beside = r#","all":{"sum_bucket":{"buckets_path":"h>m"}}"#;
        let results = applied(&numbers, pipelines, beside).expect("results");
        let last = simple(&results, "c").last().copied().flatten().unwrap_or(0.0);
        prop_assert_eq!(&results[1].1, &AggregationResult::Pipeline(PipelineResult::Simple(last)));
        let derivative: Vec<_> = simple(&results, "d").into_iter().map(|d| d.filter(|d| !d.is_nan())).collect();
        prop_assert_eq!(derivative, simple(&results, "l"));
    }

    /// Sorting keeps every bucket with documents, in order; the sum of nothing is 0.
    #[test]
    fn sorted_buckets_are_in_order(numbers in numbers()) {
        let pipelines = r#","o":{"bucket_sort":{"sort":[{"m":"asc"}]}}"#;
        let results = applied(&numbers, pipelines, "").expect("results");
        let values: Vec<f64> = buckets(&results).iter().map(|bucket| {
            bucket.within[0].1.number(None).unwrap_or(0.0)
        }).collect();
        prop_assert!(values.is_sorted());
        let kept = numbers.iter().filter(|(count, _)| *count > 0).count();
        prop_assert_eq!(values.len(), kept);
    }
}
