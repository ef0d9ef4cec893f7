//! The scanner of documents finds what the parser with reasons finds, and accepts what that accepts.

#[path = "support/json_texts.rs"]
mod json_texts;

use json_texts::document;
use proptest::prelude::*;
use swarmscope_query::document::scan::{ScanSink, Scanned, scalar, scan};
use swarmscope_query::document::{FieldSink, NotADocument, ValueRef, flatten, flatten_slowly};

/// What a document holds, floats by their bits.
#[derive(Debug, Default, PartialEq)]
struct Fields(Vec<(String, String)>);

impl FieldSink for Fields {
    fn value(&mut self, path: &str, value: ValueRef<'_>) {
        // The parser with reasons may be off by the last bit.
        let shown = match value {
            ValueRef::Float(number) => format!("{number:.13e}"),
            other => format!("{other:?}"),
        };
        self.0.push((path.to_owned(), shown));
    }

    fn restart(&mut self) {
        self.0.clear();
    }
}

type Answer = Result<Fields, NotADocument>;

fn both(bytes: &[u8]) -> (Answer, Answer) {
    let (mut quick, mut slow) = (Fields::default(), Fields::default());
    let quickly = flatten(bytes, &mut quick).map(|()| quick);
    (quickly, flatten_slowly(bytes, &mut slow).map(|()| slow))
}

fn is_scanned(text: &str) -> bool {
    let mut spelled = Spelled {
        document: text,
        wrong: Vec::new(),
    };
    scan(text, &mut String::new(), &mut spelled).is_some()
}

/// Checks every value's spelling against its bytes.
struct Spelled<'a> {
    document: &'a str,
    wrong: Vec<String>,
}

impl ScanSink for Spelled<'_> {
    fn value(&mut self, _: &str, start: usize, scanned: Scanned, unescaped: &str) {
        let value = scanned.value.of(self.document, unescaped);
        let mut out = String::new();
        if scanned.spelling.write(value, &mut out).is_some()
            && out != self.document[start..scanned.end]
        {
            self.wrong.push(out);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_are_the_same(text in document()) {
        let (quick, slow) = both(text.as_bytes());
        prop_assert_eq!(&quick, &slow);
        prop_assert_eq!(is_scanned(&text), slow.is_ok());
    }

    #[test]
    fn spellings_give_the_bytes_back(text in document()) {
        let mut spelled = Spelled { document: &text, wrong: Vec::new() };
        prop_assert!(scan(&text, &mut String::new(), &mut spelled).is_some());
        prop_assert_eq!(spelled.wrong, Vec::<String>::new());
    }

    /// Not compared with the parser with reasons, which may be off by the last bit.
    #[test]
    fn numbers_are_read_exactly(number in any::<f64>().prop_filter("JSON", |n| n.is_finite()), digits in 0..25_usize) {
        for text in [format!("{number:?}"), format!("{number:.digits$e}"), format!("{number:.3}")] {
            let scanned = scalar(&text, 0, &mut String::new()).expect("a number");
            let exact: f64 = text.parse().expect("a number");
            prop_assert_eq!(scanned.value.of(&text, ""), ValueRef::from_float(exact), "{}", text);
            prop_assert_eq!(scanned.end, text.len());
        }
        let shortest = format!("{number:?}");
        let scanned = scalar(&shortest, 0, &mut String::new()).expect("a number");
        let mut spelled = String::new();
        if scanned.spelling.write(scanned.value.of(&shortest, ""), &mut spelled).is_some() {
            prop_assert_eq!(spelled, shortest);
        }
    }

    #[test]
    fn damaged_texts_are_refused_alike(text in document(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        for damaged in [bytes[..at].to_vec(), { bytes[at] = byte; bytes.clone() }] {
            let (quick, slow) = both(&damaged);
            prop_assert_eq!(&quick, &slow);
            if let Ok(text) = std::str::from_utf8(&damaged) {
                prop_assert_eq!(is_scanned(text), slow.is_ok(), "{}", text);
            }
        }
    }
}

#[test]
fn usual_spellings_are_recognized() {
    use swarmscope_query::document::spelling::Spelling::{self, Ascii, Literal, Plain, PointZero};

    #[derive(Default)]
    struct Spellings(Vec<Spelling>);
    impl ScanSink for Spellings {
        fn value(&mut self, _: &str, _: usize, scanned: Scanned, _: &str) {
            self.0.push(scanned.spelling);
        }
    }
    let text = r#"{"a":["é\n", "\u00e9\n", "\u00E9", 12, -0, 12.0, 1.25, 1.50, 0.00001, 1e-7, 1e3, true, "\/"]}"#;
    let mut found = Spellings::default();
    assert!(scan(text, &mut String::new(), &mut found).is_some());
    let expected = [
        Plain, Ascii, Literal, Plain, Literal, PointZero, Plain, Literal, Plain, Plain, Literal,
        Plain, Literal,
    ];
    assert_eq!(found.0, expected);
}
