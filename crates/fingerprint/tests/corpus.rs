//! The labelled corpus: errors that real runtimes printed, and which of them are one bug. How many belong
//! together and do not stand together, and the other way round, is held here.

mod grouping;

use grouping::{Corpus, Measured};

#[test]
fn errors_of_one_bug_are_one_group() {
    let measured = Measured::of(&Corpus::read("errors"));
    println!("{measured}");
}
