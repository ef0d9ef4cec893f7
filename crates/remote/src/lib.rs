//! Remote write out: what is stored here is sent to Mimir, Thanos, VictoriaMetrics or another Prometheus.
//!
//! [`Tee`] stands between the writers and the store and copies what the store took into a queue on disk;
//! [`RemoteWriter`] reads the queue for each receiver at its own pace. A sample is sent at least once: a
//! receiver's position moves only after it has answered.

mod message;
mod queue;
mod receiver;
mod send;
mod statistics;
mod tee;
mod writer;

pub use message::MetadataSource;
pub use queue::{Queue, QueueError};
pub use statistics::ReceiverSnapshot;
pub use tee::Tee;
pub use writer::{ReceiverView, RemoteWriter, StartError};
