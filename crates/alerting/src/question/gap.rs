//! Why an answer is not the whole truth.

/// What is missing in an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Gap {
    #[error("index {index} has damaged parts: {reason}")]
    Damaged { index: String, reason: String },
    #[error(
        "there are more than {counted} values to count by; count by fewer fields, or narrow the query"
    )]
    Values { counted: usize },
    #[error(
        "there are {total} groups of errors, and {looked_at} are looked at; shorten the window"
    )]
    Groups { total: u64, looked_at: usize },
}
