//! Which task is a part of which, in the order in which a person reads a tree.

use std::collections::{BTreeMap, BTreeSet};

use crate::story::TaskStory;

/// A task in its place.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    pub task: &'a TaskStory,
    /// Only when that task is in the story, and not a part of this one itself.
    pub parent: Option<&'a str>,
    pub depth: u32,
}

/// Every task once: parents before their children, and oldest first among equals. Tasks that claim to be
/// each other's parts begin a tree of their own.
pub fn order(tasks: &[TaskStory]) -> Vec<Placed<'_>> {
    let mut oldest_first: Vec<&TaskStory> = tasks.iter().collect();
    oldest_first.sort_by(|a, b| {
        let key = |story: &TaskStory| story.task.created_at;
        key(a).cmp(&key(b)).then_with(|| id(a).cmp(id(b)))
    });
    oldest_first.dedup_by(|a, b| id(a) == id(b));
    let known: BTreeSet<&str> = oldest_first.iter().map(|task| id(task)).collect();
    let mut children: BTreeMap<&str, Vec<&TaskStory>> = BTreeMap::new();
    let mut roots = Vec::new();
    for task in &oldest_first {
        match task.parent().filter(|parent| known.contains(parent)) {
            Some(parent) if parent != id(task) => children.entry(parent).or_default().push(task),
            _ => roots.push(*task),
        }
    }
    let mut walk = Walk {
        children,
        seen: BTreeSet::new(),
        placed: Vec::with_capacity(oldest_first.len()),
    };
    for root in roots {
        walk.descend(root);
    }
    // What is left hangs in a circle; its oldest task is as good a beginning as any.
    for task in oldest_first {
        walk.descend(task);
    }
    walk.placed
}

fn id(story: &TaskStory) -> &str {
    &story.task.task_id
}

struct Walk<'a> {
    children: BTreeMap<&'a str, Vec<&'a TaskStory>>,
    seen: BTreeSet<&'a str>,
    placed: Vec<Placed<'a>>,
}

impl<'a> Walk<'a> {
    /// Places a task that has no place yet, with everything below. Not recursive: a chain may be as long
    /// as there are tasks.
    fn descend(&mut self, root: &'a TaskStory) {
        let mut waiting = vec![Placed {
            task: root,
            parent: None,
            depth: 0,
        }];
        while let Some(next) = waiting.pop() {
            let name = id(next.task);
            if !self.seen.insert(name) {
                continue;
            }
            self.placed.push(next);
            let below = self.children.get(name).map_or(&[][..], Vec::as_slice);
            waiting.extend(below.iter().rev().map(|task| Placed {
                task,
                parent: Some(name),
                depth: next.depth + 1,
            }));
        }
    }
}
