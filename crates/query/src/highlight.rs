//! What a hit matches by: pieces of its texts with marks around the words that a query found.
//!
//! As Elasticsearch's unified highlighter does it: sentences up to a size, the best of them by how much they say of
//! the query, in the order of the text. Works on one document at a time; never decides what matches.

mod boundaries;
mod marks;
mod passages;

use crate::ast::Query;
use crate::evaluate::{BadQuery, View};

use marks::Marker;
use passages::Passages;

/// How the pieces of a field look.
#[derive(Debug, Clone, PartialEq)]
pub struct HighlightOptions {
    /// Before a marked word, and behind it.
    pub tags: (String, String),
    /// Characters of a piece, roughly; 0 for whole sentences.
    pub fragment_size: usize,
    /// Pieces of a field; 0 for each value as a whole.
    pub fragments: usize,
    /// Characters of a field without a mark that are given all the same.
    pub no_match_size: usize,
    /// Whether a clause marks words only in the field that it is about.
    pub own_field_only: bool,
    /// The best piece first, not the first one.
    pub by_score: bool,
    /// Whether what means something in HTML is escaped.
    pub html: bool,
    /// Whether a piece is one marked word, not a sentence.
    pub by_word: bool,
    /// Characters of a value that are looked at.
    pub analyzed: usize,
}

impl Default for HighlightOptions {
    fn default() -> Self {
        Self {
            tags: ("<em>".to_owned(), "</em>".to_owned()),
            fragment_size: 100,
            fragments: 5,
            no_match_size: 0,
            own_field_only: true,
            by_score: false,
            html: false,
            by_word: false,
            analyzed: swarmscope_model::limits::MAX_HIGHLIGHTED_CHARS,
        }
    }
}

/// One field of a request's `highlight`.
#[derive(Debug, Clone, PartialEq)]
pub struct HighlightField {
    /// A path, possibly with wildcards.
    pub pattern: String,
    pub options: HighlightOptions,
    /// In place of the search's query.
    pub query: Option<Query>,
}

/// A query made ready to mark texts.
#[derive(Debug)]
pub struct Highlighter {
    options: HighlightOptions,
    marker: Marker,
}

impl Highlighter {
    /// Marks what this query finds.
    ///
    /// # Errors
    /// When a pattern of the query cannot be used.
    pub fn new(query: &Query, options: HighlightOptions) -> Result<Self, BadQuery> {
        Ok(Self {
            marker: Marker::new(query, options.own_field_only)?,
            options,
        })
    }

    /// The pieces of a field's values; none when nothing is marked and nothing is asked for then.
    pub fn pieces(&self, path: &str, values: &[&str], view: View) -> Vec<String> {
        let length = values.iter().map(|value| value.chars().count()).sum();
        let mut passages = Passages::new(&self.options, length);
        for value in values {
            let cut = match value.char_indices().nth(self.options.analyzed) {
                Some((end, _)) => &value[..end],
                None => value,
            };
            passages.add(value, &self.marker.marks(path, cut, view));
        }
        passages.finish(values)
    }
}

#[cfg(test)]
mod tests;
