//! A few hundred series in which every kind of trouble is to be found: resets, gaps, staleness markers,
//! NaN and infinities, classic and native histograms, names that are no identifiers.

use std::sync::Arc;

use swarmscope_model::metrics::histogram::CUSTOM_BUCKETS_SCHEMA;
use swarmscope_model::metrics::{
    Buckets, Histogram, Labels, ResetHint, STALE_NAN, SampleValue, Span,
};

use super::noise::Noise;
use super::{Dataset, Source};

const STEP: i64 = 15_000;
const SPAN: i64 = 2 * 3_600_000;
const BOUNDS: [&str; 9] = ["0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "+Inf"];

/// Two hours that end at `end`, milliseconds.
pub fn small(end: i64) -> Dataset {
    let mut maker = Maker {
        start: end - SPAN,
        end,
        seed: 0,
        sources: Vec::new(),
    };
    for instance in ["a:9100", "b:9100", "c:9100"] {
        maker.machine(instance);
        maker.requests(instance);
        maker.native(instance);
    }
    maker.oddities();
    Dataset::new(maker.sources)
}

struct Maker {
    start: i64,
    end: i64,
    seed: u64,
    sources: Vec<Source>,
}

impl Maker {
    fn noise(&mut self) -> Noise {
        self.seed += 1;
        Noise::new(self.seed)
    }

    fn add(
        &mut self,
        labels: &[(&str, &str)],
        value: impl FnMut(i64) -> Option<SampleValue> + Send + 'static,
    ) {
        self.sources.push(Source {
            labels: Labels::from_pairs(labels.iter().copied()),
            start: self.start,
            end: self.end,
            interval: STEP,
            value: Box::new(value),
        });
    }

    fn float(
        &mut self,
        labels: &[(&str, &str)],
        mut value: impl FnMut(i64) -> f64 + Send + 'static,
    ) {
        self.add(labels, move |time| Some(SampleValue::Float(value(time))));
    }

    /// A counter that now and then starts again at zero.
    fn counter(&mut self, labels: &[(&str, &str)], most: u64) {
        let mut noise = self.noise();
        let mut total = 0.0;
        self.float(labels, move |_| {
            if noise.below(150) == 0 {
                total = 0.0;
            }
            total += noise.below(most) as f64;
            total
        });
    }

    fn machine(&mut self, instance: &str) {
        for (position, mode) in ["user", "system", "idle", "iowait"].into_iter().enumerate() {
            for cpu in ["0", "1"] {
                let mut noise = self.noise();
                let mut total = 0.0;
                let share = 1.0 + position as f64;
                self.float(
                    &[
                        ("__name__", "demo_cpu_seconds_total"),
                        ("job", "node"),
                        ("instance", instance),
                        ("mode", mode),
                        ("cpu", cpu),
                    ],
                    move |_| {
                        total += noise.unit() * share;
                        total
                    },
                );
            }
        }
        for kind in ["used", "cached", "free"] {
            let mut noise = self.noise();
            self.float(
                &[
                    ("__name__", "demo_memory_bytes"),
                    ("job", "node"),
                    ("instance", instance),
                    ("type", kind),
                ],
                move |_| 1e9 + (noise.unit() * 1e8).round(),
            );
        }
        let cores = if instance.starts_with('c') { 8.0 } else { 4.0 };
        let mut noise = self.noise();
        self.float(
            &[
                ("__name__", "demo_num_cpus"),
                ("job", "node"),
                ("instance", instance),
            ],
            move |_| cores,
        );
        self.float(
            &[
                ("__name__", "demo_build_info"),
                ("job", "node"),
                ("instance", instance),
                (
                    "version",
                    if instance.starts_with('a') {
                        "1.2.0"
                    } else {
                        "1.3.0"
                    },
                ),
            ],
            |_| 1.0,
        );
        self.float(
            &[
                ("__name__", "demo_temperature_celsius"),
                ("job", "node"),
                ("instance", instance),
            ],
            move |time| 20.0 + 30.0 * (time as f64 / 600_000.0).sin() + noise.unit(),
        );
    }

    fn requests(&mut self, instance: &str) {
        for (method, status) in [("GET", "200"), ("GET", "500"), ("POST", "200")] {
            self.counter(
                &[
                    ("__name__", "demo_requests_total"),
                    ("job", "api"),
                    ("instance", instance),
                    ("method", method),
                    ("status", status),
                ],
                40,
            );
            self.classic(instance, method, status);
        }
    }

    /// The same observations for every bound, so that buckets agree with each other.
    fn classic(&mut self, instance: &str, method: &str, status: &str) {
        self.seed += 1;
        let seed = self.seed;
        let common = [
            ("job", "api"),
            ("instance", instance),
            ("method", method),
            ("status", status),
        ];
        for (position, bound) in BOUNDS.into_iter().enumerate() {
            let mut noise = Noise::new(seed);
            let mut total = 0.0;
            let mut labels = vec![("__name__", "demo_duration_seconds_bucket"), ("le", bound)];
            labels.extend(common);
            self.float(&labels, move |_| {
                for _ in 0..5 {
                    if noise.below(BOUNDS.len() as u64) <= position as u64 {
                        total += 1.0;
                    }
                }
                total
            });
        }
        let mut noise = Noise::new(seed);
        let mut sum = 0.0;
        let mut labels = vec![("__name__", "demo_duration_seconds_sum")];
        labels.extend(common);
        self.float(&labels, move |_| {
            sum += noise.unit() * 3.0;
            sum
        });
        let mut count = 0.0;
        let mut labels = vec![("__name__", "demo_duration_seconds_count")];
        labels.extend(common);
        self.float(&labels, move |_| {
            count += 5.0;
            count
        });
    }

    fn native(&mut self, instance: &str) {
        for (name, schema, gauge) in [
            ("demo_native_seconds", 2, false),
            ("demo_native_custom_seconds", CUSTOM_BUCKETS_SCHEMA, false),
            ("demo_native_gauge", 1, true),
        ] {
            let mut noise = self.noise();
            let mut counts = [0.0; 6];
            let mut sum = 0.0;
            let labels = [("__name__", name), ("job", "api"), ("instance", instance)];
            self.add(&labels, move |_| {
                if gauge || noise.below(120) == 0 {
                    counts = [0.0; 6];
                    sum = 0.0;
                }
                for count in &mut counts {
                    *count += noise.below(7) as f64;
                }
                sum += (noise.unit() * 100.0).round() / 4.0;
                Some(SampleValue::Histogram(Arc::new(histogram(
                    schema, gauge, counts, sum,
                ))))
            });
        }
    }

    fn oddities(&mut self) {
        let mut noise = self.noise();
        self.add(
            &[("__name__", "demo_intermittent"), ("job", "odd")],
            move |time| {
                (noise.below(3) > 0).then_some(SampleValue::Float((time / STEP % 50) as f64))
            },
        );
        let mut noise = self.noise();
        self.float(
            &[("__name__", "demo_vanishing"), ("job", "odd")],
            move |_| {
                if noise.below(9) == 0 {
                    STALE_NAN
                } else {
                    noise.unit()
                }
            },
        );
        for (value, text) in [
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (-0.0, "zero"),
            (1e-300, "tiny"),
            (1.7e308, "huge"),
        ] {
            self.float(
                &[("__name__", "demo_special"), ("job", "odd"), ("kind", text)],
                move |_| value,
            );
        }
        let mut noise = self.noise();
        self.float(
            &[
                ("__name__", "demo.dotted name"),
                ("job", "odd"),
                ("host.name", "x y"),
            ],
            move |_| noise.below(10) as f64,
        );
        self.float(&[("__name__", "demo_on"), ("job", "odd")], |time| {
            (time / 1_200_000 % 2) as f64
        });
    }
}

fn histogram(schema: i32, gauge: bool, counts: [f64; 6], sum: f64) -> Histogram {
    let custom = schema == CUSTOM_BUCKETS_SCHEMA;
    let positive = Buckets {
        spans: vec![
            Span {
                offset: 0,
                length: 2,
            },
            Span {
                offset: if custom { 0 } else { 2 },
                length: 2,
            },
        ],
        counts: counts[..4].to_vec(),
    };
    let negative = if custom {
        Buckets::default()
    } else {
        Buckets {
            spans: vec![Span {
                offset: -1,
                length: 1,
            }],
            counts: vec![counts[4]],
        }
    };
    let zero_count = if custom { 0.0 } else { counts[5] };
    let count =
        positive.counts.iter().sum::<f64>() + negative.counts.iter().sum::<f64>() + zero_count;
    Histogram {
        reset_hint: if gauge {
            ResetHint::Gauge
        } else {
            ResetHint::Unknown
        },
        schema,
        zero_threshold: if custom { 0.0 } else { 0.001 },
        zero_count,
        count,
        sum,
        positive,
        negative,
        custom_bounds: if custom {
            vec![0.5, 1.0, 5.0]
        } else {
            Vec::new()
        },
    }
}
