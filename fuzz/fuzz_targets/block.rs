//! Any bytes are read as the parts of a block or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| swarmscope_metricstore::fuzzing::block_parts(bytes));
