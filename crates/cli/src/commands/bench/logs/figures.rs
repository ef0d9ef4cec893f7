//! What was measured, as `--json` prints it.

use std::time::Duration;

use serde::Serialize;

use crate::arguments::BenchLogsArguments;
use crate::failure::Failure;

/// Everything that was measured in one run.
#[derive(Debug, Serialize)]
pub struct Report {
    pub events: u64,
    pub raw_bytes: u64,
    pub seed: u64,
    /// Fewest and most events of a bulk.
    pub batch: [u64; 2],
    pub repetitions: u64,
    pub cores: usize,
    /// Ours first.
    pub contenders: Vec<Figures>,
    /// Ours divided by each other one's.
    pub ratios: Vec<Ratios>,
}

/// What one server cost.
#[derive(Debug, Serialize)]
pub struct Figures {
    pub name: &'static str,
    pub version: Option<String>,
    #[serde(skip)]
    pub raw_bytes: u64,
    pub loads: Vec<Load>,
    /// At rest, after loading.
    pub idle_rss_bytes: Option<u64>,
    /// At rest, after a restart on the data.
    pub restarted_rss_bytes: Option<u64>,
    /// From the start of the process to the first right answer.
    pub restart_ms: Option<f64>,
    pub queries: Vec<QueryFigures>,
    /// Putting a journey together; null of servers that have none.
    pub journey: Option<QueryFigures>,
}

/// Loading all events once. What could not be seen is null.
#[derive(Debug, Serialize)]
pub struct Load {
    pub connections: usize,
    /// Until the last acknowledgement.
    pub seconds: f64,
    pub events_per_second: f64,
    /// Until the server rested, merging included.
    pub server_cpu_seconds: Option<f64>,
    /// What this command itself used meanwhile, beside the server on the same cores.
    pub client_cpu_seconds: f64,
    /// JSON lines, without the lines between them that `_bulk` wants.
    pub raw_bytes: u64,
    pub disk_bytes: Option<u64>,
    pub peak_rss_bytes: Option<u64>,
    pub settle_seconds: f64,
    /// False when the server was still at work when patience ended.
    pub settled: bool,
}

/// The times of one question.
#[derive(Debug, Serialize)]
pub struct QueryFigures {
    pub name: &'static str,
    pub cold_ms: Option<f64>,
    pub p50_ms: Option<f64>,
    pub p99_ms: Option<f64>,
    /// Of the server for one repetition, the first one included; from ticks of 10 ms over all of them.
    pub server_cpu_ms: Option<f64>,
    /// Rows or hits of the first answer.
    pub rows: usize,
    /// Where an answer is not what the first server said.
    pub difference: Option<String>,
    /// Why there is no answer.
    pub failure: Option<String>,
}

/// Ours divided by a peer's.
#[derive(Debug, Serialize)]
pub struct Ratios {
    pub against: &'static str,
    pub rows: Vec<Ratio>,
}

/// One ratio; null where either is not known.
#[derive(Debug, Serialize)]
pub struct Ratio {
    pub name: String,
    pub ratio: Option<f64>,
}

/// One line of the table.
#[derive(Debug)]
pub struct Row {
    pub name: String,
    pub digits: usize,
    /// One for each server.
    pub values: Vec<Option<f64>>,
}

impl Report {
    /// What the run has shown.
    pub fn new(arguments: &BenchLogsArguments, contenders: Vec<Figures>) -> Self {
        let cores = std::thread::available_parallelism();
        let mut report = Self {
            events: arguments.events,
            raw_bytes: contenders.first().map_or(0, |ours| ours.raw_bytes),
            seed: arguments.seed,
            batch: arguments.batch.bounds(),
            repetitions: arguments.repetitions,
            cores: cores.map_or(0, std::num::NonZero::get),
            contenders,
            ratios: Vec::new(),
        };
        let rows = report.rows();
        report.ratios = (1..report.contenders.len())
            .map(|peer| Ratios {
                against: report.contenders[peer].name,
                rows: rows.iter().map(|row| row.ratio(peer)).collect(),
            })
            .collect();
        report
    }

    /// Whether every answer was given, and the same by all.
    pub fn all_agree(&self) -> bool {
        let contenders = self.contenders.iter();
        let mut queries =
            contenders.flat_map(|figures| figures.queries.iter().chain(&figures.journey));
        queries.all(|query| query.difference.is_none() && query.failure.is_none())
    }

    /// The lines of the table.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = self.load_rows();
        rows.extend([
            self.row("idle RSS MB".into(), 0, |figures| {
                figures.idle_rss_bytes.map(megabytes)
            }),
            self.row("idle RSS MB, restarted".into(), 0, |figures| {
                figures.restarted_rss_bytes.map(megabytes)
            }),
            self.row("restart to first answer, ms".into(), 0, |figures| {
                figures.restart_ms
            }),
        ]);
        rows.extend(self.query_rows());
        rows
    }

    fn load_rows(&self) -> Vec<Row> {
        let raw = self.raw_bytes as f64;
        let loads = self.contenders.first().map_or(&[][..], |ours| &ours.loads);
        let rows = loads.iter().enumerate().map(|(at, load)| {
            let by = match load.connections {
                1 => "1 connection".to_owned(),
                many => format!("{many} connections"),
            };
            let row = |name, digits, value: &dyn Fn(&Load) -> Option<f64>| {
                self.row(format!("{name}, {by}"), digits, |figures| {
                    figures.loads.get(at).and_then(value)
                })
            };
            [
                row("events/s", 0, &|load| Some(load.events_per_second)),
                row("server CPU s", 2, &|load| load.server_cpu_seconds),
                row("raw MB per CPU s", 1, &|load| {
                    Some(megabytes(self.raw_bytes) / load.server_cpu_seconds?.max(0.01))
                }),
                row("disk MB", 1, &|load| load.disk_bytes.map(megabytes)),
                row("raw/disk", 2, &|load| {
                    Some(raw / load.disk_bytes?.max(1) as f64)
                }),
                row("peak RSS MB", 0, &|load| load.peak_rss_bytes.map(megabytes)),
            ]
        });
        rows.flatten().collect()
    }

    fn query_rows(&self) -> Vec<Row> {
        let queries = self
            .contenders
            .first()
            .map_or(&[][..], |ours| &ours.queries);
        let of = |name: &str, query: &dyn Fn(&Figures) -> Option<&QueryFigures>| {
            let row = |name: String, value: fn(&QueryFigures) -> Option<f64>| {
                self.row(name, 2, |figures| query(figures).and_then(value))
            };
            [
                row(format!("{name}, ms"), |query| query.p50_ms),
                row("  p99".into(), |query| query.p99_ms),
                row("  first".into(), |query| query.cold_ms),
                row("  server CPU".into(), |query| query.server_cpu_ms),
            ]
        };
        let rows = queries.iter().enumerate();
        let rows = rows.flat_map(|(at, query)| of(query.name, &|figures| figures.queries.get(at)));
        let mut rows: Vec<Row> = rows.collect();
        let ours = self.contenders.first();
        if let Some(journey) = ours.and_then(|ours| ours.journey.as_ref()) {
            rows.extend(of(journey.name, &|figures| figures.journey.as_ref()));
        }
        rows
    }

    fn row(&self, name: String, digits: usize, value: impl Fn(&Figures) -> Option<f64>) -> Row {
        Row {
            name,
            digits,
            values: self.contenders.iter().map(value).collect(),
        }
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

impl Row {
    /// Ours by that of `peer`.
    pub fn ratio(&self, peer: usize) -> Ratio {
        let both = self.values[0].zip(self.values[peer]);
        Ratio {
            name: self.name.trim().to_owned(),
            // A tick of 10 ms may have been nobody's.
            ratio: both
                .filter(|(_, other)| *other > 0.0)
                .map(|(ours, other)| ours / other),
        }
    }
}

impl Figures {
    /// An empty sheet.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            version: None,
            raw_bytes: 0,
            loads: Vec::new(),
            idle_rss_bytes: None,
            restarted_rss_bytes: None,
            restart_ms: None,
            queries: Vec::new(),
            journey: None,
        }
    }
}

impl QueryFigures {
    /// The first time is the cold one, the others are the warm ones.
    pub fn new(
        name: &'static str,
        times: &[Duration],
        rows: usize,
        difference: Option<String>,
    ) -> Self {
        let milliseconds: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
        let (cold, warm) = milliseconds.split_at(1.min(milliseconds.len()));
        let mut warm = warm.to_vec();
        warm.sort_by(f64::total_cmp);
        Self {
            name,
            cold_ms: cold.first().copied(),
            p50_ms: quantile(&warm, 0.5),
            p99_ms: quantile(&warm, 0.99),
            server_cpu_ms: None,
            rows,
            difference,
            failure: None,
        }
    }

    /// A question that is none for the server.
    pub fn not_asked(name: &'static str) -> Self {
        Self::new(name, &[], 0, None)
    }

    /// A question without an answer.
    pub fn failed(name: &'static str, failure: &Failure) -> Self {
        Self {
            failure: Some(failure.to_string()),
            ..Self::not_asked(name)
        }
    }
}

/// The nearest rank.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_time_is_cold_and_does_not_count_as_warm() {
        let times: Vec<Duration> = [500, 1, 2, 3, 4].map(Duration::from_millis).into();
        let figures = QueryFigures::new("x", &times, 1, None);
        assert_eq!(figures.cold_ms, Some(500.0));
        assert_eq!(figures.p50_ms, Some(2.0));
        assert_eq!(figures.p99_ms, Some(4.0));
    }
}
