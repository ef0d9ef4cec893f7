//! The labelled corpus: errors that real runtimes printed, and which of them are one bug.
//!
//! How well they are grouped is held here, with what is wrong still by name; `docs/error-groups.md` says
//! why it is.

mod grouping;

use grouping::{Corpus, Measured};

#[test]
fn errors_of_one_bug_are_one_group() {
    let measured = Measured::of(&Corpus::read("swarm"));
    println!("{measured}");
    assert!(
        measured.precision >= 0.963 && measured.recall >= 0.987,
        "{measured}"
    );
    let split = [
        "swarm/rust/leaf-at-depth",
        "swarm/rust/no-agent-at-depth",
        "swarm/rust/poisoned",
    ];
    assert_eq!(measured.split, split);
    let merged = [
        ["swarm/go/decode-broken", "swarm/go/decode-type"],
        ["swarm/go/page-nil", "swarm/go/title-nil"],
    ];
    assert_eq!(measured.merged, merged);
}

#[test]
fn and_so_are_those_of_a_program_that_nothing_was_fitted_to() {
    let measured = Measured::of(&Corpus::read("market"));
    println!("{measured}");
    assert!(
        measured.precision >= 0.888 && measured.recall >= 1.0,
        "{measured}"
    );
    assert_eq!(measured.split, [""; 0]);
    let merged = [
        vec!["market/go/last-of-none", "market/go/last-order-of-none"],
        vec![
            "market/rust/last-of-none",
            "market/rust/last-text-of-none",
            "market/rust/thread-fails",
        ],
    ];
    assert_eq!(measured.merged, merged);
}

/// The first version's answers are kept in groups: a change of them, be it of the parameters that are
/// found in messages, needs another version.
#[test]
fn the_ids_of_the_first_version_stay_what_they_were() {
    let mut ids = String::new();
    for folder in ["market", "swarm"] {
        for (bug, id) in Corpus::read(folder).ids() {
            ids.push_str(&format!("{bug} {id}\n"));
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/version1.txt");
    if std::env::var_os("WRITE_IDS").is_some() {
        std::fs::write(path, &ids).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(path).expect("the ids are there");
    let changed: Vec<_> = kept
        .lines()
        .zip(ids.lines())
        .filter(|(a, b)| a != b)
        .collect();
    assert!(
        changed.is_empty() && kept.len() == ids.len(),
        "{changed:#?}"
    );
}
