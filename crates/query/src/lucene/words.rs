//! A text's words where our analysis splits finer than Elasticsearch's.
//!
//! Elasticsearch keeps `nova.compute`, `10.0.0.1` and `it's` as one word each; we keep two or more
//! (see [`crate::analysis`]). A query for such a word means its parts in a row: combined by `or`
//! they would find every document with an `s` or a `0`.

use crate::analysis::{is_word_character, joins, words};
use crate::ast::{BoolQuery, Case, Field, MinimumMatch, Operator, Query, Scalar};

/// Whether the field is looked at as a whole string.
pub(crate) fn is_whole(field: &Field) -> bool {
    match field {
        Field::Named(name) | Field::Pattern(name) => Field::split_keyword(name).1,
        Field::Any => false,
    }
}

/// The text's words in the field, combined.
pub(crate) fn matching(
    field: &Field,
    text: &str,
    operator: Operator,
    minimum: Option<MinimumMatch>,
) -> Query {
    let plain = |text: &str| Query::Match {
        field: field.clone(),
        text: text.to_owned(),
        operator,
        minimum: minimum.clone(),
    };
    if is_whole(field) {
        return plain(text);
    }
    match groups(text).as_slice() {
        [only] if is_split(only) => in_a_row(field, only),
        groups if groups.iter().any(|group| is_split(group)) => Query::Text {
            field: field.clone(),
            text: text.to_owned(),
            operator,
            minimum,
        },
        _ => plain(text),
    }
}

/// What [`Query::Text`] means: each word of Elasticsearch's as a clause.
pub(crate) fn expanded(
    field: &Field,
    text: &str,
    operator: Operator,
    minimum: Option<&MinimumMatch>,
) -> Query {
    let each = groups(text).into_iter().map(|group| match is_split(group) {
        true => in_a_row(field, group),
        false => Query::Match {
            field: field.clone(),
            text: group.to_owned(),
            operator,
            minimum: None,
        },
    });
    let clauses = each.collect();
    Query::Bool(match operator {
        Operator::And => BoolQuery {
            must: clauses,
            ..BoolQuery::default()
        },
        Operator::Or => BoolQuery {
            should: clauses,
            minimum: minimum.cloned(),
            ..BoolQuery::default()
        },
    })
}

/// All words of the text, in a row; a number or date when the field holds one.
pub(crate) fn in_a_row(field: &Field, text: &str) -> Query {
    Query::Term {
        field: field.clone(),
        value: Scalar::Text(text.to_owned()),
        case: Case::Analyzed,
    }
}

/// Whether the analysis makes more than one word of the text.
pub(crate) fn is_split(text: &str) -> bool {
    words(text).nth(1).is_some()
}

/// The words as Elasticsearch sees them, as pieces of the text.
pub(crate) fn groups(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = None;
    let mut before = None;
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        if is_word_character(character) {
            start.get_or_insert(offset);
        } else if let Some(begun) = start {
            let after = characters.peek().map(|(_, next)| *next);
            if !joins(before, character, after) {
                found.push(&text[begun..offset]);
                start = None;
            }
        }
        before = Some(character);
    }
    if let Some(begun) = start {
        found.push(&text[begun..]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_elasticsearch_words() {
        assert_eq!(
            groups("foo-bar nova.compute.API v1.2"),
            ["foo", "bar", "nova.compute.API", "v1.2"]
        );
        assert_eq!(
            groups("10.0.0.1:8080 it's, a. b 1,000"),
            ["10.0.0.1", "8080", "it's", "a", "b", "1,000"]
        );
        assert_eq!(groups("..."), [] as [&str; 0]);
    }

    #[test]
    fn what_only_we_split_stays_in_a_row() {
        let field = Field::Named("message".into());
        assert_eq!(
            matching(&field, "nova.compute", Operator::Or, None),
            in_a_row(&field, "nova.compute")
        );
        assert!(matches!(
            matching(&field, "foo-bar", Operator::Or, None),
            Query::Match { text, .. } if text == "foo-bar"
        ));
        let text = "at nova.compute";
        assert!(matches!(
            matching(&field, text, Operator::And, None),
            Query::Text { .. }
        ));
        let Query::Bool(both) = expanded(&field, text, Operator::And, None) else {
            panic!("two clauses");
        };
        assert_eq!(both.must.len(), 2);
        assert_eq!(both.must[1], in_a_row(&field, "nova.compute"));
    }
}
