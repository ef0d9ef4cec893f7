//! Any text is read as a query or refused at a place within it, and what was read can be made ready.

#![no_main]

use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use swarmscope_model::Timestamp;
use swarmscope_query::evaluate::compile;
use swarmscope_query::kql::parse;

fuzz_target!(|text: &str| {
    match parse(text, Timestamp::from_millisecond(0), TimeZone::UTC) {
        Ok(query) => drop(compile(&query)),
        Err(error) => assert!(text.is_char_boundary(error.offset())),
    }
});
