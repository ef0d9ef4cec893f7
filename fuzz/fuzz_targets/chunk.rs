//! Any bytes are read as a chunk or refused, and what is read comes back when it is encoded.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| swarmscope_metricstore::fuzzing::chunk(bytes));
