//! Whether rule files are right, without a server.

use std::process::ExitCode;

use serde_json::json;
use swarmscope_alerting::definition::{GroupDefinition, RuleFileError, RuleKind, Syntax, load};

use crate::arguments::AlertCheckArguments;
use crate::failure::Failure;
use crate::terminal::severity_style;

/// Checks the files; the end is 1 when one of them is wrong.
///
/// # Errors
/// Never; what is wrong with a file is printed.
pub fn run(arguments: &AlertCheckArguments) -> Result<ExitCode, Failure> {
    let mut is_right = true;
    let mut results = Vec::new();
    for path in &arguments.files {
        let loaded = load(std::slice::from_ref(path), Syntax::default());
        is_right &= loaded.is_ok();
        if arguments.json {
            results.push(match &loaded {
                Ok(groups) => {
                    let (alerting, recording) = counts(groups);
                    json!({"file": path, "valid": true, "alerting": alerting, "recording": recording})
                }
                Err(error) => json!({"file": path, "valid": false, "problems": problems(error)}),
            });
            continue;
        }
        match loaded {
            Ok(groups) => {
                let (alerting, recording) = counts(&groups);
                anstream::println!(
                    "{}: {alerting} alerting and {recording} recording rule(s)",
                    path.display()
                );
            }
            Err(error) => {
                let style = severity_style("ERROR");
                for line in error.to_string().lines() {
                    anstream::eprintln!("{style}error:{style:#} {line}");
                }
            }
        }
    }
    if arguments.json {
        anstream::println!("{}", json!({"valid": is_right, "files": results}));
    }
    Ok(if is_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// How many rules are alerting ones, and how many recording ones.
fn counts(groups: &[GroupDefinition]) -> (usize, usize) {
    let rules: Vec<_> = groups.iter().flat_map(|group| &group.rules).collect();
    let recording = rules
        .iter()
        .filter(|rule| rule.kind == RuleKind::Recording)
        .count();
    (rules.len() - recording, recording)
}

fn problems(error: &RuleFileError) -> Vec<serde_json::Value> {
    match error {
        RuleFileError::Invalid { problems, .. } => problems
            .iter()
            .map(|each| json!({"line": each.line, "message": each.problem.to_string()}))
            .collect(),
        other => vec![json!({"line": 0, "message": other.to_string()})],
    }
}
