//! Groups that a test evaluates itself, at times of its own.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use swarmscope_alerting::definition::{Syntax, parse};
use swarmscope_alerting::group::Group;
use swarmscope_alerting::{Evaluation, Report};

/// What was told, a line each: time, rule, what is due, what changed.
#[derive(Default)]
pub struct Listener(Mutex<Vec<String>>);

impl Listener {
    /// What was told since the last look.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nobody panicked"))
    }
}

impl Report for Listener {
    fn evaluated(&self, evaluation: Evaluation<'_>) {
        let mut told = self.0.lock().expect("nobody panicked");
        for alert in &evaluation.due {
            let state = alert.state.as_str();
            told.push(format!("{} {} due {state}", evaluation.at, evaluation.rule));
        }
        for change in &evaluation.changes {
            let to = change.alert.state.as_str();
            told.push(format!("{} {} > {to}", evaluation.at, evaluation.rule));
        }
    }
}

/// A group of one rule, which restores nothing.
pub fn group(rule: &str) -> Arc<Group> {
    let text = format!("groups: [{{name: g, rules: [{rule}]}}]");
    let groups = parse(&text, Path::new("r.yml"), Syntax::default()).expect("a rule file");
    let definition = groups.into_iter().next().expect("a group");
    Arc::new(Group::new(
        definition,
        Duration::from_secs(60),
        Duration::ZERO,
        false,
    ))
}
