//! Which series of two vectors belong together.

use swarmscope_model::metrics::Labels;

use crate::ast::Matching;
use crate::evaluator::aggregate::{LabelChoice, Signatures};
use crate::evaluator::frame::{Frame, Row};

/// The match groups of two vectors, numbered.
pub(super) struct Groups {
    pub choice: LabelChoice,
    pub left: Side,
    pub right: Side,
    /// How many there are.
    pub count: usize,
}

/// What is known of the groups of one vector.
pub(super) struct Side {
    /// The group of each series.
    pub groups: Vec<usize>,
    /// The series of each group.
    pub members: Vec<Vec<usize>>,
}

impl Groups {
    pub fn of(matching: &Matching, left: &Frame, right: &Frame) -> Self {
        let choice = LabelChoice::new(&matching.labels, !matching.on);
        let mut signatures = Signatures::default();
        let mut number = |frame: &Frame| -> Vec<usize> {
            frame
                .keys()
                .iter()
                .map(|key| signatures.number(&choice, &key.labels))
                .collect()
        };
        let (left, right) = (number(left), number(right));
        let count = signatures.len();
        Self {
            left: Side::new(left, count),
            right: Side::new(right, count),
            choice,
            count,
        }
    }
}

impl Side {
    fn new(groups: Vec<usize>, count: usize) -> Self {
        let mut members = vec![Vec::new(); count];
        for (series, group) in groups.iter().enumerate() {
            members[*group].push(series);
        }
        Self { groups, members }
    }
}

/// At which steps each group has a sample.
pub(super) struct Presence {
    steps: usize,
    cells: Vec<bool>,
}

impl Presence {
    /// Of the groups of one side.
    pub fn of(frame: &Frame, side: &Side) -> Self {
        let steps = frame.steps();
        let mut presence = Self {
            steps,
            cells: vec![false; side.members.len() * steps],
        };
        for (row, group) in frame.rows().zip(&side.groups) {
            for (step, _) in row.iter() {
                presence.cells[group * steps + step] = true;
            }
        }
        presence
    }

    pub fn has(&self, group: usize, step: usize) -> bool {
        self.cells[group * self.steps + step]
    }
}

/// Labels of a series, for messages.
pub(super) fn shown(row: Row<'_>) -> String {
    format!("{:?}", row.key.labels)
}

/// Labels, for messages.
pub(super) fn shown_labels(labels: &Labels) -> String {
    format!("{labels:?}")
}
