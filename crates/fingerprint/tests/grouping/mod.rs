//! Reads labelled errors, groups them, and says how well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;
use swarmscope_fingerprint::{ErrorDocument, Version, fingerprint_by, group_id};

/// An error and the bug that it comes from.
#[derive(Deserialize)]
struct Labelled {
    bug: String,
    document: Box<RawValue>,
}

/// Errors of one folder.
pub struct Corpus {
    /// Of each error, its bug and its group's id.
    errors: Vec<(String, String)>,
}

impl Corpus {
    /// Every `.jsonl` of this folder of the corpus, by the newest algorithm.
    pub fn read(folder: &str) -> Self {
        Self::read_by(Version::NEWEST, folder)
    }

    /// The same by one of the algorithms.
    pub fn read_by(version: Version, folder: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/corpus")
            .join(folder);
        let mut files: Vec<_> = std::fs::read_dir(&folder)
            .expect("the corpus is there")
            .map(|entry| entry.expect("a file").path())
            .collect();
        files.sort();
        let mut errors = Vec::new();
        for file in files {
            let text = std::fs::read_to_string(&file).expect("the corpus is text");
            for line in text.lines() {
                let labelled: Labelled = serde_json::from_str(line).expect("a labelled error");
                let document = ErrorDocument::from_json(labelled.document.get().as_bytes());
                let document = document.expect("a document");
                let found = fingerprint_by(version, &document);
                assert_eq!(group_id(version, &document), found.id, "{line}");
                errors.push((labelled.bug, found.id));
            }
        }
        Self { errors }
    }

    /// Of each error, its bug and its group's id.
    #[allow(dead_code, reason = "the example that measures asks for no ids")]
    pub fn ids(&self) -> &[(String, String)] {
        &self.errors
    }
}

/// How well groups and bugs agree, by pairs of errors.
pub struct Measured {
    pub errors: usize,
    pub bugs: usize,
    pub groups: usize,
    /// Of the pairs that stand together, how many belong together.
    pub precision: f64,
    /// Of the pairs that belong together, how many stand together.
    pub recall: f64,
    /// Bugs that stand in several groups.
    pub split: Vec<String>,
    /// Groups that have several bugs, as the names of these, each of them once.
    pub merged: Vec<Vec<String>>,
}

impl Measured {
    pub fn of(corpus: &Corpus) -> Self {
        let mut groups_of_bug: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
        let mut bugs_of_group: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut size_of_group: BTreeMap<&str, u64> = BTreeMap::new();
        for (bug, group) in &corpus.errors {
            *groups_of_bug
                .entry(bug)
                .or_default()
                .entry(group)
                .or_default() += 1;
            bugs_of_group.entry(group).or_default().insert(bug);
            *size_of_group.entry(group).or_default() += 1;
        }
        let pairs = |n: u64| n * n.saturating_sub(1) / 2;
        let right: u64 = groups_of_bug
            .values()
            .flat_map(|groups| groups.values())
            .map(|n| pairs(*n))
            .sum();
        let together: u64 = size_of_group.values().map(|n| pairs(*n)).sum();
        let belong: u64 = groups_of_bug
            .values()
            .map(|groups| pairs(groups.values().sum()))
            .sum();
        let split = groups_of_bug.iter().filter(|(_, groups)| groups.len() > 1);
        let merged = bugs_of_group.values().filter(|bugs| bugs.len() > 1);
        let mut merged: Vec<Vec<String>> = merged
            .map(|bugs| bugs.iter().map(|bug| (*bug).to_owned()).collect())
            .collect();
        merged.sort();
        merged.dedup();
        Self {
            errors: corpus.errors.len(),
            bugs: groups_of_bug.len(),
            groups: bugs_of_group.len(),
            precision: right as f64 / together as f64,
            recall: right as f64 / belong as f64,
            split: split.map(|(bug, _)| (*bug).to_owned()).collect(),
            merged,
        }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{} errors of {} bugs in {} groups: precision {:.4}, recall {:.4}",
            self.errors, self.bugs, self.groups, self.precision, self.recall
        )?;
        for bug in &self.split {
            writeln!(formatter, "split: {bug}")?;
        }
        for bugs in &self.merged {
            writeln!(formatter, "merged: {}", bugs.join(", "))?;
        }
        Ok(())
    }
}
