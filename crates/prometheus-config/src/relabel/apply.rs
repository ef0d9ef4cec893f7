//! What the rules do to a label set.

use md5::{Digest, Md5};
use swarmscope_model::metrics::{Labels, LabelsBuilder};

use super::rule::{Action, RelabelConfig};
use super::template::expand;

/// The labels after all rules; `None` when a rule dropped them.
pub fn relabel(labels: &Labels, rules: &[RelabelConfig]) -> Option<Labels> {
    if rules.is_empty() {
        return Some(labels.clone());
    }
    let mut builder = labels.to_builder();
    apply(&mut builder, rules).then(|| builder.build())
}

/// Changes labels by all rules, in order. False when a rule drops them; they are then left half changed.
#[must_use]
pub fn apply(labels: &mut LabelsBuilder, rules: &[RelabelConfig]) -> bool {
    rules.iter().all(|rule| step(labels, rule))
}

fn step(labels: &mut LabelsBuilder, rule: &RelabelConfig) -> bool {
    let value = source(labels, rule);
    let target = rule.target_label.as_str();
    let regex = rule.regex.regex();
    match rule.action {
        Action::Drop => return !regex.is_match(&value),
        Action::Keep => return regex.is_match(&value),
        Action::DropEqual => return labels.get(target).unwrap_or_default() != value,
        Action::KeepEqual => return labels.get(target).unwrap_or_default() == value,
        Action::Replace => replace(labels, rule, &value),
        Action::Lowercase => {
            labels.set(target, value.to_lowercase());
        }
        Action::Uppercase => {
            labels.set(target, value.to_uppercase());
        }
        Action::HashMod => {
            labels.set(target, (hash(&value) % rule.modulus).to_string());
        }
        Action::LabelMap => {
            for (name, value) in snapshot(labels) {
                if let Some(captures) = regex.captures(&name) {
                    labels.set(expand(&rule.replacement, &captures), value);
                }
            }
        }
        Action::LabelDrop => remove(labels, |name| regex.is_match(name)),
        Action::LabelKeep => remove(labels, |name| !regex.is_match(name)),
    }
    true
}

fn source(labels: &LabelsBuilder, rule: &RelabelConfig) -> String {
    let mut value = String::new();
    for (position, name) in rule.source_labels.iter().enumerate() {
        if position > 0 {
            value.push_str(&rule.separator);
        }
        value.push_str(labels.get(name).unwrap_or_default());
    }
    value
}

fn replace(labels: &mut LabelsBuilder, rule: &RelabelConfig, value: &str) {
    let Some(captures) = rule.regex.regex().captures(value) else {
        return;
    };
    let target = expand(&rule.target_label, &captures);
    if rule.names.is_label_name(&target) {
        labels.set(target, expand(&rule.replacement, &captures));
    }
}

/// The last eight bytes of the MD5 sum, as in every version of Prometheus.
fn hash(value: &str) -> u64 {
    let sum: [u8; 16] = Md5::digest(value.as_bytes()).into();
    (u128::from_be_bytes(sum) & u128::from(u64::MAX)) as u64
}

fn snapshot(labels: &LabelsBuilder) -> Vec<(String, String)> {
    labels
        .iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn remove(labels: &mut LabelsBuilder, goes: impl Fn(&str) -> bool) {
    for (name, _) in snapshot(labels) {
        if goes(&name) {
            labels.remove(&name);
        }
    }
}
