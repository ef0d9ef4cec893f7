//! What grouping costs an error, by the corpus: `cargo bench -p swarmscope-fingerprint`.
//!
//! The bytes of a document in, its fingerprint out, on one thread. Of many rounds the quickest counts,
//! because on a machine that does other things, too, the others tell about these.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::value::RawValue;
use swarmscope_fingerprint::{ErrorDocument, fingerprint};

const ROUNDS: u32 = 200;

#[derive(Deserialize)]
struct Labelled {
    document: Box<RawValue>,
}

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut all = (Duration::ZERO, 0_usize);
    println!(
        "{:<18} {:>7} {:>9} {:>12}",
        "errors", "number", "bytes", "µs an error"
    );
    for program in ["swarm", "market", "field", "blind", "later"] {
        for language in ["python", "node", "go", "java", "rust", "messages"] {
            let path = corpus.join(program).join(format!("{language}.jsonl"));
            let text = std::fs::read_to_string(&path).expect("the corpus is there");
            let documents: Vec<Box<RawValue>> = text
                .lines()
                .map(|line| serde_json::from_str::<Labelled>(line).expect("a labelled error"))
                .map(|labelled| labelled.document)
                .collect();
            let bytes: usize = documents.iter().map(|document| document.get().len()).sum();
            let quickest = (0..ROUNDS)
                .map(|_| round(&documents))
                .min()
                .unwrap_or_default();
            report(
                &format!("{program}/{language}"),
                quickest,
                documents.len(),
                bytes,
            );
            all = (all.0 + quickest, all.1 + documents.len());
        }
    }
    report("all", all.0, all.1, 0);
}

fn round(documents: &[Box<RawValue>]) -> Duration {
    let begin = Instant::now();
    for document in documents {
        let document = ErrorDocument::from_json(document.get().as_bytes()).expect("a document");
        black_box(fingerprint(&document));
    }
    begin.elapsed()
}

fn report(name: &str, time: Duration, errors: usize, bytes: usize) {
    println!(
        "{name:<18} {errors:>7} {:>9} {:>12.2}",
        bytes / errors,
        time.as_secs_f64() * 1e6 / errors as f64
    );
}
