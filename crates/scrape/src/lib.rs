//! Scraping: discovery of targets, the exposition formats, the loops that fetch them, target health.
//!
//! It knows the metric store by its trait.

pub mod exposition;
pub mod histogram;
