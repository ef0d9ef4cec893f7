//! Documents as Parquet files that DuckDB, Spark and pandas read, and back from such files, byte for byte.
//!
//! A file has each document whole, as text in `_source`, and beside it a column for each of its fields, so
//! that others can query it. What comes back is `_source`: nothing is put together from the columns. Two
//! passes are needed, because a column's type is known only when every document was seen: documents are
//! kept in a [`Spool`] meanwhile, while a [`Survey`] looks at their fields.
//!
//! Never asks a server or a store for documents, never names files, and never decides what to do with a
//! document that is there already.

mod columns;
mod error;
mod field_buffer;
mod reader;
mod row_group;
mod spool;
mod survey;
mod writer;

pub use columns::{Column, Columns, Kind};
pub use error::{ReadError, WriteError};
pub use reader::{DocumentReader, Restored};
pub use spool::{Record, Spool, SpoolReader};
pub use survey::Survey;
pub use writer::{DocumentWriter, Written};

/// The column that has the document's index.
pub const INDEX: &str = "_index";
/// The column that has its id.
pub const ID: &str = "_id";
/// The column that has the document itself, as the text that was sent.
pub const SOURCE: &str = "_source";
