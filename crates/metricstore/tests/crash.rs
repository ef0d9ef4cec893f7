//! A process that is killed under load: what it was told is written is there.

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use support::{float, floats, options};
use swarmscope_metricstore::{EmbeddedMetrics, OpenError, Options};
use swarmscope_model::metrics::{Durability, MetricStore};

const FOLDER: &str = "METRICSTORE_CRASH_FOLDER";
/// Acknowledgements after which each child is killed.
const KILLS: [usize; 6] = [1, 40, 90, 200, 35, 150];

fn settings(folder: &Path) -> Options {
    Options {
        block_period: Duration::from_millis(100),
        maintenance_interval: Duration::from_millis(5),
        ..options(folder)
    }
}

/// What runs in the child: writes and says so, until it is killed. Without a folder it has nothing to do.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let store = EmbeddedMetrics::open(settings(Path::new(&folder))).expect("open");
    let from = floats(&store, "a").last().map_or(0, |(time, _)| *time) + 1;
    let mut out = std::io::stdout().lock();
    for time in from.. {
        let batch = [float("a", time, time as f64), float("b", time, -1.0)];
        store.append(&batch, Durability::Synced).expect("written");
        writeln!(out, "acknowledged {time}").expect("a reader");
        out.flush().expect("a reader");
    }
}

#[test]
fn a_killed_process_has_kept_what_it_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = 0;
    for kill_after in KILLS {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args([
                "--exact",
                "child_that_writes_until_it_is_killed",
                "--nocapture",
            ])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a child");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let times = lines.filter_map(|line| {
            let line = line.expect("a line");
            let (_, time) = line.rsplit_once("acknowledged ")?;
            time.parse::<i64>().ok()
        });
        for time in times.take(kill_after) {
            acknowledged = time;
        }
        let refused = EmbeddedMetrics::open(settings(folder.path())).expect_err("in use");
        assert!(matches!(refused, OpenError::InUse { .. }), "{refused}");
        child.kill().expect("killed");
        child.wait().expect("gone");
        let store = EmbeddedMetrics::open(settings(folder.path())).expect("open");
        let found = floats(&store, "a");
        let newest = found.last().map_or(0, |(time, _)| *time);
        assert!(newest >= acknowledged, "{newest} of {acknowledged}");
        let expected: Vec<(i64, f64)> = (1..=newest).map(|time| (time, time as f64)).collect();
        assert_eq!(found, expected);
        assert_eq!(floats(&store, "b").len(), expected.len());
        assert_eq!(store.stats().damaged, 0);
    }
}
