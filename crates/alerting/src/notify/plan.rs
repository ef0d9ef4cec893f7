//! What a receiver is to hear now, and when to look again: decided from what fires, what it was told and when.
//!
//! Pure: no clock, no I/O. The rules:
//! - a group's first word waits for `wait`, so that what comes together is told together;
//! - further changes of a group are told `interval` after its last word at the earliest;
//! - what still fires is told again after `repeat`;
//! - the end of an alert is told to whoever was told of its beginning, muted or not, and to nobody else;
//! - an alert whose rule does not answer has neither begun nor ended.

use std::collections::BTreeMap;

use swarmscope_model::limits::MAX_MESSAGE_ALERTS;

use super::firing::Firing;
use super::message::{Message, Status};
use super::mute::Mutes;
use super::notification::Notification;
use super::routing::{GroupId, Grouping, Routing};
use super::told::{AlertKey, Log};

/// Since when groups have changes that were not told, by their keys. Forgotten at a restart.
pub(super) type Waiting = BTreeMap<String, i64>;

/// What is to be done for a receiver.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    pub due: Vec<Message>,
    /// Ends that the receiver does not want to hear of.
    pub forget: Vec<AlertKey>,
    /// When something is due next, if nothing changes.
    pub next: Option<i64>,
}

/// What is looked at. Times are milliseconds since the epoch.
pub(super) struct Look<'a> {
    pub now: i64,
    pub firing: &'a Firing,
    pub routing: &'a Routing,
    pub mutes: &'a Mutes<'a>,
    /// The receiver's place.
    pub receiver: usize,
    /// Whether it hears of ends.
    pub sends_resolved: bool,
}

/// The alerts of a group that the receiver is concerned with.
struct Members<'a> {
    grouping: &'a Grouping,
    /// Not told yet.
    fired: Vec<(AlertKey, Notification)>,
    resolved: Vec<(AlertKey, Notification)>,
    /// Told, and firing still.
    going_on: Vec<(AlertKey, Notification)>,
    last_word: Option<i64>,
}

/// What the receiver is to hear.
pub(super) fn plan(look: &Look<'_>, log: &Log, waiting: &mut Waiting) -> Plan {
    let mut plan = Plan::default();
    let groups = groups(look, log, &mut plan.forget);
    waiting.retain(|key, _| {
        groups
            .iter()
            .any(|(id, members)| id.key == *key && members.has_changes())
    });
    for (id, members) in groups {
        let last_word = members.last_word.max(log.sent.get(&id.key).copied());
        let grouping = members.grouping;
        let due = if members.has_changes() {
            let since = *waiting.entry(id.key.clone()).or_insert(look.now);
            let calm = last_word.map_or(since, |last| last.saturating_add(grouping.interval));
            since.saturating_add(grouping.wait).max(calm)
        } else if grouping.repeat > 0 {
            last_word.map_or(look.now, |last| last.saturating_add(grouping.repeat))
        } else {
            continue;
        };
        if due <= look.now {
            members.tell(id, &mut plan.due);
        } else {
            plan.next = Some(plan.next.map_or(due, |next| next.min(due)));
        }
    }
    plan
}

fn groups<'a>(
    look: &Look<'a>,
    log: &Log,
    forget: &mut Vec<AlertKey>,
) -> BTreeMap<GroupId, Members<'a>> {
    let mut groups: BTreeMap<GroupId, Members<'a>> = BTreeMap::new();
    for (key, notification) in look.firing.alerts() {
        let labels = &notification.labels;
        let Some((id, grouping)) = look.routing.group(look.receiver, labels) else {
            continue;
        };
        if look.mutes.is_muted(labels) {
            continue;
        }
        let members = groups.entry(id).or_insert_with(|| Members::new(grouping));
        let told = log.told.get(&key);
        members.last_word = members.last_word.max(told.map(|told| told.at));
        let alerts = match told {
            Some(_) => &mut members.going_on,
            None => &mut members.fired,
        };
        alerts.push((key, notification.clone()));
    }
    for (key, told) in &log.told {
        let Some(ended) = look.firing.ended(key, look.now) else {
            continue;
        };
        if !look.sends_resolved {
            forget.push(key.clone());
            continue;
        }
        let mut notification = told.notification.clone();
        notification.ends_at = ended;
        let group = look.routing.group(look.receiver, &notification.labels);
        let (id, grouping) =
            group.unwrap_or_else(|| look.routing.default_group(&notification.labels));
        let members = groups.entry(id).or_insert_with(|| Members::new(grouping));
        members.last_word = members.last_word.max(Some(told.at));
        members.resolved.push((key.clone(), notification));
    }
    groups
}

impl<'a> Members<'a> {
    fn new(grouping: &'a Grouping) -> Self {
        Self {
            grouping,
            fired: Vec::new(),
            resolved: Vec::new(),
            going_on: Vec::new(),
            last_word: None,
        }
    }

    fn has_changes(&self) -> bool {
        !self.fired.is_empty() || !self.resolved.is_empty()
    }

    /// The whole group in one message. Of one that is too large the changes, in as many as they need; without
    /// changes its beginning stands for all.
    fn tell(self, group: GroupId, messages: &mut Vec<Message>) {
        let has_changes = self.has_changes();
        let entry = |status| {
            move |(key, notification): (AlertKey, Notification)| (key, status, notification)
        };
        let fired = self.fired.into_iter().map(entry(Status::Firing));
        let resolved = self.resolved.into_iter().map(entry(Status::Resolved));
        let going_on = self.going_on.into_iter().map(entry(Status::Firing));
        let mut known: Vec<_> = going_on.collect();
        let mut changes: Vec<_> = fired.chain(resolved).collect();
        if has_changes && changes.len() + known.len() > MAX_MESSAGE_ALERTS {
            let truncated = known.len();
            for alerts in changes.chunks(MAX_MESSAGE_ALERTS) {
                messages.push(Message {
                    group: group.clone(),
                    alerts: alerts.to_vec(),
                    truncated,
                });
            }
            return;
        }
        let truncated = known.len().saturating_sub(MAX_MESSAGE_ALERTS);
        known.truncate(MAX_MESSAGE_ALERTS);
        // Those that fire first: the new ones, then the others, then what ended.
        let ended = changes
            .iter()
            .position(|(_, status, _)| *status == Status::Resolved);
        let ended = changes.split_off(ended.unwrap_or(changes.len()));
        changes.extend(known);
        changes.extend(ended);
        messages.push(Message {
            group,
            alerts: changes,
            truncated,
        });
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
