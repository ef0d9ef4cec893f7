//! The protobuf messages of Prometheus's remote write and remote read, for whoever sends or takes them.
//!
//! Field numbers are those of `prompb/remote.proto`, `prompb/types.proto` and
//! `prompb/io/prometheus/write/v2/types.proto`. Messages stay at the edge: conversions lead to the model's
//! types. No I/O.

pub mod compression;
pub mod histogram;
pub mod read;
pub mod types;
pub mod write_v2;

pub use prost::{DecodeError, Message};
