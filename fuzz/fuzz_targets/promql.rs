//! Any text is read as a query or refused, and what is printed of a query reads back as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmscope_promql::lengths::{QueryLengths, resolve};
use swarmscope_promql::parser::{Options, parse};
use swarmscope_promql::printer::format_query;

const QUERY: QueryLengths = QueryLengths {
    range: 3_600_000,
    step: 15_000,
};

fuzz_target!(|text: &str| {
    let _ = parse(text, Options::default());
    let Ok(expr) = parse(text, Options::ALL) else {
        return;
    };
    let _ = resolve(&expr, QUERY);
    let printed = expr.to_string();
    if printed.contains("+Inf") {
        // Prometheus writes infinity with a sign, which reads back as a sign before the rest of a power.
        return;
    }
    for again in [&printed, &format_query(&expr)] {
        match parse(again, Options::ALL) {
            Ok(read) => assert_eq!(read.to_string(), printed, "of {again:?}"),
            // Lengths are printed in milliseconds; one that is shorter reads back as none.
            Err(error) if error.message == "duration must be greater than 0" => {}
            Err(error) => panic!("{printed:?}: {error}"),
        }
    }
});
