//! Any bytes are a page of metrics or are refused, in every format, and what is not understood never
//! comes from a place behind the page.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmscope_prometheus_config::ScrapeProtocol;
use swarmscope_scrape::exposition::{Entry, HistogramChoice, Parser};

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, page) = input;
    let protocol = ScrapeProtocol::PROTOBUF_FIRST[usize::from(choice) % 5];
    let histograms = HistogramChoice {
        native: choice & 0x40 != 0,
        classic_too: choice & 0x80 != 0,
    };
    let lines = 1 + page.iter().filter(|byte| **byte == b'\n').count();
    let check = |error: swarmscope_scrape::exposition::FormatError| {
        assert!(error.line_number().unwrap_or(1) <= lines, "{error}");
    };
    let mut parser = match Parser::new(page, protocol, histograms) {
        Ok(parser) => parser,
        Err(error) => return check(error),
    };
    loop {
        match parser.next_entry() {
            Ok(Some(Entry::Sample(sample))) => match sample.labels() {
                Ok(labels) => assert!(labels.metric_name().is_some()),
                Err(error) => check(error),
            },
            Ok(Some(_)) => {}
            Ok(None) => return,
            Err(error) => return check(error),
        }
    }
});
