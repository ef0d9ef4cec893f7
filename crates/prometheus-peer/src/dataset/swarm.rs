//! What a swarm's monitoring holds after a month: machines, latency histograms, many small series, and a
//! few that go far back. For measuring, so the shares of each kind are those of a node_exporter's page.

use swarmscope_model::metrics::{Labels, SampleValue};

use super::noise::Noise;
use super::{Dataset, Source};

const STEP: i64 = 15_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const RECENT: i64 = 6 * HOUR;

/// How much of each kind.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Machines with a hundred series each, every 15 s for six hours.
    pub machines: usize,
    /// Classic histograms of ten buckets, every 15 s for an hour.
    pub histograms: usize,
    /// Series with a sample a minute for ten minutes.
    pub many: usize,
    /// Series with a sample a minute for thirty days.
    pub long: usize,
}

impl Default for Scale {
    fn default() -> Self {
        Self {
            machines: 20,
            histograms: 1_000,
            many: 100_000,
            long: 20,
        }
    }
}

/// A few series of the thirty days up to `end`, milliseconds.
pub fn history(end: i64, scale: Scale) -> Dataset {
    let end = end - end % MINUTE;
    let mut sources = Vec::new();
    for number in 0..scale.long {
        let mut noise = Noise::new(7_000 + number as u64);
        let mut total = 0.0;
        let labels = [
            ("__name__", "long_total".to_owned()),
            ("shard", number.to_string()),
        ];
        // They end where the others begin, because a store takes samples in the order of time.
        let span = (end - 30 * DAY, end - RECENT - MINUTE, MINUTE);
        push(&mut sources, &labels, span, move |_| {
            total += noise.below(20) as f64;
            total
        });
    }
    Dataset::new(sources)
}

/// Everything else: the last hours up to `end`, milliseconds.
pub fn recent(end: i64, scale: Scale) -> Dataset {
    let end = end - end % MINUTE;
    let mut sources = Vec::new();
    for machine in 0..scale.machines {
        node(&mut sources, machine, end);
    }
    for number in 0..scale.histograms {
        latency(&mut sources, number, end);
    }
    for number in 0..scale.many {
        let labels = [
            ("__name__", "many_values".to_owned()),
            ("job", format!("job-{}", number % 10)),
            ("pod", format!("pod-{number:06}")),
        ];
        let value = number as f64;
        let span = (end - 9 * MINUTE, end, MINUTE);
        push(&mut sources, &labels, span, move |time| {
            value + (time / MINUTE % 7) as f64
        });
    }
    Dataset::new(sources)
}

fn push(
    sources: &mut Vec<Source>,
    labels: &[(&str, String)],
    (start, end, interval): (i64, i64, i64),
    mut value: impl FnMut(i64) -> f64 + Send + 'static,
) {
    sources.push(Source {
        labels: Labels::from_pairs(labels.iter().map(|(name, value)| (*name, value.as_str()))),
        start,
        end,
        interval,
        value: Box::new(move |time| Some(SampleValue::Float(value(time)))),
    });
}

/// A machine's page: half of its series are counters, a quarter constants, the rest gauges.
fn node(sources: &mut Vec<Source>, machine: usize, end: i64) {
    let span = (end - RECENT, end, STEP);
    for number in 0..100_usize {
        let seed = (machine * 1_000 + number) as u64;
        let mut noise = Noise::new(seed);
        let labels = |name: &str| {
            [
                ("__name__", name.to_owned()),
                ("job", "node".to_owned()),
                ("instance", format!("machine-{machine}:9100")),
                ("device", format!("dev{number:02}")),
            ]
        };
        let mut total = 0.0;
        match number % 8 {
            0..=2 => push(
                sources,
                &labels(&format!("node_bytes_{}_total", number % 8)),
                span,
                move |_| {
                    total += noise.below(100_000) as f64;
                    total
                },
            ),
            3 => push(
                sources,
                &labels("node_cpu_seconds_total"),
                span,
                move |_| {
                    total += (noise.unit() * 1_500.0).round() / 100.0;
                    total
                },
            ),
            4 | 5 => push(
                sources,
                &labels(&format!("node_limit_{}", number % 8)),
                span,
                move |_| seed as f64,
            ),
            6 => push(sources, &labels("node_memory_bytes"), span, move |_| {
                4_096.0 * noise.below(1_000_000) as f64
            }),
            _ => push(sources, &labels("node_load"), span, move |_| {
                (noise.unit() * 400.0).round() / 100.0
            }),
        }
    }
}

fn latency(sources: &mut Vec<Source>, number: usize, end: i64) {
    const BOUNDS: [&str; 10] = [
        "0.05", "0.1", "0.2", "0.5", "1", "2", "5", "10", "30", "+Inf",
    ];
    for (position, bound) in BOUNDS.into_iter().enumerate() {
        let mut noise = Noise::new(50_000 + number as u64);
        let mut total = 0.0;
        let labels = [
            ("__name__", "latency_seconds_bucket".to_owned()),
            ("job", format!("api-{}", number % 10)),
            ("instance", format!("api-{number}")),
            ("le", bound.to_owned()),
        ];
        push(sources, &labels, (end - HOUR, end, STEP), move |_| {
            for _ in 0..3 {
                if noise.below(BOUNDS.len() as u64) <= position as u64 {
                    total += 1.0;
                }
            }
            total
        });
    }
}
