//! Pages of text, split into what repeats and what varies.
//!
//! A text is fragments with variables between them: numbers, points in time, hex digits, UUIDs, words
//! with digits, and rare words. The fragments are in a dictionary that all pages of a column of a row
//! group share, and so are the sequences of fragments that occur more than once, the templates. A page
//! says which template each text has, and holds the variables in streams of their own kind: the numbers
//! behind each fragment for themselves, so that like stands beside like. Texts that do not fit are
//! literals, and a page of mostly literals is not split at all. Nothing here looks at what a text means.

mod decoder;
mod dictionary;
mod encoder;
mod finder;
mod hex;
mod layout;
mod novelty;
mod numbers;
mod page;
mod page_numbers;
mod pieces;
mod scan;
mod shape;
mod split_page;
#[cfg(test)]
mod tests;
mod time;
mod tokens;
mod uuids;
mod vocabulary;
mod word_filter;

pub use decoder::{Selected, TextPage, decode_page};
pub use dictionary::TextDictionary;
pub use encoder::TextEncoder;
pub use finder::WordFinder;
pub use hex::parse_lower_uuid;
pub use time::write_milliseconds;
