//! Any text is read as the body of a search or refused, and its queries can be made ready, also in the terms of a
//! mapping.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use swarmscope_model::Timestamp;
use swarmscope_query::elastic::search_body;
use swarmscope_query::evaluate::compile;
use swarmscope_query::mapping::Mapping;

static MAPPING: LazyLock<Mapping> = LazyLock::new(|| {
    let mappings = serde_json::json!({ "dynamic": false, "properties": {
        "k": { "type": "keyword", "ignore_above": 8 },
        "n": { "type": "long" },
        "d": { "type": "date", "format": "yyyy/MM/dd||epoch_second" },
        "ip": { "type": "ip" },
        "f": { "type": "flattened" },
        "a": { "type": "alias", "path": "k" },
        "t": { "type": "text", "fields": { "raw": { "type": "keyword" } }, "copy_to": "k" },
    }});
    let mappings = mappings.as_object().cloned().unwrap_or_default();
    Mapping::read(&mappings, &serde_json::Value::Null)
});

fuzz_target!(|text: &str| {
    let now = Timestamp::from_millisecond(0);
    let Ok(search) = search_body(text, now) else {
        return;
    };
    drop(search.check());
    drop(compile(&search.query));
    if let Ok(query) = MAPPING.apply(&search.query, now) {
        drop(compile(&query));
    }
});
