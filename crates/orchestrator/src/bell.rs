//! Wakes waiting claims: one for each task that may have become claimable, so that fifty waiting agents do
//! not all ask the store for one task.
//!
//! Whoever is woken and finds nothing hands the ring on to those who have waited since before it: it may
//! lack the skills that another one has. Never knows a task's state; a ring that reaches nobody is no loss,
//! because every claim looks after it has begun to listen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swarmscope_model::limits::VAIN_WAKES;
use swarmscope_model::state::Task;
use tokio::sync::oneshot;

/// Who waits, by the order in which they began to. Cheap to clone.
#[derive(Clone, Default)]
pub struct Bell {
    waiting: Arc<Mutex<Waiting>>,
}

#[derive(Default)]
struct Waiting {
    /// Grows with every listener and every ring, so that the two can be told apart in time.
    moment: u64,
    listeners: BTreeMap<u64, Waiter>,
}

struct Waiter {
    task_types: Vec<String>,
    wake: oneshot::Sender<Ring>,
}

/// The news of one task.
struct Ring {
    task_type: Arc<str>,
    /// When it was rung: who began to listen later has looked later, and needs no telling.
    moment: u64,
    /// How many more may be woken in vain; `None` for all.
    wakes: Option<u32>,
}

/// A place in the line. Dropping it leaves the line; news that it was given and did not hear go to the next.
pub struct Listener {
    bell: Bell,
    moment: u64,
    news: oneshot::Receiver<Ring>,
}

/// News that somebody acts on. Dropping it hands it on, as whoever acts on it has found nothing.
pub struct Heard {
    bell: Bell,
    ring: Option<Ring>,
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place in the line for tasks of these types.
    pub fn listen(&self, task_types: &[String]) -> Listener {
        let (wake, news) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.moment += 1;
        let moment = waiting.moment;
        let waiter = Waiter {
            task_types: task_types.to_vec(),
            wake,
        };
        waiting.listeners.insert(moment, waiter);
        Listener {
            bell: self.clone(),
            moment,
            news,
        }
    }

    /// Wakes one listener for the task.
    pub fn ring(&self, task: &Task) {
        let moment = {
            let mut waiting = self.lock();
            waiting.moment += 1;
            waiting.moment
        };
        // Many may lack a skill; otherwise who finds nothing was merely late.
        let wakes = task.required_skills.is_empty().then_some(VAIN_WAKES);
        self.wake(Ring {
            task_type: task.task_type.as_str().into(),
            moment,
            wakes,
        });
    }

    /// Wakes everybody: nobody knows which tasks have become claimable.
    pub fn ring_all(&self) {
        let listeners = std::mem::take(&mut self.lock().listeners);
        for (moment, waiter) in listeners {
            let ring = Ring {
                task_type: "".into(),
                moment,
                wakes: Some(0),
            };
            // Who has gone meanwhile does not look.
            let _ = waiter.wake.send(ring);
        }
    }

    /// Tells the one who has waited longest of those that want it.
    fn wake(&self, mut ring: Ring) {
        loop {
            let waiter = {
                let mut waiting = self.lock();
                let wants = |(_, waiter): &(&u64, &Waiter)| {
                    waiter
                        .task_types
                        .iter()
                        .any(|wanted| **wanted == *ring.task_type)
                };
                let first = waiting.listeners.range(..ring.moment).find(wants);
                let Some(moment) = first.map(|(moment, _)| *moment) else {
                    return;
                };
                waiting.listeners.remove(&moment)
            };
            match waiter.map(|waiter| waiter.wake.send(ring)) {
                Some(Err(unheard)) => ring = unheard,
                _ => return,
            }
        }
    }
}

impl Listener {
    /// Waits for news.
    pub async fn heard(mut self) -> Heard {
        // An error cannot be: the sender stays in the line until it sends or this listener is dropped.
        let ring = (&mut self.news).await.ok();
        Heard {
            bell: self.bell.clone(),
            ring,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.bell.lock().listeners.remove(&self.moment);
        if let Ok(ring) = self.news.try_recv() {
            self.bell.wake(ring);
        }
    }
}

impl Heard {
    /// The task was found: nobody else need look for it.
    pub fn done(mut self) {
        self.ring = None;
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        let Some(mut ring) = self.ring.take() else {
            return;
        };
        if let Some(wakes) = &mut ring.wakes {
            if *wakes == 0 {
                return;
            }
            *wakes -= 1;
        }
        self.bell.wake(ring);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn bell_with(types: &[&str]) -> (Bell, Vec<Listener>) {
        let bell = Bell::default();
        let listeners = types
            .iter()
            .map(|task_type| bell.listen(&[(*task_type).to_owned()]))
            .collect();
        (bell, listeners)
    }

    fn task(task_type: &str, skills: &[&str]) -> Task {
        let task = serde_json::json!({
            "task_id": "t", "task_type": task_type, "agent_name": null, "state": "queued",
            "priority": "medium", "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:00:00Z",
            "completed_at": null, "metadata": {}, "fencing_token": 0, "lease_expires_at": null,
            "not_before": null, "retry_count": 0, "max_retries": 3, "last_error": null,
            "required_skills": skills,
        });
        serde_json::from_value(task).expect("a task")
    }

    fn news(listener: Listener) -> Option<Heard> {
        listener.heard().now_or_never()
    }

    #[test]
    fn a_task_wakes_the_one_who_has_waited_longest_for_its_type() {
        let (bell, listeners) = bell_with(&["a", "b", "b"]);
        bell.ring(&task("b", &[]));
        let woken: Vec<bool> = listeners
            .into_iter()
            .map(|one| news(one).is_some())
            .collect();
        // The first b heard of it and, as it found nothing, told the second.
        assert_eq!(woken, [false, true, true]);
        let (bell, listeners) = bell_with(&["a", "b", "b"]);
        bell.ring(&task("b", &[]));
        let woken: Vec<bool> = listeners
            .into_iter()
            .map(|one| news(one).map(Heard::done).is_some())
            .collect();
        assert_eq!(woken, [false, true, false]);
    }

    #[test]
    fn who_leaves_the_line_does_not_take_the_news_along() {
        let (bell, mut listeners) = bell_with(&["a", "a"]);
        bell.ring(&task("a", &[]));
        let last = listeners.pop().expect("two");
        drop(listeners);
        assert!(news(last).is_some());
    }

    #[test]
    fn news_go_round_once() {
        let (bell, mut listeners) = bell_with(&["a"]);
        bell.ring(&task("a", &["rare"]));
        let heard = news(listeners.remove(0)).expect("rung");
        let again = bell.listen(&["a".to_owned()]);
        drop(heard);
        assert!(
            news(again).is_none(),
            "who began to listen later has looked later"
        );
    }

    #[test]
    fn a_task_without_wanted_skills_wakes_few_in_vain_and_one_with_them_all() {
        let count = |skills: &[&str]| {
            let (bell, listeners) = bell_with(&["a"; 50]);
            bell.ring(&task("a", skills));
            listeners.into_iter().filter_map(news).count()
        };
        assert_eq!(count(&[]), 1 + VAIN_WAKES as usize);
        assert_eq!(count(&["rare"]), 50);
    }

    #[test]
    fn everybody_is_woken_when_nobody_knows_what_became_claimable() {
        let (bell, listeners) = bell_with(&["a", "b", "c"]);
        bell.ring_all();
        assert_eq!(listeners.into_iter().filter_map(news).count(), 3);
    }
}
