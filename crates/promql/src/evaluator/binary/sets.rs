//! `and`, `or` and `unless`: series kept for what the other side has, whatever the values.

use super::matching::{Groups, Presence};
use crate::ast::{Binary, BinaryOperator, Matching};
use crate::evaluator::frame::{Frame, RowBuffer};

/// Combines two vectors by a set operator.
pub(super) fn combine(binary: &Binary, left: &Frame, right: &Frame) -> Frame {
    let default = Matching::default();
    let groups = Groups::of(binary.matching.as_ref().unwrap_or(&default), left, right);
    match binary.operator {
        BinaryOperator::And => {
            let others = Presence::of(right, &groups.right);
            filtered(left, &groups.left.groups, |group, step| {
                others.has(group, step)
            })
        }
        BinaryOperator::Unless => {
            let others = Presence::of(right, &groups.right);
            filtered(left, &groups.left.groups, |group, step| {
                !others.has(group, step)
            })
        }
        _ => {
            let others = Presence::of(left, &groups.left);
            let mut all = left.clone();
            all.append(filtered(right, &groups.right.groups, |group, step| {
                !others.has(group, step)
            }));
            all
        }
    }
}

fn filtered(frame: &Frame, groups: &[usize], keep: impl Fn(usize, usize) -> bool) -> Frame {
    let mut kept = Frame::with_capacity(frame.steps(), frame.len());
    let mut buffer = RowBuffer::default();
    for (row, group) in frame.rows().zip(groups) {
        buffer.reset(frame.steps());
        for (step, sample) in row.iter().filter(|(step, _)| keep(*group, *step)) {
            buffer.set(step, sample.to_sample());
        }
        kept.push(row.key.clone(), &mut buffer);
    }
    kept
}
