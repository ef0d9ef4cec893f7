//! `promqltest FILE…`: runs Prometheus's test scripts and says what failed.

use std::process::ExitCode;

use swarmscope_promql::promqltest::{Report, run_script};

fn main() -> ExitCode {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.starts_with("--"));
    let as_json = flags.iter().any(|flag| flag == "--json");
    if files.is_empty() || flags.iter().any(|flag| flag != "--json") {
        eprintln!("usage: promqltest [--json] FILE…\nRuns test scripts of PromQL.");
        return ExitCode::from(2);
    }
    let mut reports = Vec::new();
    for file in files {
        match std::fs::read_to_string(&file) {
            Ok(script) => reports.push((file, run_script(&script))),
            Err(error) => {
                eprintln!("{file}: cannot be read: {error}");
                return ExitCode::from(2);
            }
        }
    }
    if as_json {
        print_json(&reports);
    } else {
        print_text(&reports);
    }
    let all_passed = reports.iter().all(|(_, report)| report.failures.is_empty());
    if all_passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn totals(reports: &[(String, Report)]) -> (usize, usize) {
    let passed = reports.iter().map(|(_, report)| report.passed()).sum();
    (passed, reports.iter().map(|(_, report)| report.total).sum())
}

fn print_text(reports: &[(String, Report)]) {
    for (file, report) in reports {
        println!("{file} {}/{}", report.passed(), report.total);
        for failure in &report.failures {
            println!("  line {}: {}", failure.line, failure.query);
            println!("    {}", failure.reason);
        }
    }
    let (passed, total) = totals(reports);
    println!("total {passed}/{total}");
}

fn print_json(reports: &[(String, Report)]) {
    let files: Vec<serde_json::Value> = reports
        .iter()
        .map(|(file, report)| {
            let failures: Vec<serde_json::Value> = report
                .failures
                .iter()
                .map(|failure| {
                    serde_json::json!({
                        "line": failure.line,
                        "query": failure.query,
                        "reason": failure.reason,
                    })
                })
                .collect();
            serde_json::json!({
                "file": file,
                "passed": report.passed(),
                "total": report.total,
                "failures": failures,
            })
        })
        .collect();
    let (passed, total) = totals(reports);
    println!(
        "{}",
        serde_json::json!({ "files": files, "passed": passed, "total": total })
    );
}
