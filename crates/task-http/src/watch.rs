//! Tasks as they change, as server-sent events.
//!
//! What is sent is how changed tasks stand when they are looked at: a task that changes twice between two
//! looks is seen once. Of the same state a reader may hear twice, never not at all, unless it is told
//! `lagged`. One look serves everybody who watches.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream, StreamExt};
use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_WATCHED_AT_ONCE, WATCH_BACKLOG, WATCH_EVERY, WATCH_OVERLAP};
use swarmscope_model::state::{StateError, Task, TaskFilter};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

use crate::Door;
use crate::body::Parameters;
use crate::errors::ApiError;
use crate::listing::{Which, matches};
use crate::replies::Shared;
use crate::steer::Tasks;

/// What one look found.
#[derive(Debug, Clone)]
struct Look {
    /// Changed tasks, oldest change first.
    tasks: Arc<Vec<Task>>,
    /// From when on the next look looks: what a reader that comes back gives as its last event.
    until: Timestamp,
    /// Whether there were more than are sent.
    lagged: bool,
}

/// Looks for changes while somebody watches. Cheap to clone.
#[derive(Clone)]
pub struct Changes {
    tasks: Arc<dyn Tasks>,
    closing: CancellationToken,
    /// The looks under way; none while nobody watches.
    looks: Arc<Mutex<Option<broadcast::Sender<Look>>>>,
}

impl Changes {
    pub fn new(tasks: Arc<dyn Tasks>, closing: CancellationToken) -> Self {
        Self {
            tasks,
            closing,
            looks: Arc::default(),
        }
    }

    /// Every look from now on.
    fn subscribe(&self) -> broadcast::Receiver<Look> {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = looks.as_ref() {
            return sender.subscribe();
        }
        let (sender, receiver) = broadcast::channel(WATCH_BACKLOG);
        *looks = Some(sender);
        // From before the reader is told that it watches, and from before what is being written now.
        let overlap = i64::try_from(WATCH_OVERLAP.as_millis()).unwrap_or(i64::MAX);
        let from = Timestamp::now().as_millisecond() - overlap;
        let seen = Seen::new(Timestamp::from_millisecond(from));
        tokio::spawn(self.clone().look_on(seen));
        receiver
    }

    /// Looks until nobody watches any more.
    async fn look_on(self, mut seen: Seen) {
        loop {
            tokio::select! {
                () = self.closing.cancelled() => {
                    self.looks.lock().unwrap_or_else(PoisonError::into_inner).take();
                    return;
                }
                () = tokio::time::sleep(WATCH_EVERY) => {}
            }
            let look = match seen.look(self.tasks.as_ref()).await {
                Ok(look) => look,
                // It comes back; what changes meanwhile is still there to be found.
                Err(error) => {
                    tracing::debug!("watching tasks: {}", error.reason());
                    continue;
                }
            };
            let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
            let watched = looks
                .as_ref()
                .is_some_and(|sender| sender.receiver_count() > 0);
            if !watched {
                *looks = None;
                return;
            }
            if let Some(sender) = looks
                .as_ref()
                .filter(|_| look.lagged || !look.tasks.is_empty())
            {
                // Who has left meanwhile is nobody to tell.
                let _ = sender.send(look);
            }
        }
    }
}

/// What was seen, so that looks that overlap tell of nothing twice.
struct Seen {
    from: Timestamp,
    recent: Vec<Task>,
    /// Looks in a row that found nothing new.
    quiet_looks: u32,
    /// Every change up to here was found, or told to be more than is sent.
    settled: Timestamp,
}

/// Looks without anything new after which no change can come late any more.
const SETTLING_LOOKS: u32 = (WATCH_OVERLAP.as_millis() / WATCH_EVERY.as_millis()) as u32;

impl Seen {
    fn new(from: Timestamp) -> Self {
        Self {
            from,
            recent: Vec::new(),
            quiet_looks: 0,
            settled: Timestamp::from_millisecond(i64::MIN),
        }
    }

    /// Tasks that changed since the look before. A change is written a little after the time that it
    /// bears, so each look goes back a little.
    async fn look(&mut self, tasks: &dyn Tasks) -> Result<Look, StateError> {
        let store = tasks.store();
        let found = store.changes(self.from, MAX_WATCHED_AT_ONCE).await?;
        let newest = found.last().map_or(self.from, |task| task.updated_at);
        let recent: HashMap<&str, &Task> = self
            .recent
            .iter()
            .map(|task| (task.task_id.as_str(), task))
            .collect();
        let is_fresh = |task: &&Task| recent.get(task.task_id.as_str()) != Some(task);
        let fresh: Vec<Task> = found.iter().filter(is_fresh).cloned().collect();
        self.quiet_looks = match fresh.is_empty() {
            true => self.quiet_looks + 1,
            false => 0,
        };
        if self.quiet_looks > SETTLING_LOOKS {
            self.settled = newest;
        }
        let is_full = found.len() >= MAX_WATCHED_AT_ONCE;
        let lagged = is_full && found[0].updated_at > self.settled;
        let overlap = i64::try_from(WATCH_OVERLAP.as_millis()).unwrap_or(i64::MAX);
        let until = Timestamp::from_millisecond(newest.as_millisecond() - overlap).max(self.from);
        self.recent = found;
        self.recent.retain(|task| task.updated_at >= until);
        self.from = until;
        Ok(Look {
            tasks: Arc::new(fresh),
            until,
            lagged,
        })
    }
}

#[derive(Serialize)]
struct TasksBody {
    tasks: Vec<Task>,
}

/// Watch tasks as they change
///
/// `event: tasks` carries `{"tasks": […]}`: tasks of the filter that have changed, as they stand now, oldest
/// change first. A task that leaves the filter is not told of, so watch without `state` to see tasks move on.
/// `event: lagged` means that more changed than is sent: list anew. A reader that sends its last event's id
/// as `Last-Event-ID` hears of every task that has changed since, as it stands now, or `lagged` when there
/// are more than 1,000; changes in between are in the tasks' attempts.
#[utoipa::path(
    get, path = "/api/v1/tasks/watch", tag = "tasks", operation_id = "watch_tasks",
    params(Which, ("Last-Event-ID" = Option<String>, Header,
        description = "The id of the last event that the reader has seen")),
    responses(
        (status = 200, description = "Server-sent events, for as long as the reader stays",
         body = String, content_type = "text/event-stream",
         example = "id: 1769860800000\nevent: tasks\ndata: {\"tasks\": []}\n\n"),
        Shared,
    )
)]
pub async fn watch(
    State(door): State<Door>,
    Parameters(which): Parameters<Which>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let filter = which.filter()?;
    let since = last_event(&headers)?;
    // Listening before looking back, so that nothing falls between the two.
    let looks = BroadcastStream::new(door.changes.subscribe());
    let back = match since {
        Some(since) => Some(Seen::new(since).look(door.tasks.as_ref()).await?),
        None => None,
    };
    let looks = looks.map(Result::ok);
    let events = stream::iter(back.map(Some))
        .chain(looks)
        .flat_map(move |look| stream::iter(events(look, &filter)))
        .map(Ok);
    let closing = door.changes.closing.clone().cancelled_owned();
    Ok(Sse::new(events.take_until(closing)).keep_alive(KeepAlive::default()))
}

fn last_event(headers: &HeaderMap) -> Result<Option<Timestamp>, ApiError> {
    let Some(id) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let milliseconds = id.to_str().ok().and_then(|id| id.trim().parse().ok());
    let none = || ApiError::invalid("Last-Event-ID is no id of an event of this stream");
    milliseconds
        .map(|since| Some(Timestamp::from_millisecond(since)))
        .ok_or_else(none)
}

/// The events of a look for one reader; a reader that was too slow for some looks has `None`.
fn events(look: Option<Look>, filter: &TaskFilter) -> Vec<Event> {
    let Some(look) = look else {
        return vec![Event::default().event("lagged").data("{}")];
    };
    let mut events = Vec::with_capacity(2);
    let id = look.until.as_millisecond().to_string();
    if look.lagged {
        events.push(Event::default().id(id.clone()).event("lagged").data("{}"));
    }
    let tasks = look.tasks.iter().filter(|task| matches(filter, task));
    let body = TasksBody {
        tasks: tasks.cloned().collect(),
    };
    if !body.tasks.is_empty() {
        let event = Event::default().id(id).event("tasks").json_data(&body);
        events.push(event.expect("tasks are plain JSON"));
    }
    events
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
