//! Histograms as a whole.

use super::*;

/// A histogram of the buckets `(first index, counts)` of both signs.
fn exponential(schema: i32, positive: (i32, &[f64]), negative: (i32, &[f64])) -> Histogram {
    let side = |(first, counts): (i32, &[f64])| {
        Buckets::from_indexed((first..).zip(counts.iter().copied()))
    };
    let counts = positive.1.iter().chain(negative.1);
    Histogram {
        schema,
        count: counts.sum(),
        sum: 1.0,
        positive: side(positive),
        negative: side(negative),
        ..Histogram::default()
    }
}

fn custom(bounds: &[f64], counts: &[f64]) -> Histogram {
    Histogram {
        custom_bounds: bounds.to_vec(),
        ..exponential(CUSTOM_BUCKETS_SCHEMA, (0, counts), (0, &[]))
    }
}

#[test]
fn sums_take_the_coarser_resolution() {
    let mut fine = exponential(1, (1, &[1.0, 2.0, 3.0, 4.0]), (0, &[5.0]));
    let coarse = exponential(0, (1, &[10.0]), (3, &[7.0]));
    let merged = fine.add(&coarse).expect("both are exponential");
    assert_eq!(merged, Merged::default());
    assert_eq!(fine, {
        let mut sum = exponential(0, (1, &[13.0, 7.0]), (0, &[5.0, 0.0, 0.0, 7.0]));
        sum.negative.compact(0);
        sum.sum = 2.0;
        sum
    });
    let mut difference = fine.clone();
    difference.subtract(&fine).expect("itself");
    difference.compact(0);
    assert_eq!(difference, Histogram::default());
}

#[test]
fn zero_buckets_grow_over_what_they_would_cut() {
    let mut wide = exponential(0, (2, &[1.0]), (0, &[]));
    wide.zero_threshold = 0.75;
    wide.zero_count = 10.0;
    // The bucket from 0.5 to 1 is cut by the threshold of the other one.
    let narrow = exponential(0, (-1, &[1.0, 2.0, 4.0]), (0, &[8.0]));
    let mut sum = wide.clone();
    sum.add(&narrow).expect("both are exponential");
    assert_eq!((sum.zero_threshold, sum.zero_count), (1.0, 21.0));
    assert_eq!(
        sum.positive.iter().collect::<Vec<_>>(),
        [(1, 4.0), (2, 1.0)]
    );
    assert!(sum.negative.is_empty());
    let mut reversed = narrow.clone();
    reversed.add(&wide).expect("both are exponential");
    assert!(reversed.equals(&sum), "{reversed} {sum}");
}

#[test]
fn custom_bounds_in_common_remain() {
    let mut one = custom(&[1.0, 2.0, 5.0], &[1.0, 2.0, 3.0, 4.0]);
    let merged = one.add(&custom(&[2.0, 3.0], &[10.0, 20.0, 30.0]));
    assert!(merged.expect("both are custom").bounds_reconciled);
    assert_eq!(one.custom_bounds, [2.0]);
    assert_eq!(one.positive.counts, [13.0, 57.0]);
    let refused = one.add(&exponential(0, (0, &[1.0]), (0, &[])));
    assert_eq!(refused, Err(IncompatibleHistograms));
}

#[test]
fn what_is_known_of_resets_is_combined() {
    use ResetHint::{Gauge, NotReset, Reset, Unknown};
    for (one, other, wanted) in [
        (Reset, Reset, (Reset, false)),
        (Reset, Unknown, (Unknown, false)),
        (Gauge, Reset, (Gauge, false)),
        (NotReset, Reset, (Unknown, true)),
    ] {
        assert_eq!(one.combined(other), wanted);
        assert_eq!(other.combined(one), wanted);
    }
}

#[test]
fn resets_are_seen_in_every_bucket() {
    let before = exponential(0, (1, &[1.0, 2.0]), (1, &[3.0]));
    let now = |positive: &[f64], negative: &[f64]| exponential(0, (1, positive), (1, negative));
    assert!(!now(&[1.0, 2.0], &[3.0]).is_reset_since(&before));
    assert!(!now(&[1.0, 9.0], &[3.0]).is_reset_since(&before));
    assert!(now(&[9.0, 1.0], &[3.0]).is_reset_since(&before));
    assert!(now(&[9.0, 2.0], &[]).is_reset_since(&before));
    // A coarser resolution is compared, a finer one comes with a reset only.
    let coarse = exponential(-1, (1, &[3.0]), (1, &[3.0]));
    assert!(!coarse.is_reset_since(&before));
    assert!(before.is_reset_since(&coarse));
    let mut known = now(&[0.0], &[]);
    known.reset_hint = ResetHint::NotReset;
    assert!(!known.is_reset_since(&before));
}

/// As in Prometheus 3.14, which these three tests hold on to although it errs.
#[test]
fn what_the_zero_bucket_took_stays_in_a_coarser_bucket() {
    let mut coarse = exponential(0, (2, &[3.0]), (0, &[]));
    (coarse.zero_count, coarse.zero_threshold, coarse.count) = (2.0, upper_bound(1, 1, &[]), 5.0);
    let fine = exponential(1, (1, &[5.0, 7.0]), (0, &[]));
    let bucket_from_one_to_two = |one: &Histogram, other: &Histogram| {
        let mut sum = one.clone();
        sum.add(other).expect("both are exponential");
        assert_eq!((sum.zero_count, sum.count), (7.0, 17.0));
        sum.positive.iter().next()
    };
    assert_eq!(bucket_from_one_to_two(&coarse, &fine), Some((1, 12.0)));
    assert_eq!(bucket_from_one_to_two(&fine, &coarse), Some((1, 7.0)));
    let sum = exponential(0, (1, &[7.0, 3.0]), (0, &[]));
    let later = Histogram {
        zero_count: 7.0,
        zero_threshold: coarse.zero_threshold,
        count: 17.0,
        ..sum
    };
    assert!(later.is_reset_since(&fine));
}

#[test]
fn an_empty_bucket_hides_that_later_ones_vanished() {
    let now = exponential(0, (0, &[6.0]), (0, &[]));
    assert!(now.is_reset_since(&exponential(0, (0, &[1.0, 5.0]), (0, &[]))));
    assert!(!now.is_reset_since(&exponential(0, (0, &[1.0, 0.0, 5.0]), (0, &[]))));
}

#[test]
fn quantiles_beside_nan_observations_lie_in_the_last_bucket() {
    let mut histogram = exponential(0, (0, &[2.0, 4.0, 2.0]), (0, &[]));
    (histogram.count, histogram.sum) = (10.0, f64::NAN);
    let quantile = histogram.quantile(0.5);
    assert!((quantile.value - 32.0_f64.sqrt()).abs() < 1e-12);
    assert_eq!(quantile.nan_observations, NanObservations::Skew);
    let highest = histogram.quantile(0.9);
    assert!(highest.value.is_nan());
    assert_eq!(highest.nan_observations, NanObservations::Result);
    let all = histogram.fraction(f64::NEG_INFINITY, f64::INFINITY);
    assert_eq!(all, (0.8, true));
}

#[test]
fn many_histograms_lose_nothing_to_rounding() {
    let values = [1e100, 1.0, -1e100, 1.0];
    let histograms = values.map(|value| exponential(0, (0, &[value]), (0, &[])));
    let mut sum = HistogramSum::new(&histograms[0]);
    let mut mean = HistogramMean::new(&histograms[0]);
    for next in &histograms[1..] {
        sum.add(next).expect("all are exponential");
        mean.add(next).expect("all are exponential");
    }
    assert_eq!(sum.finish().positive.counts, [2.0]);
    assert_eq!(mean.finish().positive.counts, [0.5]);
}

#[test]
fn means_do_not_overflow() {
    let large = exponential(0, (0, &[1e308]), (0, &[]));
    let mut mean = HistogramMean::new(&large);
    for _ in 0..3 {
        mean.add(&large).expect("all are exponential");
    }
    assert_eq!(mean.finish().positive.counts, [1e308]);
}

#[test]
fn quantiles_and_fractions_are_each_others_inverse() {
    let histogram = exponential(0, (0, &[2.0, 4.0, 8.0]), (1, &[2.0]));
    for q in [0.05, 0.3, 0.5, 0.9, 1.0] {
        let value = histogram.quantile(q).value;
        let (fraction, _) = histogram.fraction(f64::NEG_INFINITY, value);
        assert!((fraction - q).abs() < 1e-12, "{q} {value} {fraction}");
    }
    assert_eq!(histogram.quantile(1.0).value, 4.0);
    assert_eq!(histogram.quantile(-0.1).value, f64::NEG_INFINITY);
    assert!(Histogram::default().quantile(0.5).value.is_nan());
}

#[test]
fn trimming_estimates_what_remains() {
    let mut histogram = custom(&[5.0, 10.0], &[10.0, 20.0, 5.0]);
    histogram.trim_above(7.5);
    assert_eq!(histogram.positive.counts, [10.0, 10.0]);
    assert_eq!(
        (histogram.count, histogram.sum),
        (20.0, 10.0 * 2.5 + 10.0 * 6.25)
    );
    let mut histogram = exponential(0, (0, &[1.0, 1.0]), (0, &[1.0]));
    histogram.trim_below(1.0);
    assert_eq!(
        histogram.to_string(),
        "{count:1, sum:1.4142135623730951, (1,2]:1}"
    );
}

#[test]
fn histograms_are_shown_as_in_prometheus() {
    let mut histogram = exponential(0, (0, &[0.0, 4.0]), (2, &[3.0, 1.0]));
    histogram.zero_threshold = 0.001;
    histogram.zero_count = 1.5;
    histogram.sum = 1e7;
    assert_eq!(
        histogram.to_string(),
        "{count:8, sum:1e+07, [-8,-4):1, [-4,-2):3, [-0.001,0.001]:1.5, (1,2]:4}"
    );
    assert_eq!(
        histogram.test_notation(),
        "{{count:8 sum:1e+07 z_bucket:1.5 z_bucket_w:0.001 offset:1 buckets:[4] n_offset:2 n_buckets:[3 1]}}"
    );
    let custom = custom(&[5.0], &[1.0, 2.0]);
    assert_eq!(
        custom.to_string(),
        "{count:3, sum:1, [-Inf,5]:1, (5,+Inf]:2}"
    );
    assert_eq!(
        custom.test_notation(),
        "{{schema:-53 count:3 sum:1 custom_values:[5] buckets:[1 2]}}"
    );
}

#[test]
fn contradictions_are_refused() {
    let valid = exponential(0, (0, &[1.0]), (0, &[]));
    assert_eq!(valid.validate(), Ok(()));
    assert_eq!(custom(&[1.0], &[1.0, 2.0]).validate(), Ok(()));
    for (broken, wanted) in [
        (
            Histogram {
                schema: 9,
                ..valid.clone()
            },
            "got schema 9",
        ),
        (
            Histogram {
                count: -1.0,
                ..valid.clone()
            },
            "count is negative",
        ),
        (
            exponential(0, (0, &[-1.0, 2.0]), (0, &[])),
            "bucket number 1 has observation count of -1",
        ),
        (custom(&[2.0, 1.0], &[1.0]), "strictly increasing"),
        (
            custom(&[1.0], &[1.0, 2.0, 3.0]),
            "cover total span length of 3",
        ),
        (
            Histogram {
                custom_bounds: vec![1.0],
                ..valid
            },
            "must not have custom bounds",
        ),
    ] {
        let error = broken.validate().expect_err("a contradiction").to_string();
        assert!(error.contains(wanted), "{error}");
    }
}
