//! Reading: series of memory and blocks as one.

mod disk;
pub mod labels;
pub mod select;
mod series;
pub mod statistics;
