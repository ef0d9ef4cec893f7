//! What holds of all histograms. Counts are whole numbers, so that sums are exact in any order.

use proptest::prelude::*;

use super::*;

fn buckets() -> impl Strategy<Value = Buckets> {
    let bucket = (0_u32..4, 0_u32..20);
    (-8_i32..8, prop::collection::vec(bucket, 0..8)).prop_map(|(first, gaps)| {
        let mut index = first;
        let placed = gaps.into_iter().map(|(gap, count)| {
            index += gap as i32 + 1;
            (index, f64::from(count))
        });
        Buckets::from_indexed(placed.collect::<Vec<_>>())
    })
}

/// Like an honest program's: what is in the zero bucket is in no other.
fn exponential() -> impl Strategy<Value = Histogram> {
    let threshold = prop::sample::select(vec![0.0, 0.001, 0.1, 1.0, 5.0]);
    let parts = (-2_i32..4, threshold, 0_u32..9, buckets(), buckets());
    parts.prop_map(|(schema, zero_threshold, zero_count, positive, negative)| {
        let outside = |buckets: Buckets| {
            let kept = buckets
                .iter()
                .filter(|(index, _)| upper_bound(index - 1, schema, &[]) >= zero_threshold);
            Buckets::from_indexed(kept.collect::<Vec<_>>())
        };
        let (positive, negative) = (outside(positive), outside(negative));
        let all = positive.counts.iter().chain(&negative.counts).sum::<f64>();
        Histogram {
            schema,
            zero_threshold,
            zero_count: f64::from(zero_count),
            count: all + f64::from(zero_count),
            sum: 3.0,
            positive,
            negative,
            ..Histogram::default()
        }
    })
}

fn custom() -> impl Strategy<Value = Histogram> {
    let bounds = prop::sample::subsequence(vec![-5.0, 0.0, 1.0, 2.5, 10.0, 50.0], 0..6);
    (bounds, prop::collection::vec(0_u32..20, 7)).prop_map(|(custom_bounds, counts)| {
        let counts: Vec<f64> = counts
            .into_iter()
            .take(custom_bounds.len() + 1)
            .map(f64::from)
            .collect();
        Histogram {
            schema: CUSTOM_BUCKETS_SCHEMA,
            count: counts.iter().sum(),
            sum: 3.0,
            positive: Buckets::from_indexed((0..).zip(counts)),
            custom_bounds,
            ..Histogram::default()
        }
    })
}

/// Two that can be added.
fn pairs() -> impl Strategy<Value = (Histogram, Histogram)> {
    prop_oneof![(exponential(), exponential()), (custom(), custom())]
}

fn sum(one: &Histogram, other: &Histogram) -> Histogram {
    let mut sum = one.clone();
    sum.add(other).expect("of one kind");
    sum.compact(0);
    sum
}

/// Whether the zero bucket of a sum ends within a bucket. Of a finer histogram, what the zero bucket takes is
/// in that bucket as well then, as in Prometheus 3.14.
fn is_cut(one: &Histogram, other: &Histogram) -> bool {
    let sum = sum(one, other);
    let ends = |index: &i32| upper_bound(*index, sum.schema, &[]) == sum.zero_threshold;
    let differ = one.schema != other.schema && sum.zero_threshold > 0.0;
    differ && !(-2_000..2_000).any(|index| ends(&index))
}

fn observations(histogram: &Histogram) -> f64 {
    let buckets = histogram
        .positive
        .counts
        .iter()
        .chain(&histogram.negative.counts);
    buckets.sum::<f64>() + histogram.zero_count
}

proptest! {
    #[test]
    fn sums_lose_no_observation_and_have_no_order((one, other) in pairs()) {
        let sum_of_both = sum(&one, &other);
        let all = observations(&one) + observations(&other);
        if is_cut(&one, &other) {
            prop_assert!(observations(&sum_of_both) >= all);
        } else {
            prop_assert_eq!(observations(&sum_of_both), all);
            prop_assert_eq!(sum_of_both.validate(), Ok(()));
            prop_assert!(sum(&other, &one).equals(&sum_of_both));
        }
        let mut compensated = HistogramSum::new(&one);
        compensated.add(&other).expect("of one kind");
        let mut compensated = compensated.finish();
        compensated.compact(0);
        prop_assert!(compensated.equals(&sum_of_both));
    }

    #[test]
    fn counters_that_grow_are_not_reset((one, other) in pairs()) {
        prop_assert!(is_cut(&one, &other) || !sum(&one, &other).is_reset_since(&one));
        prop_assert!(!one.is_reset_since(&one));
    }

    #[test]
    fn differences_undo_sums((one, other) in pairs()) {
        prop_assume!(!is_cut(&one, &other));
        let mut rest = sum(&one, &other);
        rest.subtract(&other).expect("of one kind");
        rest.compact(0);
        prop_assert_eq!(observations(&rest), observations(&one));
        prop_assert_eq!(rest.validate(), Ok(()));
    }

    #[test]
    fn other_layouts_are_the_same_histogram(histogram in exponential(), gap in 0_u32..4) {
        let mut compact = histogram.clone();
        compact.compact(gap);
        prop_assert_eq!(compact.to_string(), histogram.to_string());
        let mut coarse = histogram.clone();
        coarse.reduce_resolution(-4);
        prop_assert_eq!(observations(&coarse), observations(&histogram));
        prop_assert_eq!(coarse.validate(), Ok(()));
    }

    #[test]
    fn trimming_parts_a_histogram_in_two(
        histogram in prop_oneof![exponential(), custom()],
        value in -60.0_f64..60.0,
    ) {
        let (mut below, mut above) = (histogram.clone(), histogram.clone());
        below.trim_above(value);
        above.trim_below(value);
        let kept = observations(&below) + observations(&above);
        // The last bucket of custom bounds has no middle, so that both sides may lose it.
        let all = observations(&histogram);
        prop_assert!(kept <= all + 1e-9 || histogram.has_custom_bounds());
        prop_assert!(kept >= all - 1e-9 || histogram.has_custom_bounds());
    }

    #[test]
    fn quantiles_ascend(histogram in prop_oneof![exponential(), custom()]) {
        prop_assume!(histogram.count > 0.0);
        let values: Vec<f64> = (1..=20).map(|step| histogram.quantile(f64::from(step) / 20.0).value).collect();
        let ascends = values.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9 * pair[1].abs());
        prop_assert!(ascends, "{:?}", values);
    }
}
