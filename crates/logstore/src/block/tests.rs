//! Blocks give their documents back, byte for byte, however they were joined.

#[path = "../../../query/tests/support/json_texts.rs"]
mod json_texts;

use std::collections::BTreeMap;

use proptest::prelude::*;
use swarmscope_model::limits::{MAX_SEGMENT_COLUMNS, MAX_SHAPE_SLOTS};

use swarmscope_query::document::{Document, ValueRef, instant_of};

use super::builder::BlockBuilder;
use super::column::Kind;
use super::concat::concat;
use super::learner::Learner;
use super::{Block, overflow};
use crate::rows::RowSet;

fn block(texts: &[String]) -> Block {
    let mut builder = BlockBuilder::default();
    let mut learner = Learner::default();
    for text in texts {
        let pushed = builder.push(&mut learner, None, text, 7);
        pushed.expect("a document");
    }
    let mut block = builder.finish();
    block.sequences = std::sync::Arc::new(vec![0; texts.len()]);
    block.versions = std::sync::Arc::clone(&block.sequences);
    block
}

fn sources(block: &Block) -> Vec<String> {
    (0..block.rows).map(|row| block.source(row)).collect()
}

/// A path's values of one kind, as they are shown.
type Values = BTreeMap<(String, Kind), Vec<String>>;

/// What the columns hold of a row.
fn in_columns(block: &Block, row: u32) -> Values {
    let mut values = Values::new();
    for named in &block.columns {
        let places = named.column.places_of(row);
        let shown: Vec<_> = places
            .map(|at| format!("{:?}", named.column.value(at)))
            .collect();
        if !shown.is_empty() {
            values.insert((named.path.to_string(), named.kind), shown);
        }
    }
    for at in block
        .overflow
        .iter()
        .flat_map(|column| column.places_of(row))
    {
        let Some(ValueRef::Text(entry)) = block.overflow.as_ref().map(|column| column.value(at))
        else {
            continue;
        };
        let (path, kind, value) = overflow::read(entry).expect("an entry");
        let values = values.entry((path.to_owned(), kind)).or_default();
        values.push(format!("{value:?}"));
    }
    values
}

/// What a document holds.
fn in_document(text: &str) -> Values {
    let mut values = Values::new();
    let document = Document::parse(text.as_bytes()).expect("a document");
    for (path, value) in document.fields() {
        let mut add = |kind, value: ValueRef<'_>| {
            let values = values.entry((path.to_owned(), kind)).or_default();
            values.push(format!("{value:?}"));
        };
        add(Kind::of(value), value);
        if let Some(instant) = instant_of(path, value) {
            add(Kind::Instant, ValueRef::Integer(instant));
        }
    }
    values
}

proptest! {
    #[test]
    fn columns_hold_every_value_whether_the_shape_is_new_or_known(
        texts in prop::collection::vec(json_texts::document(), 1..8),
    ) {
        let texts = [texts.clone(), texts].concat();
        let block = block(&texts);
        for (row, text) in (0..).zip(&texts) {
            prop_assert_eq!(in_columns(&block, row), in_document(text), "{}", text);
            let time = Document::parse(text.as_bytes()).expect("a document").time(7);
            prop_assert_eq!(block.times[row as usize], time);
        }
    }

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
fn what_is_learned_has_limits() {
    // Keys that are data: no two documents are alike, and each has thousands of keys.
    let mut learner = Learner::default();
    let mut builder = BlockBuilder::default();
    let texts: Vec<_> = (0..40)
        .map(|n| {
            let members: Vec<_> = (0..1000)
                .map(|key| format!("\"k{n}-{key}\":\"v{key}\""))
                .collect();
            format!(
                "{{\"timestamp\":{n},{},\"agent_name\":\"a\"}}",
                members.join(",")
            )
        })
        .collect();
    for text in &texts {
        builder
            .push(&mut learner, None, text, 7)
            .expect("a document");
        assert_eq!(builder.about().agent, "a");
    }
    assert!(learner.fields.len() < 20_000, "{}", learner.fields.len());
    let block = builder.finish();
    assert_eq!(sources(&block), texts);
    assert_eq!(block.times.last(), Some(&39_000));
    for (row, text) in (0..).zip(&texts).step_by(13) {
        assert_eq!(in_columns(&block, row), in_document(text));
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
