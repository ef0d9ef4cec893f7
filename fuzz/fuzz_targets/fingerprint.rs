//! Any bytes are an error's document or are refused, and what is a document has one fingerprint, whose
//! frames are none that the document does not have.

#![no_main]

use libfuzzer_sys::fuzz_target;
use swarmscope_fingerprint::{ErrorDocument, fingerprint};

fuzz_target!(|input: (bool, &str)| {
    let (whole, text) = input;
    let document = if whole {
        match ErrorDocument::from_json(text.as_bytes()) {
            Ok(document) => document,
            Err(_) => return,
        }
    } else {
        ErrorDocument {
            traceback: vec![text.into()],
            ..ErrorDocument::default()
        }
    };
    let found = fingerprint(&document);
    assert_eq!(found.id.len(), 32);
    assert_eq!(found, fingerprint(&document));
    // Colours are taken out before anything is read.
    if text.contains('\u{1b}') || text.contains("u001b") || text.contains("u001B") {
        return;
    }
    for frame in &found.frames {
        let printed = |part: &str| {
            [&document.message, &document.error_message]
                .into_iter()
                .chain(&document.traceback)
                .any(|text| text.contains(part))
        };
        assert!(printed(&frame.function) && printed(&frame.file), "{frame:?}");
    }
});
