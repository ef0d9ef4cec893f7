//! What scores have to know of all documents, counted one by one.

use std::convert::Infallible;

use swarmscope_model::limits::MAX_KEYWORD_BYTES;
use swarmscope_query::analysis::standard_words;
use swarmscope_query::bm25::FieldLengths;
use swarmscope_query::document::ValueRef;
use swarmscope_query::evaluate::{Corpus, CountedTest, View};

use super::Stored;

/// All documents of the one index.
pub struct Documents<'a>(pub &'a [Stored]);

fn texts<'a>(stored: &'a Stored, path: &'a str) -> impl Iterator<Item = &'a str> {
    let values = stored.document.values_at(path);
    values.filter_map(|value| match value {
        ValueRef::Text(text) => Some(text),
        _ => None,
    })
}

fn length(text: &str, view: View) -> u64 {
    match view {
        View::Text => standard_words(text, |_| {}),
        View::Whole => u64::from(text.len() <= MAX_KEYWORD_BYTES),
    }
}

impl Corpus for Documents<'_> {
    type Error = Infallible;

    fn lengths(&self, _: &str, path: &str, view: View) -> Result<FieldLengths, Infallible> {
        let lengths = self.0.iter().map(|stored| -> u64 {
            let mut own: Vec<&str> = texts(stored, path).collect();
            if view == View::Whole {
                own.sort_unstable();
                own.dedup();
            }
            own.into_iter().map(|text| length(text, view)).sum()
        });
        let lengths: Vec<u64> = lengths.filter(|words| *words > 0).collect();
        Ok(FieldLengths {
            documents: lengths.len() as u64,
            words: lengths.iter().sum(),
        })
    }

    fn holding(
        &self,
        _: &str,
        path: &str,
        view: View,
        test: &CountedTest,
    ) -> Result<u64, Infallible> {
        let holds = |text: &str| test.test.holds(path, ValueRef::Text(text), view);
        let holding = self
            .0
            .iter()
            .filter(|stored| texts(stored, path).any(holds));
        Ok(holding.count() as u64)
    }
}
