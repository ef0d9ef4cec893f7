//! The order of a search that names none: by score where scores of its matches may differ, else newest first.
//!
//! The order is the same either way when all scores are one, and then the newest are found without a look at the others.

use crate::ast::{BoolQuery, Field, Query, Scalar, Scoring};
use crate::lucene::is_whole;

/// Whether two documents that the query finds may have different scores.
pub(super) fn scores_differ(query: &Query) -> bool {
    match query {
        Query::Match { field, .. } | Query::Text { field, .. } | Query::Phrase { field, .. } => {
            !is_one_value(field)
        }
        Query::Term { field, value, .. } => {
            !is_one_value(field) && matches!(value, Scalar::Text(_))
        }
        Query::Fuzzy { .. } => true,
        Query::Bool(clauses) => sums_differ(clauses),
        Query::Nested { query, .. } => scores_differ(query),
        Query::Scored { query, scoring } => match scoring {
            Scoring::Constant(_) => false,
            Scoring::Times(_) | Scoring::Best(_) => scores_differ(query),
            Scoring::When(_) => true,
        },
        Query::All
        | Query::Nothing
        | Query::Ids(_)
        | Query::Terms { .. }
        | Query::Range { .. }
        | Query::NumberRange { .. }
        | Query::Exists { .. }
        | Query::Prefix { .. }
        | Query::Wildcard { .. }
        | Query::Regexp { .. }
        | Query::Addresses { .. }
        | Query::Dates { .. } => false,
    }
}

/// Whether all that a clause over the field finds have the same value there: a whole string, which has no length and
/// is there once.
fn is_one_value(field: &Field) -> bool {
    matches!(field, Field::Named(name) if name.starts_with('_')) || is_whole(field)
}

fn sums_differ(clauses: &BoolQuery) -> bool {
    let should = &clauses.should;
    // What indices of different mappings mean: a document is in one of them.
    let by_index = !should.is_empty() && should.iter().all(is_of_indices);
    let all_hold = clauses.minimum_should() >= should.len() || by_index;
    !all_hold || clauses.must.iter().chain(should).any(scores_differ)
}

fn is_of_indices(clause: &Query) -> bool {
    let Query::Bool(clauses) = clause else {
        return false;
    };
    let is_index = |filter: &Query| matches!(filter, Query::Terms { field: Field::Named(name), .. } if name == "_index");
    clauses.filter.iter().any(is_index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elastic::query_body;
    use swarmscope_model::Timestamp;

    fn differ(clause: &str) -> bool {
        let body = format!(r#"{{"query":{clause}}}"#);
        let query = query_body(&body, Timestamp::from_millisecond(0)).expect("a query");
        scores_differ(&query)
    }

    #[test]
    fn words_have_scores_of_their_own_and_filters_have_not() {
        assert!(differ(r#"{"match":{"message":"disk"}}"#));
        assert!(differ(r#"{"query_string":{"query":"disk AND full"}}"#));
        assert!(differ(
            r#"{"bool":{"must":[{"match_phrase":{"message":"disk full"}}]}}"#
        ));
        assert!(!differ(r#"{"match_all":{}}"#));
        assert!(!differ(r#"{"term":{"level.keyword":"error"}}"#));
        assert!(!differ(r#"{"terms":{"level":["error","warn"]}}"#));
        assert!(!differ(
            r#"{"bool":{"filter":[{"match":{"message":"disk"}}],"must":[{"range":{"n":{"gt":1}}}]}}"#
        ));
        assert!(!differ(
            r#"{"constant_score":{"filter":{"match":{"message":"disk"}}}}"#
        ));
    }

    #[test]
    fn clauses_that_may_hold_or_not_make_a_difference() {
        let two = r#""should":[{"range":{"n":{"gt":1}}},{"exists":{"field":"n"}}]"#;
        assert!(differ(&format!(r#"{{"bool":{{{two}}}}}"#)));
        assert!(!differ(&format!(
            r#"{{"bool":{{{two},"minimum_should_match":2}}}}"#
        )));
    }
}
