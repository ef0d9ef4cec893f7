//! Any text is read as a query or refused at a place within it, in Lucene's syntax and in its simple one, and what was
//! read can be made ready and can mark the text itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmscope_model::Timestamp;
use swarmscope_query::evaluate::{View, compile};
use swarmscope_query::highlight::{HighlightOptions, Highlighter};
use swarmscope_query::lucene::simple::{self, SimpleOptions};
use swarmscope_query::lucene::{Options, escaped, parse};

fuzz_target!(|text: &str| {
    let options = Options::elasticsearch(Timestamp::from_millisecond(0));
    for text in [text, &escaped(text)] {
        match parse(text, &options) {
            Ok(query) => drop(compile(&query)),
            Err(error) => assert!(text.is_char_boundary(error.offset())),
        }
    }
    let Ok(query) = simple::parse(text, &SimpleOptions::default()) else {
        return;
    };
    drop(compile(&query));
    if let Ok(highlighter) = Highlighter::new(&query, HighlightOptions::default()) {
        drop(highlighter.pieces("message", &[text], View::Text));
    }
});
