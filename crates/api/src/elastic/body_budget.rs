//! A budget for the bodies of requests, so that many large ones at once do not take all memory.
//!
//! Bodies count from before their first byte, when their length is known, until they are answered: were
//! they counted as they arrive, many that arrive at once would all be refused. What is over the budget is
//! read to its end, without being kept, and refused as a whole: a client that is still sending would not
//! see an earlier answer.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use bytes::BytesMut;
use futures::{Stream, StreamExt, stream};
use swarmscope_model::limits::{MAX_BODIES_BYTES, MAX_REQUEST_BYTES};
use swarmscope_query::store::StoreError;

/// Shorter bodies come in few pieces, and others do not say how long they are.
const FEWEST_GATHERED: usize = 64 * 1024;

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
    let body = match length >= FEWEST_GATHERED {
        true => Body::from_stream(stream::once(gathered(body, length))),
        false => Body::from_stream(body),
    };
    let response = next.run(Request::from_parts(parts, body)).await;
    drop(reservation);
    response
}

/// The body in one piece, in memory for the length that it was said to have. Each chunk is let go of when it is
/// copied, so that the connection reads the next one into the same memory: kept until the last one has come, they
/// would be the body a second time.
async fn gathered(
    chunks: impl Stream<Item = Result<Bytes, axum::Error>>,
    length: usize,
) -> Result<Bytes, axum::Error> {
    let mut chunks = pin!(chunks);
    let mut whole = BytesMut::new();
    while let Some(chunk) = chunks.next().await.transpose()? {
        if whole.is_empty() && !chunk.is_empty() {
            whole.reserve(length);
        }
        whole.extend_from_slice(&chunk);
        if whole.len() > MAX_REQUEST_BYTES {
            break;
        }
    }
    Ok(whole.freeze())
}

/// The body, whose bytes are left out from where there is no room for them.
fn counted(
    body: Body,
    reservation: Arc<Reservation>,
) -> impl Stream<Item = Result<Bytes, axum::Error>> {
    let mut read = 0;
    body.into_data_stream().map(move |chunk| {
        let chunk = chunk?;
        read += chunk.len();
        if reservation.covers(read) {
            return Ok(chunk);
        }
        match read > MAX_REQUEST_BYTES {
            true => Err(axum::Error::new(TooLong)),
            false => Ok(Bytes::new()),
        }
    })
}

/// A body that is refused already and does not end.
#[derive(Debug, thiserror::Error)]
#[error("the request is larger than any that would be taken")]
struct TooLong;

#[cfg(test)]
mod tests {
    use super::*;

    async fn gather(chunks: &[&'static str], length: usize) -> Bytes {
        let chunks = chunks
            .iter()
            .map(|chunk| Ok(Bytes::from_static(chunk.as_bytes())));
        let whole = gathered(stream::iter(chunks), length).await;
        whole.expect("a body")
    }

    #[tokio::test]
    async fn a_body_is_one_piece_whatever_length_it_was_said_to_have() {
        for length in [0, 1, 5, 6, 1000] {
            assert_eq!(gather(&["abc", "", "d", "ef"], length).await, "abcdef");
            assert_eq!(gather(&["", "abc"], length).await, "abc");
            assert_eq!(gather(&[], length).await, "");
        }
        let broken = [Ok(Bytes::from_static(b"a")), Err(axum::Error::new(TooLong))];
        assert!(gathered(stream::iter(broken), 9).await.is_err());
    }

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
