//! How well errors with labels are grouped: `cargo run -p swarmscope-fingerprint --example measure FOLDER…`, each a
//! folder of `.jsonl` files in the form of `tests/corpus`. With `-v`, what is wrong by name.

#[path = "../tests/grouping/mod.rs"]
mod grouping;

use grouping::{Corpus, Measured};

fn main() {
    let mut verbose = false;
    for argument in std::env::args().skip(1) {
        if argument == "-v" {
            verbose = true;
            continue;
        }
        let mut measured = Measured::of(&Corpus::read(&argument));
        if !verbose {
            measured.split.clear();
            measured.merged.clear();
        }
        print!("{argument}: {measured}");
    }
}
