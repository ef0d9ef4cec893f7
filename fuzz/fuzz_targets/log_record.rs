//! Any bytes are read as a record of the metrics' log or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| swarmscope_metricstore::fuzzing::log_record(bytes));
