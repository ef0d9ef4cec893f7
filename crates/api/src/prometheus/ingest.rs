//! Samples that others send, on their way into the store: acknowledged when they are on disk, refused one by
//! one, and as a whole only when nothing of them was taken.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use swarmscope_model::metrics::{
    Append, Durability, MetricError, MetricStore, Refusal, SampleValue,
};
use swarmscope_prometheus_wire::DecodeError;
use swarmscope_prometheus_wire::compression::BadCompression;

use super::PrometheusState;

/// Reasons that a reply tells: each names a series, and a sender's mistake repeats itself.
const MAX_REASONS: usize = 20;

/// Why a request's samples were not taken. Told as plain text, as Prometheus does.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error("expected {expected} as the content type, got {found:?}")]
    UnsupportedType {
        found: String,
        expected: &'static str,
    },
    #[error("unsupported content encoding {found:?}; send {expected}")]
    UnsupportedEncoding {
        found: String,
        expected: &'static str,
    },
    #[error("the body cannot be unpacked")]
    Compression(#[from] BadCompression),
    #[error("the body is not the message that its content type says")]
    Malformed(#[from] DecodeError),
    #[error(transparent)]
    Store(#[from] MetricError),
    #[error("storing the samples failed unexpectedly")]
    Failed(#[source] tokio::task::JoinError),
    #[error("the server is going down; send it again later")]
    Closing,
}

impl IngestError {
    fn status(&self) -> StatusCode {
        match self {
            Self::UnsupportedType { .. } | Self::UnsupportedEncoding { .. } => {
                StatusCode::UNSUPPORTED_MEDIA_TYPE
            }
            Self::Compression(BadCompression::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Compression(_) | Self::Malformed(_) => StatusCode::BAD_REQUEST,
            // Senders try again after each of these.
            Self::Store(MetricError::Overloaded { .. }) | Self::Closing => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Store(_) | Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for IngestError {
    fn into_response(self) -> Response {
        let status = self.status();
        let text = match std::error::Error::source(&self) {
            Some(cause) => format!("{self}: {cause}\n"),
            None => format!("{self}\n"),
        };
        if status.is_server_error() {
            tracing::warn!("samples were not taken: {}", text.trim_end());
        }
        (status, text).into_response()
    }
}

/// What became of the samples of a request.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Stored {
    pub samples: u64,
    pub histograms: u64,
    pub exemplars: u64,
    pub refused: Refused,
}

/// How much of a request was not taken, and the first reasons.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Refused {
    pub count: u64,
    reasons: Vec<String>,
}

impl Refused {
    /// Notes so many samples that were refused for one reason.
    pub fn note(&mut self, count: u64, reason: impl FnOnce() -> String) {
        self.count += count;
        if self.reasons.len() < MAX_REASONS {
            self.reasons.push(reason());
        }
    }

    /// Adds what another step refused.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        let room = MAX_REASONS.saturating_sub(self.reasons.len());
        self.reasons.extend(other.reasons.into_iter().take(room));
    }

    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.reasons.is_empty()
    }

    /// The reasons, one a line.
    pub fn text(&self) -> String {
        self.reasons.join("\n")
    }
}

/// Runs the work of one request on a thread that may block, so many at once.
///
/// # Errors
/// With the work's own failure.
pub async fn blocking<T, F>(state: &PrometheusState, work: F) -> Result<T, IngestError>
where
    T: Send + 'static,
    F: FnOnce(&dyn MetricStore) -> Result<T, IngestError> + Send + 'static,
{
    let slot = state.writers.clone().acquire_owned().await;
    let slot = slot.map_err(|_| IngestError::Closing)?;
    let store = state.store.clone();
    tokio::task::spawn_blocking(move || {
        let _slot = slot;
        work(&*store)
    })
    .await
    .map_err(IngestError::Failed)?
}

/// Stores what can be stored; returns when it is on disk. From `distinct` on the batch repeats samples for
/// the sake of further exemplars, which are not counted again.
///
/// # Errors
/// When nothing was stored.
pub fn append(
    store: &dyn MetricStore,
    batch: &[Append],
    distinct: usize,
) -> Result<Stored, MetricError> {
    if batch.is_empty() {
        return Ok(Stored::default());
    }
    let outcome = store.append(batch, Durability::Synced)?;
    Ok(counted(batch, distinct, &outcome.refused))
}

fn counted(batch: &[Append], distinct: usize, refused: &[(usize, Refusal)]) -> Stored {
    let mut stored = Stored::default();
    for (position, append) in batch.iter().enumerate() {
        stored.exemplars += u64::from(append.exemplar.is_some());
        match append.value {
            _ if position >= distinct => {}
            SampleValue::Float(_) => stored.samples += 1,
            SampleValue::Histogram(_) => stored.histograms += 1,
        }
    }
    for (position, reason) in refused {
        let Some(append) = batch.get(*position) else {
            continue;
        };
        // With its sample an exemplar goes, too.
        stored.exemplars -= u64::from(append.exemplar.is_some());
        let exemplar_alone = *reason == Refusal::OutOfOrderExemplar;
        match append.value {
            _ if *position >= distinct || exemplar_alone => {}
            SampleValue::Float(_) => stored.samples -= 1,
            SampleValue::Histogram(_) => stored.histograms -= 1,
        }
        if *position < distinct || exemplar_alone {
            let labels = &append.labels;
            let reason = || format!("{reason} for series {labels:?}");
            stored.refused.note(1, reason);
        }
    }
    stored
}
