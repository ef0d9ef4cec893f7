//! Searches that go on in a later request: scrolls and points in time. Each sees what was acknowledged when it was
//! opened, is kept for as long as its client asked after each use, and is forgotten with a restart.
//!
//! A view is a place in the order of writes: what was written later is not in it. It holds nothing on disk or in
//! memory, so a document that is deleted or replaced meanwhile leaves the view. Never searches itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::json;
use swarmscope_model::limits::{
    MAX_CONTEXT_BYTES, MAX_CONTEXT_KEEP_ALIVE, MAX_CONTEXT_STATISTICS_BYTES, MAX_SEARCH_CONTEXTS,
    MAX_STATISTICS_BYTES_PER_CONTEXT,
};
use swarmscope_query::elastic::{SearchBody, time_value};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::score_statistics::{ScoreStatistics, StatisticsRoom};

use super::errors::ElasticError;
use super::scope::Scope;
use super::search_parameters::SearchParameters;

const SCROLL: &str = "scroll-";
const POINT: &str = "point-";

/// The documents that a context sees.
#[derive(Debug, Clone)]
pub struct View {
    /// `None` when there was no index.
    pub indices: Option<IndexExpression>,
    /// How many indices these are.
    pub shards: usize,
    /// The newest write in it.
    pub newest: u64,
    /// What the indices say of a search.
    pub scope: Scope,
    /// What scores know of all documents, so that they are the same on every page; of a single search, nothing.
    pub statistics: Option<Arc<ScoreStatistics>>,
}

/// A scroll between two of its pages.
#[derive(Debug, Clone)]
pub struct Scroll {
    pub view: View,
    /// With the last hit's values as `after`.
    pub search: SearchBody,
    pub parameters: SearchParameters,
    /// How many of the search's sort keys the client has asked for.
    pub shown_keys: usize,
    /// Matches when it was opened.
    pub total: u64,
}

#[derive(Debug, Clone)]
enum Kind {
    Scroll(Box<Scroll>),
    Point(View),
}

#[derive(Debug)]
struct Context {
    kind: Kind,
    keep_alive: Duration,
    until: Instant,
    /// Of the request that it came with.
    bytes: usize,
}

/// The open contexts. A cheap handle.
#[derive(Debug, Clone)]
pub struct Contexts {
    open: Arc<Mutex<HashMap<String, Context>>>,
    /// For the statistics of all contexts.
    room: Arc<StatisticsRoom>,
}

impl Default for Contexts {
    fn default() -> Self {
        Self {
            open: Arc::default(),
            room: Arc::new(StatisticsRoom::new(
                MAX_CONTEXT_STATISTICS_BYTES,
                MAX_STATISTICS_BYTES_PER_CONTEXT,
            )),
        }
    }
}

impl Contexts {
    /// Those that are open still. What the others held is given back with them.
    fn current(&self, now: Instant) -> MutexGuard<'_, HashMap<String, Context>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, context| context.until > now);
        open
    }

    /// Statistics for a new context.
    pub fn statistics(&self) -> Option<Arc<ScoreStatistics>> {
        drop(self.current(Instant::now()));
        let room = Arc::clone(&self.room);
        Some(Arc::new(ScoreStatistics::within(room)))
    }

    /// Keeps a scroll that came with a request of so many bytes; gives its id.
    ///
    /// # Errors
    /// When too many are open.
    pub fn open_scroll(
        &self,
        scroll: Scroll,
        keep_alive: Duration,
        bytes: usize,
    ) -> Result<String, ElasticError> {
        self.open(SCROLL, Kind::Scroll(Box::new(scroll)), keep_alive, bytes)
    }

    /// Keeps a point in time; gives its id.
    ///
    /// # Errors
    /// When too many are open.
    pub fn open_point(&self, view: View, keep_alive: Duration) -> Result<String, ElasticError> {
        self.open(POINT, Kind::Point(view), keep_alive, 0)
    }

    fn open(
        &self,
        prefix: &str,
        kind: Kind,
        keep_alive: Duration,
        bytes: usize,
    ) -> Result<String, ElasticError> {
        let now = Instant::now();
        let mut open = self.current(now);
        let held: usize = open.values().map(|context| context.bytes).sum();
        if open.len() >= MAX_SEARCH_CONTEXTS || held.saturating_add(bytes) > MAX_CONTEXT_BYTES {
            return Err(ElasticError::new(
                StatusCode::TOO_MANY_REQUESTS,
                "es_rejected_execution_exception",
                format!(
                    "Trying to create too many scroll contexts. Must be less than or equal to: \
                     [{MAX_SEARCH_CONTEXTS}], with queries of [{MAX_CONTEXT_BYTES}] bytes together. Clear those \
                     that are done, or keep them for a shorter time."
                ),
            ));
        }
        let id = format!("{prefix}{}", uuid::Uuid::new_v4().simple());
        let context = Context {
            kind,
            keep_alive,
            until: now + keep_alive,
            bytes,
        };
        open.insert(id.clone(), context);
        Ok(id)
    }

    /// A scroll as it stands, kept from now on for as long as is said or was said before.
    ///
    /// # Errors
    /// When the id is none, or the scroll is gone.
    pub fn scroll(&self, id: &str, keep_alive: Option<Duration>) -> Result<Scroll, ElasticError> {
        if !id.starts_with(SCROLL) {
            return Err(ElasticError::illegal_argument("Cannot parse scroll id"));
        }
        match self.touch(id, keep_alive) {
            Some(Kind::Scroll(scroll)) => Ok(*scroll),
            _ => Err(missing(id)),
        }
    }

    /// The view of a point in time, kept likewise.
    ///
    /// # Errors
    /// When the id is none, or the point in time is gone.
    pub fn point(&self, id: &str, keep_alive: Option<Duration>) -> Result<View, ElasticError> {
        if !id.starts_with(POINT) {
            return Err(ElasticError::illegal_argument(format!(
                "invalid id of a point in time: [{id}]"
            )));
        }
        match self.touch(id, keep_alive) {
            Some(Kind::Point(view)) => Ok(view),
            _ => Err(missing(id)),
        }
    }

    fn touch(&self, id: &str, keep_alive: Option<Duration>) -> Option<Kind> {
        let now = Instant::now();
        let mut open = self.current(now);
        let context = open.get_mut(id)?;
        context.keep_alive = keep_alive.unwrap_or(context.keep_alive);
        context.until = now + context.keep_alive;
        Some(context.kind.clone())
    }

    /// Remembers where a scroll goes on.
    pub fn advance(&self, id: &str, scroll: Scroll) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(context) = open.get_mut(id) {
            context.kind = Kind::Scroll(Box::new(scroll));
        }
    }

    /// Forgets a context; gives whether it was there.
    pub fn close(&self, id: &str) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let context = open.remove(id);
        context.is_some_and(|context| context.until > Instant::now())
    }

    /// Forgets all scrolls; gives how many there were.
    pub fn close_scrolls(&self) -> usize {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let before = open.len();
        open.retain(|id, _| !id.starts_with(SCROLL));
        before - open.len()
    }
}

/// 404: a context that expired, was closed or is from before a restart.
pub fn missing(id: &str) -> ElasticError {
    let reason = format!("No search context found for id [{id}]");
    ElasticError::new(
        StatusCode::NOT_FOUND,
        "search_context_missing_exception",
        reason,
    )
    .in_search("")
}

/// Reads for how long a context is to be kept.
///
/// # Errors
/// When it is no time, or too long.
pub fn keep_alive(name: &str, text: &str) -> Result<Duration, ElasticError> {
    let Some(found) = time_value(text) else {
        return Err(ElasticError::illegal_argument(format!(
            "failed to parse setting [{name}] with value [{text}] as a time value: unit is missing or unrecognized"
        )));
    };
    if found > MAX_CONTEXT_KEEP_ALIVE {
        return Err(ElasticError::illegal_argument(format!(
            "Keep alive for request ({text}) is too large. It must be less than (1d)."
        ))
        .in_search(""));
    }
    Ok(found)
}

/// The reply to closing contexts.
pub fn closed(succeeded: bool, freed: usize) -> (StatusCode, axum::Json<serde_json::Value>) {
    let status = match freed {
        0 => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    };
    let body = json!({ "succeeded": succeeded, "num_freed": freed });
    (status, axum::Json(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> View {
        View {
            indices: None,
            shards: 0,
            newest: 7,
            scope: Scope::default(),
            statistics: None,
        }
    }

    #[test]
    fn contexts_end_with_their_time_or_when_closed_and_are_bounded() {
        let contexts = Contexts::default();
        let minute = Duration::from_secs(60);
        let kept = contexts.open_point(view(), minute).expect("open");
        let over = contexts.open_point(view(), Duration::ZERO).expect("open");
        assert_eq!(contexts.point(&kept, None).expect("kept").newest, 7);
        assert_eq!(
            contexts.point(&over, None).expect_err("over").status(),
            StatusCode::NOT_FOUND
        );
        assert!(contexts.scroll(&kept, None).is_err());
        for _ in 1..MAX_SEARCH_CONTEXTS {
            contexts.open_point(view(), minute).expect("open");
        }
        let refused = contexts.open_point(view(), minute).expect_err("too many");
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(contexts.close(&kept) && !contexts.close(&kept));
        contexts.open_point(view(), minute).expect("room again");
    }

    #[test]
    fn what_is_over_leaves_its_statistics_before_the_next_search_needs_room() {
        let contexts = Contexts::default();
        let over = || {
            let statistics = contexts.statistics();
            let held = Arc::downgrade(statistics.as_ref().expect("statistics"));
            let view = View {
                statistics,
                ..view()
            };
            contexts.open_point(view, Duration::ZERO).expect("open");
            held
        };
        let held = over();
        contexts.statistics().expect("statistics");
        assert!(held.upgrade().is_none(), "another context begins");
        let kept = contexts.open_point(view(), Duration::from_secs(60));
        let kept = kept.expect("open");
        let held = over();
        contexts.point(&kept, None).expect("kept");
        assert!(held.upgrade().is_none(), "another context goes on");
    }
}
