//! From label matchers to numbers of series, the same for memory and for blocks.

pub mod matching;
mod pattern;
pub mod postings;
