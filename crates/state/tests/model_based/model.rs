//! What the store promises, as a pure model in memory: every task with its attempts, and every rule that
//! decides what an operation makes of them. Never asks a store.

use std::collections::BTreeMap;

use swarmscope_model::state::{
    AfterChildren, ChildFailure, ErrorClass, Join, MAX_LEASE_LOSSES, Priority, TaskState,
};

pub const AGENTS: [&str; 3] = ["a", "b", "c"];
/// Agent `a` has it, the others have not.
pub const SKILL: &str = "law";
/// Tasks in progress at once, of the type and of agent `a`.
pub const MOST_OF_TYPE: usize = 3;
pub const MOST_OF_A: usize = 1;
pub const MINUTE: i64 = 60_000;

#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub state: TaskState,
    pub token: i64,
    pub agent: Option<&'static str>,
    pub lease: Option<i64>,
    pub retries: u32,
    pub attempts: Vec<&'static str>,
    losses: u32,
    order: (i64, usize),
    not_before: Option<i64>,
    pub deadline: Option<i64>,
    skilled: bool,
    pub parent: Option<String>,
    pub join: Option<Join>,
}

/// A claim as the model gave it.
#[derive(Debug, Clone)]
pub struct Held {
    pub task_id: String,
    pub agent: &'static str,
    pub token: i64,
}

#[derive(Debug, Clone, Default)]
pub struct Model {
    pub rows: BTreeMap<String, Row>,
    draining: [bool; AGENTS.len()],
    /// The next tick of the one schedule.
    pub next_tick: i64,
    /// Whether the limits of type and agent are in force. Claims without limits are made together.
    pub limited: bool,
    inserted: usize,
}

/// What a task is given when it is enqueued.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub priority: Priority,
    pub delay: Option<i64>,
    pub deadline: Option<i64>,
    pub skilled: bool,
    pub parent: Option<String>,
    pub join: Option<Join>,
}

impl Model {
    pub fn new(limited: bool) -> Self {
        Self {
            limited,
            ..Self::default()
        }
    }

    pub fn insert(&mut self, task_id: &str, wish: &Wish, now: i64) {
        let behind = match wish.priority {
            Priority::High => 0,
            Priority::Medium => 600_000,
            Priority::Low => 1_200_000,
        };
        self.inserted += 1;
        let row = Row {
            state: match wish.join {
                Some(_) => TaskState::Waiting,
                None => TaskState::Queued,
            },
            token: 0,
            agent: None,
            lease: None,
            retries: 0,
            attempts: Vec::new(),
            losses: 0,
            order: (now + behind, self.inserted),
            not_before: wish
                .delay
                .filter(|delay| *delay > 0)
                .map(|delay| now + delay),
            deadline: wish.deadline.map(|deadline| now + deadline),
            skilled: wish.skilled,
            parent: wish.parent.clone(),
            join: wish.join,
        };
        self.rows.insert(task_id.to_owned(), row);
    }

    pub fn claim(&mut self, agent: usize, now: i64, lease: i64) -> Option<Held> {
        if self.draining[agent] {
            return None;
        }
        let queued = |row: &&mut Row| row.state == TaskState::Queued;
        for row in self.rows.values_mut().filter(queued) {
            row.not_before = row.not_before.filter(|point| *point > now);
        }
        let held = |name: Option<&str>| {
            let mut rows = self.rows.values();
            let counts = |row: &&Row| {
                row.state == TaskState::InProgress
                    && name.is_none_or(|name| row.agent == Some(name))
            };
            rows.by_ref().filter(counts).count()
        };
        let name = AGENTS[agent];
        let full = held(None) >= MOST_OF_TYPE || (agent == 0 && held(Some(name)) >= MOST_OF_A);
        if self.limited && full {
            return None;
        }
        let claimable = |row: &Row| {
            row.state == TaskState::Queued
                && row.not_before.is_none()
                && row.deadline.is_none_or(|deadline| deadline > now)
                && (!row.skilled || agent == 0)
        };
        let (task_id, row) = self
            .rows
            .iter_mut()
            .filter(|(_, row)| claimable(row))
            .min_by_key(|(_, row)| row.order)?;
        row.state = TaskState::InProgress;
        row.token += 1;
        row.agent = Some(name);
        row.lease = Some(now + lease);
        Some(Held {
            task_id: task_id.clone(),
            agent: name,
            token: row.token,
        })
    }

    /// Whether this claim completed the task before.
    pub fn has_completed(&self, held: &Held) -> bool {
        let row = &self.rows[&held.task_id];
        row.state == TaskState::Completed
            && (row.token, row.agent) == (held.token, Some(held.agent))
    }

    /// Whether the claim is in force.
    pub fn holds(&self, held: &Held, now: i64) -> bool {
        let row = &self.rows[&held.task_id];
        row.state == TaskState::InProgress
            && row.token == held.token
            && row.agent == Some(held.agent)
            && row.lease.is_some_and(|expiry| now < expiry)
            && row.deadline.is_none_or(|deadline| now < deadline)
    }

    fn row(&mut self, task_id: &str) -> &mut Row {
        self.rows.get_mut(task_id).expect("the model has the task")
    }

    pub fn renew(&mut self, held: &Held, now: i64, lease: i64) {
        self.row(&held.task_id).lease = Some(now + lease);
    }

    pub fn complete(&mut self, held: &Held) {
        let row = self.row(&held.task_id);
        row.state = TaskState::Completed;
        row.lease = None;
        row.attempts.push("completed");
        self.settle_parent(&held.task_id);
    }

    /// With the policy of the run: waits of 1, 2 and 4 seconds, three retries.
    pub fn fail(&mut self, held: &Held, class: ErrorClass, now: i64) {
        let row = self.row(&held.task_id);
        row.lease = None;
        let next = now + [1_000, 2_000, 4_000][row.retries.min(2) as usize];
        let in_time = row.deadline.is_none_or(|deadline| next < deadline);
        if class == ErrorClass::Transient && row.retries < 3 && in_time {
            row.state = TaskState::Queued;
            row.agent = None;
            row.retries += 1;
            row.not_before = Some(next);
            row.attempts.push("failed");
            return;
        }
        row.state = match class {
            ErrorClass::Transient => TaskState::DeadLetter,
            _ => TaskState::Failed,
        };
        row.attempts.push(row.state.as_str());
        self.settle_parent(&held.task_id);
    }

    pub fn fan_out(&mut self, held: &Held, children: &[String], join: Join, now: i64) {
        for child in children {
            let wish = Wish {
                parent: Some(held.task_id.clone()),
                ..Wish::default()
            };
            self.insert(child, &wish, now);
        }
        let row = self.row(&held.task_id);
        row.state = TaskState::Waiting;
        row.agent = None;
        row.lease = None;
        row.join = Some(join);
        row.attempts.push("waiting");
        self.settle(&held.task_id);
    }

    fn stop(&mut self, task_id: &str, after: TaskState, attempt: &'static str) {
        let row = self.row(task_id);
        if row.state == TaskState::InProgress {
            row.attempts.push(attempt);
        }
        row.state = after;
        row.agent = None;
        row.lease = None;
        row.not_before = None;
    }

    fn children(&self, task_id: &str) -> Vec<String> {
        let is_child = |row: &Row| row.parent.as_deref() == Some(task_id);
        let children = self.rows.iter().filter(|(_, row)| is_child(row));
        children.map(|(child, _)| child.clone()).collect()
    }

    fn stop_all_under(&mut self, task_id: &str) {
        for child in self.children(task_id) {
            if !self.rows[&child].state.is_final() {
                self.stop(&child, TaskState::Cancelled, "cancelled");
            }
            self.stop_all_under(&child);
        }
    }

    pub fn cancel(&mut self, task_id: &str) {
        self.stop(task_id, TaskState::Cancelled, "cancelled");
        self.stop_all_under(task_id);
        self.settle_parent(task_id);
    }

    fn settle_parent(&mut self, task_id: &str) {
        if let Some(parent) = self.rows[task_id].parent.clone() {
            self.settle(&parent);
        }
    }

    fn settle(&mut self, task_id: &str) {
        let (TaskState::Waiting, Some(join)) = (self.rows[task_id].state, self.rows[task_id].join)
        else {
            return;
        };
        let states: Vec<TaskState> = self
            .children(task_id)
            .iter()
            .map(|child| self.rows[child].state)
            .collect();
        let open = states.iter().any(|state| !state.is_final());
        let failed = states.iter().any(|state| state.is_requeueable())
            && join.on_child_failure != ChildFailure::Ignore;
        let at_once = failed && join.on_child_failure == ChildFailure::FailFast;
        if open && !at_once {
            return;
        }
        if !failed && join.then == AfterChildren::Continue {
            let row = self.row(task_id);
            row.state = TaskState::Queued;
            row.join = None;
            return;
        }
        if open {
            self.stop_all_under(task_id);
        }
        self.row(task_id).state = match failed {
            true => TaskState::Failed,
            false => TaskState::Completed,
        };
        self.settle_parent(task_id);
    }

    pub fn retry(&mut self, task_id: &str, now: i64) {
        self.requeue_failed_under(task_id, now);
        self.back_into_queue(task_id, now);
        self.settle(task_id);
    }

    fn requeue_failed_under(&mut self, task_id: &str, now: i64) {
        if self.rows[task_id].join.is_none() {
            return;
        }
        for child in self.children(task_id) {
            if self.rows[&child].state.is_requeueable() {
                self.requeue_failed_under(&child, now);
                self.back_into_queue(&child, now);
            }
        }
    }

    fn back_into_queue(&mut self, task_id: &str, now: i64) {
        let row = self.row(task_id);
        row.state = match row.join {
            Some(_) => TaskState::Waiting,
            None => TaskState::Queued,
        };
        row.agent = None;
        row.not_before = None;
        row.retries = 0;
        row.losses = 0;
        row.deadline = row.deadline.filter(|deadline| *deadline > now);
    }

    pub fn drain(&mut self, agent: usize, draining: bool) {
        self.draining[agent] = draining;
    }

    pub fn sweep(&mut self, now: i64) {
        let due = |row: &Row| row.deadline.is_some_and(|deadline| deadline <= now);
        let mut overdue: Vec<(Option<i64>, String)> = self
            .rows
            .iter()
            .filter(|(_, row)| !row.state.is_final() && due(row))
            .map(|(task_id, row)| (row.deadline, task_id.clone()))
            .collect();
        overdue.sort();
        for (_, task_id) in overdue {
            if !self.rows[&task_id].state.is_final() {
                self.stop(&task_id, TaskState::Failed, "failed");
                self.stop_all_under(&task_id);
                self.settle_parent(&task_id);
            }
        }
        let expired = |row: &Row| row.lease.is_some_and(|expiry| expiry <= now);
        let ids: Vec<String> = self.rows.keys().cloned().collect();
        for task_id in &ids {
            let row = &self.rows[task_id];
            if row.state == TaskState::InProgress && expired(row) {
                let losses = row.losses + 1;
                let dead = losses >= MAX_LEASE_LOSSES;
                let after = if dead {
                    TaskState::DeadLetter
                } else {
                    TaskState::Queued
                };
                self.stop(task_id, after, "lease_expired");
                self.row(task_id).losses = losses;
                if dead {
                    self.settle_parent(task_id);
                }
            }
        }
        for task_id in &ids {
            self.settle(task_id);
        }
    }

    /// The ticks up to now, each of which enqueues a task.
    pub fn tick(&mut self, now: i64) -> Vec<i64> {
        let mut ticks = Vec::new();
        while self.next_tick <= now {
            ticks.push(self.next_tick);
            self.next_tick += MINUTE;
        }
        ticks
    }
}
