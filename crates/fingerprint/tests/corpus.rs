//! The labelled corpus: errors that real runtimes printed or libraries print, and which of them are one bug.
//!
//! How well they are grouped is held here, with what is wrong still by name; `docs/error-groups.md` says
//! why it is.

mod grouping;

use grouping::{Corpus, Measured};
use swarmscope_fingerprint::{ErrorDocument, Version, fingerprint};

/// Asserts what a part of the corpus is measured to be: no worse, and wrong in these bugs only.
fn assert_measured(folder: &str, least: [f64; 2], split: &[&str], merged: &[&[&str]]) {
    let measured = Measured::of(&Corpus::read(folder));
    println!("{measured}");
    assert!(
        measured.precision >= least[0] && measured.recall >= least[1],
        "{measured}"
    );
    assert_eq!(measured.split, split);
    assert_eq!(measured.merged, merged);
}

#[test]
fn errors_of_one_bug_are_one_group() {
    assert_measured(
        "swarm",
        [0.98, 0.97],
        &[
            // Statuses of HTTP are told apart, and properties that were read of nothing.
            "swarm/messages/post",
            "swarm/messages/register",
            "swarm/messages/url",
            "swarm/node/title-missing",
            "swarm/rust/leaf-at-depth",
            "swarm/rust/no-agent-at-depth",
            "swarm/rust/poisoned",
        ],
        &[&["swarm/go/page-nil", "swarm/go/title-nil"]],
    );
}

#[test]
fn and_so_are_those_of_a_program_that_nothing_was_fitted_to() {
    assert_measured(
        "market",
        [0.888, 1.0],
        &[],
        &[
            &["market/go/last-of-none", "market/go/last-order-of-none"],
            &[
                "market/rust/last-of-none",
                "market/rust/last-text-of-none",
                "market/rust/thread-fails",
            ],
        ],
    );
}

#[test]
fn and_those_that_libraries_print() {
    assert_measured(
        "field",
        [1.0, 0.99],
        &["field/node/any", "field/rust/async-closure"],
        &[],
    );
}

/// What the first version answered is kept in groups: nothing may change it, be it the parameters that are
/// found in messages.
#[test]
fn the_ids_of_the_first_version_stay_what_they_were() {
    assert_kept(Version::One, "version1.txt", &["market", "swarm"]);
}

#[test]
fn and_so_do_those_of_the_second() {
    assert_kept(
        Version::Two,
        "version2.txt",
        &["blind", "field", "market", "swarm"],
    );
}

#[test]
fn and_those_of_the_third() {
    assert_kept(
        Version::Three,
        "version3.txt",
        &["blind", "field", "later", "market", "swarm"],
    );
}

fn assert_kept(version: Version, file: &str, folders: &[&str]) {
    let mut ids = String::new();
    for folder in folders {
        for (bug, id) in Corpus::read_by(version, folder).ids() {
            ids.push_str(&format!("{bug} {id}\n"));
        }
    }
    let path = format!("{}/tests/corpus/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("WRITE_IDS").is_ok_and(|written| written == file) {
        std::fs::write(&path, &ids).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("the ids are there");
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

#[test]
fn and_those_of_which_nothing_was_known() {
    assert_measured("blind", [1.0, 0.989], &["blind/messages/etag"], &[]);
}

#[test]
fn and_those_that_came_after() {
    assert_measured("later", [0.99, 0.99], &["later/messages/html"], &[]);
}

/// A swarm may raise errors of types and in functions that it names while it runs.
#[test]
fn types_made_of_ids_are_one_group() {
    let id_of = |id: &str| {
        let document = format!(
            r#"{{"message": "failed", "metadata": {{"exception": {{
                "type": "ToolError_{id}", "message": "tool is gone", "traceback": [
                "Traceback (most recent call last):",
                "  File \"/srv/swarm/tools.py\", line 7, in call_{id}",
                "    raise error",
                "swarm.ToolError_{id}: tool is gone"]}}}}}}"#
        );
        let document = ErrorDocument::from_json(document.as_bytes()).expect("a document");
        let found = fingerprint(&document);
        assert_eq!(found.error_type, "ToolError_<*>");
        found.id
    };
    let ids = ["9f8e7d6c", "0a1b2c3d", "20260301", "91b6bed4"].map(id_of);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

/// A value that a program says of itself is not a database's constraint.
#[test]
fn values_in_the_words_of_databases_divide_nothing() {
    let id_of = |kind: &str, message: &str| {
        let document = serde_json::json!({"message": "failed", "metadata": {"exception": {
            "type": kind, "message": message, "traceback": [
            "Traceback (most recent call last):",
            "  File \"/srv/swarm/leases.py\", line 7, in renew",
            "    raise error",
            format!("{kind}: {message}")]}}})
        .to_string();
        let document = ErrorDocument::from_json(document.as_bytes()).expect("a document");
        fingerprint(&document).id
    };
    for (kind, one, other) in [
        (
            "LookupError",
            "no lease for key 'task-8f31aa02'",
            "no lease for key 'task-17c0ffee'",
        ),
        (
            "ValueError",
            "bad index: 4711 in batch",
            "bad index: 12 in batch",
        ),
        (
            "OSError",
            "failed to write index: test_agent-2026.01.31 is closed",
            "failed to write index: test_agent-2026.02.01 is closed",
        ),
        (
            "ProgrammingError",
            "relation \"events_20260131\" does not exist",
            "relation \"events_20260201\" does not exist",
        ),
    ] {
        assert_eq!(id_of(kind, one), id_of(kind, other), "{one}");
    }
    let constraint = |name: &str| {
        let said = format!("duplicate key value violates unique constraint \"{name}\"");
        id_of("UniqueViolation", &said)
    };
    assert_ne!(constraint("users_email_key"), constraint("users_name_key"));
}
