//! What holds for any error: it has a fingerprint, the same every time, and what stands around a
//! traceback or deep within a library does not change it.

use proptest::prelude::*;
use serde_json::json;
use swarmscope_fingerprint::{ErrorDocument, Fingerprint, Source, fingerprint};

/// Lines of every language, whole and cut: what a traceback may be made of.
const LINES: [&str; 36] = [
    "Traceback (most recent call last):",
    "  + Exception Group Traceback (most recent call last):",
    "  | ExceptionGroup: two (2 sub-exceptions)",
    "  +-+---------------- 1 ----------------",
    "    | Traceback (most recent call last):",
    "    |   File \"/srv/a.py\", line 1, in f",
    "  File \"/srv/a.py\", line 3, in run",
    "  File \"",
    "  File \"/srv/ä.py\", line 99999999999, in <lambda>",
    "    return ü(1)",
    "  [Previous line repeated 996 more times]",
    "ValueError: bad",
    "The above exception was the direct cause of the following exception:",
    "java.lang.IllegalStateException: no",
    "\tat com.acme.A$$Lambda$1/0x0.run(Unknown Source)",
    "\tat com.acme.A.lambda$run$0(A.java:5) ~[a.jar:1]",
    "\tat (",
    "\t... 3 more",
    "Caused by: java.io.IOException",
    "\tSuppressed: x",
    "    at async Object.run [as x] (/srv/a.js:1:2)",
    "    at /srv/ä.js:7:2",
    "    at new Promise (<anonymous>)",
    "  [cause]: Error: z",
    "panic: runtime error: index out of range [1] with length 0 [recovered]",
    "goroutine 7 [running]:",
    "main.(*Pool[...]).run.func1({0x1, 0x2})",
    "\t/srv/a.go:5 +0x1d",
    "created by main.main in goroutine 1",
    "thread 'main' panicked at src/a.rs:1:2:",
    "stack backtrace:",
    "   0:     0x55c6 - <a[0f]::B<C> as d::E>::f::{closure#0}::h0123456789abcdef",
    "             at ./src/a.rs:1:2",
    "   1: <<<<<a::b",
    "caused by: swarm::Refused: no",
    "",
];

fn of(document: &serde_json::Value) -> Fingerprint<'static> {
    let text = document.to_string();
    fingerprint(&ErrorDocument::from_json(text.as_bytes()).expect("an object")).into_owned()
}

fn with_traceback(lines: &[String]) -> serde_json::Value {
    json!({"message": "failed", "metadata": {"exception": {
        "type": "ValueError", "message": "bad", "traceback": lines}}})
}

fn python(frames: &[(String, String)]) -> Vec<String> {
    let mut lines = vec!["Traceback (most recent call last):".to_owned()];
    for (number, (file, function)) in frames.iter().enumerate() {
        lines.push(format!(
            "  File \"{file}\", line {}, in {function}",
            number + 1
        ));
        lines.push(format!("    {function}()"));
    }
    lines.push("ValueError: bad".to_owned());
    lines
}

fn frames() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(("/srv/app/[a-d]{1,3}/[a-d]{1,3}\\.py", "[f-k]{1,4}"), 1..12)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_refused_or_have_a_fingerprint(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(document) = ErrorDocument::from_json(&bytes) {
            prop_assert_eq!(fingerprint(&document).id.len(), 32);
        }
    }

    #[test]
    fn any_lines_have_one_fingerprint(
        lines in prop::collection::vec(prop_oneof![
            prop::sample::select(&LINES[..]).prop_map(str::to_owned),
            ".{0,40}",
        ], 0..60),
        client in prop::option::of(".{0,10}"),
    ) {
        let mut document = with_traceback(&lines);
        if let Some(client) = client {
            document["metadata"]["fingerprint"] = json!([client]);
        }
        let found = of(&document);
        prop_assert_eq!(found.id.len(), 32);
        prop_assert_eq!(&found, &of(&document));
        // Where the lines were cut into pieces does not matter.
        document["metadata"]["exception"]["traceback"] = json!(lines.join("\n"));
        prop_assert_eq!(found.id, of(&document).id);
    }

    #[test]
    fn what_stands_around_a_traceback_does_not_count(
        frames in frames(),
        before in prop::collection::vec("[A-Za-z ]{0,30}", 0..5),
        after in prop::collection::vec("[A-Za-z ]{0,30}", 0..5),
    ) {
        let lines = python(&frames);
        let alone = of(&json!({"message": lines.join("\n")}));
        prop_assert_eq!(alone.source, Source::Frames);
        let mut around = before;
        around.extend(lines);
        around.push(String::new());
        around.extend(after);
        prop_assert_eq!(&alone.id, &of(&json!({"message": around.join("\n")})).id);
    }

    #[test]
    fn neither_lines_nor_libraries_nor_the_folder_count(
        frames in frames(),
        at in any::<prop::sample::Index>(),
        root in "/(opt|var|mnt)/[a-z]{1,8}",
    ) {
        let plain = of(&with_traceback(&python(&frames)));
        let mut other: Vec<(String, String)> = frames
            .iter()
            .map(|(file, function)| (file.replace("/srv/app", &root), function.clone()))
            .collect();
        let at = at.index(other.len() + 1);
        other.insert(at, ("/usr/lib/python3.11/asyncio/runners.py".to_owned(), "run".to_owned()));
        prop_assert_eq!(plain.id, of(&with_traceback(&python(&other))).id);
    }

    #[test]
    fn how_deep_a_recursion_went_does_not_count(frames in frames(), depth in 2_usize..40) {
        let with_depth = |depth: usize| {
            let mut lines = frames.clone();
            for _ in 0..depth {
                for function in ["visit", "expand"] {
                    lines.push(("/srv/app/tree.py".to_owned(), function.to_owned()));
                }
            }
            of(&with_traceback(&python(&lines))).id
        };
        prop_assert_eq!(with_depth(2), with_depth(depth));
    }

    #[test]
    fn values_in_a_message_do_not_count(one in 1_u64..1_000_000, two in any::<u128>()) {
        let message = |number: u64, id: u128| {
            let id = uuid(id);
            of(&json!({"message": format!("task {id} failed at step {number} of '{number}'")})).id
        };
        prop_assert_eq!(message(one, two), message(7, 7));
    }
}

fn uuid(number: u128) -> String {
    let hex = format!("{number:032x}");
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}
