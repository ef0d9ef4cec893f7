//! The measures of the Loghub papers, over lines with labels.
//!
//! Grouping accuracy (Zhu et al., *Tools and Benchmarks for Automated Log Parsing*, ICSE-SEIP 2019) is the
//! part of the lines whose group is right: the same lines as a label's, not one more or less. The F1 of
//! grouping accuracy (Jiang et al., *A Large-Scale Evaluation for Log Parsing Techniques*, ISSTA 2024)
//! counts groups in the place of lines, so that frequent templates do not hide the others.

use std::collections::HashMap;

use swarmscope_patterns::Miner;

/// A message with the name of its template.
pub struct Labelled {
    pub message: String,
    pub label: String,
}

/// What was measured.
pub struct Measured {
    pub grouping_accuracy: f64,
    pub f1: f64,
    pub found: usize,
    pub labelled: usize,
    /// Groups that are no label's, with what they are.
    pub wrong: Vec<String>,
}

/// The lines of a file as the papers publish it: columns `Content` and `EventId`.
pub fn labelled(file: &str) -> Vec<Labelled> {
    let mut records = records(file).into_iter();
    let header = records.next().unwrap_or_default();
    let column = |name: &str| header.iter().position(|own| own == name);
    let (Some(content), Some(event)) = (column("Content"), column("EventId")) else {
        return Vec::new();
    };
    records
        .filter_map(|record| {
            Some(Labelled {
                message: record.get(content)?.clone(),
                label: record.get(event)?.clone(),
            })
        })
        .collect()
}

/// The records of a CSV file.
fn records(file: &str) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut letters = file.chars().peekable();
    while let Some(letter) = letters.next() {
        let record = records.last_mut().expect("there is one at the start");
        let field = record.last_mut().expect("so it is with fields");
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                field.push('"');
                letters.next();
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(String::new()),
            '\n' if !quoted => records.push(vec![String::new()]),
            '\r' if !quoted => {}
            other => field.push(other),
        }
    }
    records.retain(|record| record.len() > 1);
    records
}

/// The text of the template of every line.
pub fn templates_of(lines: &[Labelled]) -> Vec<String> {
    let mut miner = Miner::default();
    let shapes: Vec<u32> = lines.iter().map(|line| miner.add(&line.message)).collect();
    let found = miner.templates();
    shapes
        .into_iter()
        .map(|shape| {
            found.templates[found.of_shape[shape as usize] as usize]
                .text
                .clone()
        })
        .collect()
}

/// Compares groups with labels.
pub fn measure(lines: &[Labelled], found: &[String]) -> Measured {
    let mut labels: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, (line, text)) in lines.iter().zip(found).enumerate() {
        labels.entry(&line.label).or_default().push(place);
        groups.entry(text).or_default().push(place);
    }
    let mut right = 0;
    let mut right_lines = 0;
    let mut wrong = Vec::new();
    for (text, group) in &groups {
        let label = &labels[lines[group[0]].label.as_str()];
        if group == label {
            right += 1;
            right_lines += group.len();
        } else {
            let mut others: Vec<_> = group
                .iter()
                .map(|place| lines[*place].label.as_str())
                .collect();
            others.sort_unstable();
            others.dedup();
            wrong.push(format!(
                "{} lines of {:?} ({}): {text}",
                group.len(),
                others,
                label.len()
            ));
        }
    }
    wrong.sort();
    Measured {
        grouping_accuracy: right_lines as f64 / lines.len().max(1) as f64,
        f1: 2.0 * right as f64 / (groups.len() + labels.len()).max(1) as f64,
        found: groups.len(),
        labelled: labels.len(),
        wrong,
    }
}
