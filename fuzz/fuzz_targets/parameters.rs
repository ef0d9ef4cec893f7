//! Of any text the values are found, in order and on borders of characters.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut behind = 0;
    for part in swarmscope_parameters::find(text) {
        assert!(part.range.start >= behind && part.range.end > part.range.start);
        assert!(text.get(part.range.clone()).is_some());
        behind = part.range.end;
    }
    let mut out = String::new();
    swarmscope_parameters::replaced(text, &mut out);
    for part in swarmscope_parameters::find(text).looking_into_quotes() {
        assert!(text.get(part.range).is_some());
    }
});
