//! Every test script gives what it expects, query by query.

use std::path::{Path, PathBuf};

use swarmscope_promql::promqltest::run_script;

fn scripts(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder of scripts");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "test")
        })
        .collect();
    files.sort();
    files
}

fn check(folder: &Path) {
    let mut failed = Vec::new();
    let files = scripts(folder);
    assert!(!files.is_empty(), "no scripts in {}", folder.display());
    for file in files {
        let script = std::fs::read_to_string(&file).expect("a script");
        let report = run_script(&script);
        assert!(report.total > 0, "{} evaluates nothing", file.display());
        let explain = |failure: &swarmscope_promql::promqltest::Failure| {
            let (file, line) = (file.display(), failure.line);
            format!("{file}:{line}: {}: {}", failure.query, failure.reason)
        };
        failed.extend(report.failures.iter().map(explain));
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn prometheus_scripts_pass() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promqltest"));
}

/// Their expected values were computed by Prometheus.
#[test]
fn own_scripts_pass() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/promqltest/own"));
}

#[test]
fn a_wrong_expectation_is_a_failure_with_its_line() {
    let report =
        run_script("load 1m\n  a 1\n\neval instant at 0 a\n  a 2\n\neval instant at 0 a\n  a 1\n");
    assert_eq!((report.passed(), report.total), (1, 2));
    assert_eq!(
        (report.failures[0].line, report.failures[0].query.as_str()),
        (4, "a")
    );
    assert!(
        report.failures[0].reason.contains("expected 2"),
        "{}",
        report.failures[0].reason
    );
}
