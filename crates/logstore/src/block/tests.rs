//! Blocks give their documents back, byte for byte, however they were joined.

#[path = "../../../query/tests/support/json_texts.rs"]
mod json_texts;

use proptest::prelude::*;
use swarmscope_model::limits::{MAX_SEGMENT_COLUMNS, MAX_SHAPE_SLOTS};

use super::Block;
use super::builder::BlockBuilder;
use super::concat::concat;
use crate::rows::RowSet;

fn block(texts: &[String]) -> Block {
    let mut builder = BlockBuilder::default();
    for text in texts {
        builder.push("id", text, 7).expect("a document");
    }
    let mut block = builder.finish();
    block.sequences = std::sync::Arc::new(vec![0; texts.len()]);
    block.versions = std::sync::Arc::clone(&block.sequences);
    block
}

fn sources(block: &Block) -> Vec<String> {
    (0..block.rows).map(|row| block.source(row)).collect()
}

proptest! {
    #[test]
    fn documents_come_back_byte_for_byte(
        texts in prop::collection::vec(json_texts::document(), 1..12),
        more in prop::collection::vec(json_texts::document(), 1..12),
        dropped in any::<u16>(),
    ) {
        let (first, second) = (block(&texts), block(&more));
        prop_assert_eq!(&sources(&first), &texts);
        let mut gone = RowSet::none(first.rows);
        for row in (0..first.rows).filter(|row| dropped >> row & 1 == 1) {
            gone.insert(row);
        }
        let joined = concat(&[(&first, &gone), (&second, &RowSet::none(second.rows))]);
        let kept = (0..).zip(texts).filter(|(row, _)| !gone.contains(*row)).map(|(_, text)| text);
        let expected: Vec<_> = kept.chain(more).collect();
        prop_assert_eq!(sources(&joined), expected);
    }
}

#[test]
fn documents_beyond_the_limits_come_back_as_well() {
    let object = |prefix: &str, keys: usize| {
        let members: Vec<_> = (0..keys).map(|n| format!("\"{prefix}{n}\":{n}")).collect();
        format!("{{{}}}", members.join(","))
    };
    let texts = [
        object("few", MAX_SHAPE_SLOTS / 2),
        object("many", MAX_SEGMENT_COLUMNS),
        object("few", MAX_SHAPE_SLOTS / 2),
        object("more", MAX_SHAPE_SLOTS + 1),
    ];
    let first = block(&texts[..2]);
    assert!(first.overflow.is_some(), "columns have a limit");
    assert_eq!(sources(&first), texts[..2]);
    let second = block(&texts[2..]);
    // What has a shape in its own block may find its columns taken in the joined one.
    for blocks in [[&first, &second], [&second, &first]] {
        let none = RowSet::none(2);
        let joined = concat(&[(blocks[0], &none), (blocks[1], &none)]);
        let expected: Vec<_> = blocks.into_iter().flat_map(sources).collect();
        assert_eq!(sources(&joined), expected);
    }
}

#[test]
fn documents_of_one_statement_share_their_shape() {
    let texts: Vec<_> = (0..100)
        .map(|n| {
            format!("{{\"a\": \"text {n}\", \"n\": {n}, \"f\": {n}.25, \"t\": [true, {n}.0]}}")
        })
        .collect();
    let block = block(&texts);
    assert_eq!(block.sources.shapes.len(), 1);
    assert_eq!(block.sources.literals.len(), 0);
    assert_eq!(sources(&block), texts);
}
