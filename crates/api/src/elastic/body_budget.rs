//! A budget for the bodies of requests, so that many large ones at once do not take all memory.
//!
//! Bodies count from before their first byte, when their length is known, until they are answered: were
//! they counted as they arrive, many that arrive at once would all be refused. What is over the budget is
//! read to its end, without being kept, and refused as a whole: a client that is still sending would not
//! see an earlier answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt;
use swarmscope_model::limits::{MAX_BODIES_BYTES, MAX_REQUEST_BYTES};
use swarmscope_query::store::StoreError;

/// The bytes of all bodies that are in memory.
#[derive(Debug, Clone)]
pub struct BodyBudget {
    in_use: Arc<AtomicUsize>,
    limit: usize,
}

impl Default for BodyBudget {
    fn default() -> Self {
        Self {
            in_use: Arc::default(),
            limit: MAX_BODIES_BYTES,
        }
    }
}

/// What one request has taken of the budget; given back when dropped.
#[derive(Debug)]
pub struct Reservation {
    budget: BodyBudget,
    bytes: AtomicUsize,
    refused: AtomicBool,
}

impl BodyBudget {
    /// Room for a body of this length, as far as it is known.
    fn reservation(&self, length: usize) -> Arc<Reservation> {
        let reservation = Reservation {
            budget: self.clone(),
            bytes: AtomicUsize::new(0),
            refused: AtomicBool::new(false),
        };
        reservation.grow(length);
        Arc::new(reservation)
    }
}

impl Reservation {
    /// Takes more; false when there is no room, now or before.
    fn grow(&self, bytes: usize) -> bool {
        if self.refused.load(Ordering::Relaxed) {
            return false;
        }
        let before = self.budget.in_use.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes <= self.budget.limit {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
            return true;
        }
        self.budget.in_use.fetch_sub(bytes, Ordering::Relaxed);
        self.refused.store(true, Ordering::Relaxed);
        false
    }

    /// Whether there is room for a body that has come to this length.
    fn covers(&self, length: usize) -> bool {
        let missing = length.saturating_sub(self.bytes.load(Ordering::Relaxed));
        self.grow(missing)
    }

    /// The reason why the request was not kept.
    ///
    /// # Errors
    /// When there was no room for all of it.
    pub fn check(&self) -> Result<(), StoreError> {
        if !self.refused.load(Ordering::Relaxed) {
            return Ok(());
        }
        Err(StoreError::Overloaded {
            what: "the memory for requests",
            in_use: self.budget.in_use.load(Ordering::Relaxed),
            limit: self.budget.limit,
        })
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let bytes = *self.bytes.get_mut();
        self.budget.in_use.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Counts the body of a request until the request is answered. Who reads the body has to ask the
/// [`Reservation`] among the request's extensions whether it is all there.
pub async fn admit(State(budget): State<BodyBudget>, request: Request, next: Next) -> Response {
    let length = request.headers().get(CONTENT_LENGTH);
    let length: Option<usize> = length.and_then(|length| length.to_str().ok()?.parse().ok());
    // A longer one is refused for its length, by whoever reads it.
    let length = length.map_or(0, |length| length.min(MAX_REQUEST_BYTES));
    let reservation = budget.reservation(length);
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(Arc::clone(&reservation));
    let body = counted(body, Arc::clone(&reservation));
    let response = next.run(Request::from_parts(parts, body)).await;
    drop(reservation);
    response
}

/// The body, whose bytes are left out from where there is no room for them.
fn counted(body: Body, reservation: Arc<Reservation>) -> Body {
    let mut read = 0;
    let chunks = body.into_data_stream().map(move |chunk| {
        let chunk = chunk?;
        read += chunk.len();
        if reservation.covers(read) {
            return Ok(chunk);
        }
        match read > MAX_REQUEST_BYTES {
            true => Err(axum::Error::new(TooLong)),
            false => Ok(Bytes::new()),
        }
    });
    Body::from_stream(chunks)
}

/// A body that is refused already and does not end.
#[derive(Debug, thiserror::Error)]
#[error("the request is larger than any that would be taken")]
struct TooLong;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_room_is_refused_and_gives_everything_back() {
        let budget = BodyBudget {
            in_use: Arc::default(),
            limit: 100,
        };
        let (first, second) = (budget.reservation(60), budget.reservation(0));
        assert!(first.covers(60) && second.covers(10) && second.covers(40));
        assert!(!second.covers(41));
        assert!(!second.covers(1), "what was refused stays refused");
        assert!(second.check().is_err());
        assert!(first.check().is_ok());
        assert!(budget.reservation(61).check().is_err());
        drop(second);
        assert!(first.covers(100));
        drop(first);
        assert_eq!(budget.in_use.load(Ordering::Relaxed), 0);
    }
}
