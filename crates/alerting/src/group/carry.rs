//! A changed group takes over what its predecessor knew: alerts, series, figures.

use std::collections::HashMap;

use super::Group;
use crate::definition::RuleDefinition;

impl Group {
    /// Takes over from the group of the same name that ran before. Rules belong together by name and
    /// labels, the first with the first when several are alike. What remains is marked as gone.
    pub fn take_over(&self, from: &Group) {
        let mut before = from.state();
        let mut unclaimed: HashMap<_, Vec<usize>> = HashMap::new();
        for (position, rule) in from.definition.rules.iter().enumerate().rev() {
            unclaimed.entry(identity(rule)).or_default().push(position);
        }
        let mut state = self.state();
        for (position, rule) in self.definition.rules.iter().enumerate() {
            let Some(old) = unclaimed.get_mut(&identity(rule)).and_then(Vec::pop) else {
                continue;
            };
            std::mem::swap(&mut state.rules[position], &mut before.rules[old]);
        }
        let mut orphans = std::mem::take(&mut before.orphans);
        for old in unclaimed.into_values().flatten() {
            let series = std::mem::take(&mut before.rules[old].last_series);
            orphans.extend(series.into_keys());
        }
        state.orphans = orphans;
        state.first_evaluation = before.first_evaluation;
        state.scheduled = before.scheduled;
        state.missed = before.missed;
        state.last_evaluation = before.last_evaluation;
        state.evaluation_time = before.evaluation_time;
    }
}

/// What a rule is told apart by, besides what it asks.
fn identity(rule: &RuleDefinition) -> (String, Vec<(String, String)>) {
    let labels = rule.label_sources().into_iter();
    (
        rule.name.clone(),
        labels
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    )
}
