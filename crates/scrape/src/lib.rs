//! Scraping: discovery of targets, the exposition formats, the loops that fetch them, target health.
//!
//! It knows the metric store by its trait. [`ScrapeManager`] is the door.

pub mod discovery;
pub mod exposition;
mod fetch;
mod ingest;
mod manager;
mod negotiation;
mod pool;
mod resolution;
mod scrape_loop;
mod statistics;
pub mod target;
mod view;

pub use ingest::{FamilyMetadata, ScrapeError};
pub use manager::{ApplyError, ScrapeManager};
pub use statistics::StatisticsSnapshot;
pub use view::{PoolView, TargetView};
