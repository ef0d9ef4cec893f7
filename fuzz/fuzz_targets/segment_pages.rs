//! Any lines come back from the encodings of segments, and any bytes are read as pages or refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmscope_logstore::encodings;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(lines) = std::str::from_utf8(bytes) {
        encodings::lines_come_back(lines);
    }
    encodings::any_pages(bytes);
});
