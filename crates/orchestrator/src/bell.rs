//! Wakes waiting claims: one for each task that may have become claimable, so that fifty waiting agents do
//! not all ask the store for one task. What nobody here has taken up is said elsewhere, where others wait.
//!
//! Whoever is woken and finds nothing hands the ring on to those who have waited since before it: it may
//! lack the skills that another one has. Never knows a task's state; a ring that reaches nobody is no loss,
//! because every claim looks after it has begun to listen.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use swarmscope_model::limits::VAIN_WAKES;
use swarmscope_model::state::News;
use tokio::sync::oneshot;

/// Where news go that nobody here has taken up.
type Elsewhere = Arc<dyn Fn(News) + Send + Sync>;

/// Who waits, by the order in which they began to. Cheap to clone.
#[derive(Clone)]
pub struct Bell {
    waiting: Arc<Mutex<Waiting>>,
    elsewhere: Elsewhere,
}

#[derive(Default)]
struct Waiting {
    /// Grows with every listener and every ring, so that the two can be told apart in time.
    moment: u64,
    listeners: BTreeMap<u64, Waiter>,
}

struct Waiter {
    agent_name: String,
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
    /// Whether others are to hear of it if nobody here takes it up.
    goes_elsewhere: bool,
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
    /// A bell in whose line nobody stands yet.
    pub fn new(elsewhere: impl Fn(News) + Send + Sync + 'static) -> Self {
        Self {
            waiting: Arc::default(),
            elsewhere: Arc::new(elsewhere),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place in the line for tasks of these types.
    pub fn listen(&self, agent_name: &str, task_types: &[String]) -> Listener {
        let (wake, news) = oneshot::channel();
        let mut waiting = self.lock();
        waiting.moment += 1;
        let moment = waiting.moment;
        let waiter = Waiter {
            agent_name: agent_name.to_owned(),
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

    /// Wakes whom the news concerns, and tells others of what nobody here takes up.
    pub fn ring(&self, news: News) {
        match news {
            News::Tasks {
                task_type,
                count,
                selective: false,
            } => {
                let woken = self.wake_some(&task_type, count, false, true);
                if woken < count {
                    (self.elsewhere)(News::Tasks {
                        task_type,
                        count: count - woken,
                        selective: false,
                    });
                }
            }
            // Whether anybody here has the skill shows after all were asked, which is late for those elsewhere.
            other => {
                (self.elsewhere)(other.clone());
                self.ring_here(other);
            }
        }
    }

    /// Wakes whom news from elsewhere concern.
    pub fn ring_here(&self, news: News) {
        match news {
            News::Tasks {
                task_type,
                count,
                selective,
            } => {
                self.wake_some(&task_type, count, selective, false);
            }
            News::Agent(agent_name) => self.wake_all(|waiter| waiter.agent_name == agent_name),
            News::Anything => self.wake_all(|_| true),
        }
    }

    /// Wakes a listener for each of so many tasks of the type, and says how many it has woken.
    fn wake_some(
        &self,
        task_type: &str,
        count: usize,
        selective: bool,
        goes_elsewhere: bool,
    ) -> usize {
        let task_type: Arc<str> = task_type.into();
        let woken = (0..count).take_while(|_| {
            let moment = {
                let mut waiting = self.lock();
                waiting.moment += 1;
                waiting.moment
            };
            let ring = Ring {
                task_type: Arc::clone(&task_type),
                moment,
                // Many may lack a skill; otherwise who finds nothing was merely late.
                wakes: (!selective).then_some(VAIN_WAKES),
                goes_elsewhere,
            };
            self.wake(ring).is_none()
        });
        woken.count()
    }

    /// Wakes everybody of a kind, without a task to hand on.
    fn wake_all(&self, is_meant: impl Fn(&Waiter) -> bool) {
        let meant: Vec<(u64, Waiter)> = {
            let mut waiting = self.lock();
            let listeners = std::mem::take(&mut waiting.listeners);
            let (meant, others): (BTreeMap<_, _>, _) = listeners
                .into_iter()
                .partition(|(_, waiter)| is_meant(waiter));
            waiting.listeners = others;
            meant.into_iter().collect()
        };
        for (moment, waiter) in meant {
            let ring = Ring {
                task_type: "".into(),
                moment,
                wakes: Some(0),
                goes_elsewhere: false,
            };
            // Who has gone meanwhile does not look.
            let _ = waiter.wake.send(ring);
        }
    }

    /// Tells the one who has waited longest of those that want it; gives the ring back when there is nobody.
    fn wake(&self, mut ring: Ring) -> Option<Ring> {
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
                    return Some(ring);
                };
                waiting.listeners.remove(&moment)?
            };
            match waiter.wake.send(ring) {
                Err(unheard) => ring = unheard,
                Ok(()) => return None,
            }
        }
    }

    /// Hands a ring on that somebody was given for nothing.
    fn hand_on(&self, ring: Ring) {
        if let Some(unheard) = self.wake(ring) {
            self.say_elsewhere(&unheard);
        }
    }

    fn say_elsewhere(&self, ring: &Ring) {
        if ring.goes_elsewhere {
            (self.elsewhere)(News::Tasks {
                task_type: (*ring.task_type).to_owned(),
                count: 1,
                selective: ring.wakes.is_none(),
            });
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
            self.bell.hand_on(ring);
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
        match &mut ring.wakes {
            Some(0) => self.bell.say_elsewhere(&ring),
            Some(wakes) => {
                *wakes -= 1;
                self.bell.hand_on(ring);
            }
            None => self.bell.hand_on(ring),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    /// A bell, what it says elsewhere, and who listens.
    fn bell_with(types: &[&str]) -> (Bell, Arc<Mutex<Vec<News>>>, Vec<Listener>) {
        let said: Arc<Mutex<Vec<News>>> = Arc::default();
        let bell = Bell::new({
            let said = Arc::clone(&said);
            move |news| said.lock().expect("nobody panicked").push(news)
        });
        let listeners = types
            .iter()
            .enumerate()
            .map(|(number, task_type)| {
                bell.listen(&format!("agent {number}"), &[(*task_type).to_owned()])
            })
            .collect();
        (bell, said, listeners)
    }

    fn tasks(task_type: &str, count: usize, selective: bool) -> News {
        News::Tasks {
            task_type: task_type.to_owned(),
            count,
            selective,
        }
    }

    fn task(task_type: &str) -> News {
        tasks(task_type, 1, false)
    }

    fn news(listener: Listener) -> Option<Heard> {
        listener.heard().now_or_never()
    }

    fn said(said: &Mutex<Vec<News>>) -> Vec<News> {
        std::mem::take(&mut said.lock().expect("nobody panicked"))
    }

    #[test]
    fn a_task_wakes_the_one_who_has_waited_longest_for_its_type() {
        let (bell, _, listeners) = bell_with(&["a", "b", "b"]);
        bell.ring(task("b"));
        let woken: Vec<bool> = listeners
            .into_iter()
            .map(|one| news(one).is_some())
            .collect();
        // The first b heard of it and, as it found nothing, told the second.
        assert_eq!(woken, [false, true, true]);
        let (bell, elsewhere, listeners) = bell_with(&["a", "b", "b"]);
        bell.ring(task("b"));
        let woken: Vec<bool> = listeners
            .into_iter()
            .map(|one| news(one).map(Heard::done).is_some())
            .collect();
        assert_eq!(woken, [false, true, false]);
        assert_eq!(said(&elsewhere), [], "it was taken up here");
    }

    #[test]
    fn who_leaves_the_line_does_not_take_the_news_along() {
        let (bell, _, mut listeners) = bell_with(&["a", "a"]);
        bell.ring(task("a"));
        let last = listeners.pop().expect("two");
        drop(listeners);
        assert!(news(last).is_some());
    }

    #[test]
    fn news_go_round_once() {
        let (bell, _, mut listeners) = bell_with(&["a"]);
        bell.ring(tasks("a", 1, true));
        let heard = news(listeners.remove(0)).expect("rung");
        let again = bell.listen("late", &["a".to_owned()]);
        drop(heard);
        assert!(
            news(again).is_none(),
            "who began to listen later has looked later"
        );
    }

    #[test]
    fn a_task_without_wanted_skills_wakes_few_in_vain_and_one_with_them_all() {
        let count = |selective| {
            let (bell, _, listeners) = bell_with(&["a"; 50]);
            bell.ring(tasks("a", 1, selective));
            listeners.into_iter().filter_map(news).count()
        };
        assert_eq!(count(false), 1 + VAIN_WAKES as usize);
        assert_eq!(count(true), 50);
    }

    #[test]
    fn everybody_is_woken_when_nobody_knows_what_became_claimable() {
        let (bell, elsewhere, listeners) = bell_with(&["a", "b", "c"]);
        bell.ring(News::Anything);
        assert_eq!(listeners.into_iter().filter_map(news).count(), 3);
        assert_eq!(said(&elsewhere), [News::Anything]);
    }

    #[test]
    fn an_agent_is_woken_wherever_it_waits_and_nobody_else() {
        let (bell, elsewhere, listeners) = bell_with(&["a", "b", "a"]);
        let agent = News::Agent("agent 1".to_owned());
        bell.ring(agent.clone());
        let woken = listeners.into_iter().map(|one| news(one).is_some());
        assert_eq!(woken.collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(said(&elsewhere), [agent]);
    }

    #[test]
    fn others_hear_of_what_nobody_here_takes_up() {
        let (bell, elsewhere, mut listeners) = bell_with(&["a", "b"]);
        bell.ring(tasks("a", 3, false));
        assert_eq!(said(&elsewhere), [tasks("a", 2, false)], "one waits here");
        // Who waits has found nothing.
        drop(news(listeners.remove(0)).expect("rung"));
        assert_eq!(said(&elsewhere), [task("a")]);
        bell.ring(tasks("b", 1, true));
        assert_eq!(
            said(&elsewhere),
            [tasks("b", 1, true)],
            "who has the skill?"
        );
    }

    #[test]
    fn what_comes_from_elsewhere_is_not_sent_back() {
        let (bell, elsewhere, listeners) = bell_with(&["a"; 10]);
        bell.ring_here(tasks("a", 20, false));
        drop(listeners);
        bell.ring_here(task("b"));
        bell.ring_here(News::Anything);
        assert_eq!(said(&elsewhere), []);
    }
}
