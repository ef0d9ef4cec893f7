//! Why a file could not be written or read.

use parquet::errors::ParquetError;

use crate::SOURCE;

/// Why documents could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("cannot write Parquet")]
    Parquet(#[from] ParquetError),
    #[error("cannot keep documents in a temporary file")]
    Spool(#[from] std::io::Error),
    /// The temporary file does not have what was written to it.
    #[error("the temporary file of documents is damaged")]
    SpoolDamaged,
}

/// Why documents could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("it is no Parquet file, or a damaged one")]
    Parquet(#[from] ParquetError),
    #[error("it has no column {SOURCE}, which would have the documents; its columns are {found}")]
    NoSource { found: String },
    #[error("its column {column} is {found}, not text")]
    NotText {
        column: &'static str,
        found: &'static str,
    },
    #[error("its column {column} is not UTF-8 in row {row}")]
    NotUtf8 { column: &'static str, row: u64 },
    #[error("its columns do not have the same number of rows after row {row}")]
    Uneven { row: u64 },
}
