//! Searches: which parts can hold matches, which rows of them match, which come first, what they
//! add up to.
//!
//! A search works on a snapshot of shared parts, so it neither blocks writes nor sees half of one.
//! Everything here runs on threads where it may block.

pub mod aggregate;
mod at_once;
pub mod budget;
pub mod clause;
mod column_test;
mod converted;
pub mod error;
pub mod fields;
pub mod left_out;
mod nested;
pub mod part;
mod prefilter;
pub mod repeated;
pub mod run;
pub mod scan;
pub mod score;
pub mod sort;
pub mod spare;
mod statistics;
pub mod values;
