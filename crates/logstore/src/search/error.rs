//! Why a search stops.

use swarmscope_query::evaluate::BadQuery;
use swarmscope_query::store::StoreError;

use crate::error::SegmentError;

/// What ends a search, or the look at one part of it.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The part is left out, the search goes on.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    #[error(transparent)]
    Query(#[from] BadQuery),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SearchError {
    /// As the door of the store tells it.
    pub fn into_store_error(self) -> StoreError {
        match self {
            SearchError::Store(error) => error,
            SearchError::Query(error) => {
                let mut reason = error.to_string();
                if let Some(source) = std::error::Error::source(&error) {
                    reason = format!("{reason}: {source}");
                }
                StoreError::InvalidRequest { reason }
            }
            SearchError::Segment(error) => StoreError::Io {
                context: "reading a segment".to_owned(),
                source: std::io::Error::other(error),
            },
        }
    }
}
