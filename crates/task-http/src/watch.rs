//! Tasks as they change, as server-sent events.
//!
//! What is sent is how changed tasks stand when they are looked at: a task that changes twice between two
//! looks is seen once. A reader hears of no state twice and of none not at all, unless it is told `lagged`; one
//! that comes back goes on where it was, with whichever orchestrator. One look serves everybody who watches.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::stream::{self, Stream, StreamExt};
use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{WATCH_BACKLOG, WATCH_EVERY};
use swarmscope_model::state::{Task, TaskFilter};
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;

use crate::Door;
use crate::body::Parameters;
use crate::errors::ApiError;
use crate::listing::{Which, matches};
use crate::replies::Shared;
use crate::seen::{Change, Look, Mark, Seen, overlapping};
use crate::steer::Tasks;

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
        let seen = Seen::new(Mark::at(overlapping(Timestamp::now())));
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
                .filter(|_| look.lagged || !look.changes.is_empty())
            {
                // Who has left meanwhile is nobody to tell.
                let _ = sender.send(look);
            }
        }
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
/// are more than 1,000, and of nothing that it has heard already, unless more than 256 tasks had changed within
/// half a second; changes in between are in the tasks' attempts.
#[utoipa::path(
    get, path = "/api/v1/tasks/watch", tag = "tasks", operation_id = "watch_tasks",
    params(Which, ("Last-Event-ID" = Option<String>, Header,
        description = "The id of the last event that the reader has seen")),
    responses(
        (status = 200, description = "Server-sent events, for as long as the reader stays",
         body = String, content_type = "text/event-stream",
         example = "id: 1769860800000.1f0c9a72e4\nevent: tasks\ndata: {\"tasks\": []}\n\n"),
        Shared,
    )
)]
pub async fn watch(
    State(door): State<Door>,
    Parameters(which): Parameters<Which>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let filter = which.filter()?;
    let mark = last_event(&headers)?;
    // Listening before looking back, so that nothing falls between the two. What is found by both, and what the
    // reader had seen before it went away, is not told again.
    let looks = BroadcastStream::new(door.changes.subscribe());
    let (back, told) = match mark {
        Some(mark) => {
            let mut told = mark.clone();
            let look = Seen::new(mark).look(door.tasks.as_ref()).await?;
            told.add(&look);
            (Some(look), Some(told))
        }
        None => (None, None),
    };
    let back = stream::iter(back.map(|look| events(Some(look), &filter, None)));
    let looks = looks.map({
        let filter = filter.clone();
        move |look| events(look.ok(), &filter, told.as_ref())
    });
    let events = back.chain(looks).flat_map(stream::iter).map(Ok);
    let closing = door.changes.closing.clone().cancelled_owned();
    Ok(Sse::new(events.take_until(closing)).keep_alive(KeepAlive::default()))
}

fn last_event(headers: &HeaderMap) -> Result<Option<Mark>, ApiError> {
    let Some(id) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let mark = id.to_str().ok().and_then(|id| Mark::parse(id.trim()));
    let none = || ApiError::invalid("Last-Event-ID is no id of an event of this stream");
    mark.map(Some).ok_or_else(none)
}

/// The events of a look for one reader, without what it was `told`; a reader that was too slow for some looks has
/// `None`.
fn events(look: Option<Look>, filter: &TaskFilter, told: Option<&Mark>) -> Vec<Event> {
    let Some(look) = look else {
        return vec![Event::default().event("lagged").data("{}")];
    };
    let mut events = Vec::with_capacity(2);
    if look.lagged {
        let lagged = Event::default().id(&*look.mark).event("lagged").data("{}");
        events.push(lagged);
    }
    let is_news = |change: &&Change| told.is_none_or(|told| !told.covers(change));
    let changes = look.changes.iter().filter(is_news);
    let tasks = changes.filter(|change| matches(filter, &change.task));
    let body = TasksBody {
        tasks: tasks.map(|change| change.task.clone()).collect(),
    };
    if !body.tasks.is_empty() {
        let event = Event::default().id(&*look.mark).event("tasks");
        events.push(event.json_data(&body).expect("tasks are plain JSON"));
    }
    events
}
