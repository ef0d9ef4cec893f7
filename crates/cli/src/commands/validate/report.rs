//! What was checked and what came of it, for people and for programs.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::terminal::FAINT;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Pass,
    Fail,
    NotChecked,
}

/// One item of the checklist.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    pub section: &'static str,
    pub name: String,
    pub outcome: Outcome,
    /// What was seen.
    pub reason: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// The checks so far. They are printed as they come.
pub struct Report {
    json: bool,
    checks: Vec<Check>,
}

#[derive(Serialize)]
struct Summary<'a> {
    passed: usize,
    failed: usize,
    not_checked: usize,
    checks: &'a [Check],
}

impl Report {
    pub fn new(json: bool) -> Self {
        Self {
            json,
            checks: Vec::new(),
        }
    }

    /// Notes what came of a check: what was seen, or what was wrong.
    pub fn note(
        &mut self,
        section: &'static str,
        name: impl Into<String>,
        result: Result<String, String>,
        remedy: &str,
    ) {
        let (outcome, reason, remedy) = match result {
            Ok(seen) => (Outcome::Pass, seen, None),
            Err(wrong) => (Outcome::Fail, wrong, Some(remedy.to_owned())),
        };
        self.add(Check {
            section,
            name: name.into(),
            outcome,
            reason,
            remedy,
        });
    }

    /// Notes that something could not be checked, and how it could.
    pub fn skip(&mut self, section: &'static str, name: &str, reason: &str, remedy: &str) {
        self.add(Check {
            section,
            name: name.to_owned(),
            outcome: Outcome::NotChecked,
            reason: reason.to_owned(),
            remedy: Some(remedy.to_owned()),
        });
    }

    fn add(&mut self, check: Check) {
        if !self.json {
            let new_section = self
                .checks
                .last()
                .is_none_or(|last| last.section != check.section);
            if new_section {
                let bold = Style::new().bold();
                anstream::println!("\n{bold}{}{bold:#}", check.section);
            }
            print(&check);
        }
        self.checks.push(check);
    }

    /// Prints the sum. Fails when a check did.
    pub fn finish(self) -> ExitCode {
        let count = |outcome| {
            let same = self.checks.iter().filter(|check| check.outcome == outcome);
            same.count()
        };
        let summary = Summary {
            passed: count(Outcome::Pass),
            failed: count(Outcome::Fail),
            not_checked: count(Outcome::NotChecked),
            checks: &self.checks,
        };
        if self.json {
            anstream::println!("{}", serde_json::json!(summary));
        } else {
            anstream::println!(
                "\n{} passed, {} failed, {} not checked",
                summary.passed,
                summary.failed,
                summary.not_checked
            );
        }
        ExitCode::from(u8::from(summary.failed > 0))
    }
}

fn print(check: &Check) {
    let (mark, style) = match check.outcome {
        Outcome::Pass => ("pass       ", AnsiColor::Green.on_default()),
        Outcome::Fail => ("FAIL       ", AnsiColor::Red.on_default().bold()),
        Outcome::NotChecked => ("not checked", AnsiColor::Yellow.on_default()),
    };
    anstream::println!(
        "  {style}{mark}{style:#} {}  {FAINT}{}{FAINT:#}",
        check.name,
        check.reason
    );
    if let Some(remedy) = &check.remedy {
        anstream::println!("              {FAINT}→{FAINT:#} {remedy}");
    }
}
