//! Reading: series of memory and blocks as one.

pub mod labels;
pub mod select;
mod series;
pub mod statistics;
