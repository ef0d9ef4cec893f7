//! A cluster divided where its words differ in a way that matters.

use std::collections::BTreeMap;

use crate::cluster::Row;

/// A column with more different words than this is a variable: `Started`, `Stopped`, `Paused` and the like
/// are few, names of users are many.
const MOST_WORDS: usize = 8;
/// The same where a name such as `research_agent` is among them: words with `_` or `-` are rarely a sentence's.
const MOST_NAMES: usize = 2;
/// And for what follows `=`, which is a value more often than a choice.
const MOST_ASSIGNED: usize = 3;

/// What follows a number, and changes with its size.
const UNITS: [&str; 22] = [
    "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "byte", "bytes", "ns", "us", "µs", "ms", "s",
    "sec", "second", "seconds", "min", "minute", "minutes", "hours",
];

/// Words before a name: what follows them is a value however few there are.
const BEFORE_NAMES: [&str; 8] = [
    "user", "username", "login", "host", "hostname", "account", "tenant", "customer",
];

/// Words before a name where a sentence does something to it: `Created container api`.
const NAMED_KINDS: [&str; 16] = [
    "agent",
    "bucket",
    "container",
    "database",
    "deployment",
    "job",
    "namespace",
    "node",
    "pod",
    "queue",
    "service",
    "table",
    "topic",
    "unit",
    "volume",
    "worker",
];

/// Divides the rows of a cluster, by their places, into those of one template each.
pub fn refine(rows: &[Row<'_>], members: Vec<usize>) -> Vec<Vec<usize>> {
    let mut done = Vec::new();
    let mut rest = vec![members];
    while let Some(members) = rest.pop() {
        match dividing_column(rows, &members) {
            Some(column) => {
                let mut by_word: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
                for place in members {
                    by_word
                        .entry(rows[place].word(column))
                        .or_default()
                        .push(place);
                }
                rest.extend(by_word.into_values());
            }
            None => done.push(members),
        }
    }
    done
}

/// The column with the fewest different words, at least two, that are all words and few enough.
fn dividing_column(rows: &[Row<'_>], members: &[usize]) -> Option<usize> {
    let columns = 0..rows[*members.first()?].words.len();
    let divided = columns.filter_map(|column| {
        let words = words_of(rows, members, column)?;
        let choices = match words.len() {
            0..=1 => return None,
            _ if words.iter().all(|word| is_unit(word)) => return None,
            _ if words.iter().any(|word| is_name(word)) => MOST_NAMES,
            _ if is_assigned_name(&rows[members[0]], column) => return None,
            _ if is_assigned(&rows[members[0]], column) => MOST_ASSIGNED,
            _ if are_of_a_kind(&rows[members[0]], column, &words) => return None,
            _ => MOST_WORDS,
        };
        (words.len() <= choices).then_some((words.len(), column))
    });
    divided.min().map(|(_, column)| column)
}

/// The different words of a column; `None` when it has values, or more words than any choice.
fn words_of<'a>(rows: &[Row<'a>], members: &[usize], column: usize) -> Option<Vec<&'a str>> {
    if follows_name_word(&rows[members[0]], column) {
        return None;
    }
    let mut words: Vec<&str> = Vec::new();
    for &place in members {
        let row = &rows[place];
        let word = row.word(column);
        if row.values[column] {
            return None;
        }
        if !words.contains(&word) {
            if words.len() == MOST_WORDS {
                return None;
            }
            words.push(word);
        }
    }
    Some(words)
}

fn is_assigned(row: &Row<'_>, column: usize) -> bool {
    let start = row.words.ranges[column].start as usize;
    row.shape[..start].ends_with('=')
}

/// Whether it is the value of `application_name=` or the like, which is a name however few there are.
fn is_assigned_name(row: &Row<'_>, column: usize) -> bool {
    let Some(before) = column.checked_sub(1) else {
        return false;
    };
    let between = row.words.ranges[before].end as usize..row.words.ranges[column].start as usize;
    &row.shape[between] == "=" && row.word(before).ends_with("_name")
}

/// Whether the words stand behind what they are names of, and behind that what was done to it. What was
/// done may stand there itself, as in `the container started`.
fn are_of_a_kind(row: &Row<'_>, column: usize, words: &[&str]) -> bool {
    let Some(kind) = column.checked_sub(1).filter(|kind| *kind > 0) else {
        return false;
    };
    let is_behind = |column: usize| {
        let ranges = &row.words.ranges;
        &row.shape[ranges[column - 1].end as usize..ranges[column].start as usize] == " "
    };
    let is_deed = |word: &&str| word.ends_with("ed") || word.ends_with("ing") || word.len() < 3;
    NAMED_KINDS.contains(&row.word(kind))
        && is_behind(column)
        && is_behind(kind)
        && !["the", "a", "this"]
            .iter()
            .any(|article| article.eq_ignore_ascii_case(row.word(kind - 1)))
        && !words.iter().any(is_deed)
}

fn is_unit(word: &str) -> bool {
    UNITS.iter().any(|unit| unit.eq_ignore_ascii_case(word))
}

/// `research_agent`, `eu-west`.
fn is_name(word: &str) -> bool {
    word.contains(['_', '-']) && !word.contains(|letter: char| letter.is_ascii_uppercase())
}

/// Whether `user`, `host` or the like stands before the column, with a space between.
fn follows_name_word(row: &Row<'_>, column: usize) -> bool {
    let Some(before) = column.checked_sub(1) else {
        return false;
    };
    let between = row.words.ranges[before].end as usize..row.words.ranges[column].start as usize;
    &row.shape[between] == " "
        && BEFORE_NAMES
            .iter()
            .any(|word| word.eq_ignore_ascii_case(row.word(before)))
}
