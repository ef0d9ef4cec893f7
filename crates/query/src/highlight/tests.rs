//! Pieces and marks, on texts of a few sentences.

use super::*;
use crate::ast::{Case, Field, Operator, Scalar};

const STORY: &str = "The run began at noon. It met an error in its first batch and went on. Nothing else came. \
                     A second error was of another kind: the disk was full.";

fn matching(field: &str, text: &str) -> Query {
    Query::Match {
        field: Field::from_text(field),
        text: text.to_owned(),
        operator: Operator::And,
        minimum: None,
    }
}

fn pieces(query: &Query, values: &[&str], options: HighlightOptions) -> Vec<String> {
    let highlighter = Highlighter::new(query, options).expect("a query");
    highlighter.pieces("message", values, View::Text)
}

#[test]
fn each_sentence_with_a_mark_is_a_piece() {
    let options = HighlightOptions {
        fragment_size: 60,
        ..HighlightOptions::default()
    };
    assert_eq!(
        pieces(
            &matching("message", "error"),
            &[STORY, "no", "An Error!"],
            options
        ),
        [
            "It met an <em>error</em> in its first batch and went on.",
            "A second <em>error</em> was of another kind: the disk was full.",
            "An <em>Error</em>!",
        ]
    );
}

#[test]
fn only_the_own_field_is_marked_unless_asked_otherwise() {
    let query = matching("title", "error");
    assert!(pieces(&query, &[STORY], HighlightOptions::default()).is_empty());
    let anywhere = HighlightOptions {
        own_field_only: false,
        fragments: 1,
        fragment_size: 30,
        ..HighlightOptions::default()
    };
    assert_eq!(pieces(&query, &[STORY], anywhere).len(), 1);
    let none = HighlightOptions {
        no_match_size: 9,
        ..HighlightOptions::default()
    };
    assert_eq!(pieces(&query, &[STORY], none), ["The run began"]);
}

#[test]
fn rows_are_marked_as_one_and_escaped_for_html() {
    let query = Query::Term {
        field: Field::Any,
        value: Scalar::Text("nova.compute".to_owned()),
        case: Case::Analyzed,
    };
    let options = HighlightOptions {
        fragments: 0,
        html: true,
        ..HighlightOptions::default()
    };
    assert_eq!(
        pieces(&query, &["<a> at Nova.Compute & nova"], options),
        ["&lt;a&gt; at <em>Nova.Compute</em> &amp; nova"]
    );
}

#[test]
fn any_text_is_cut_without_harm() {
    let options = HighlightOptions {
        fragment_size: 1,
        ..HighlightOptions::default()
    };
    for text in [
        "",
        ".",
        "é. É? ö!ö",
        "日本語。 error",
        "error\u{2029}error",
        "a.b.c error'",
    ] {
        let query = matching("message", "error é 語");
        let found = pieces(&query, &[text], options.clone());
        assert!(
            found.iter().all(|piece| piece.contains("<em>")),
            "{text:?}: {found:?}"
        );
    }
}
