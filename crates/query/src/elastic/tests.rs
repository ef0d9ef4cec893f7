//! What bodies are read as. Messages, lines and columns are those of Elasticsearch 8.17 for the same
//! body, but for what it serves and we refuse by name.

use proptest::prelude::*;
use swarmscope_model::Timestamp;

use super::*;
use crate::aggregate::{AggregationKind, CalendarUnit, Direction, Interval, TermsOrder};
use crate::ast::{BoolQuery, Bound, Case, Field, MinimumMatch, Operator, Scalar};
use crate::store::{Missing, SortKey, SortMode, TrackTotal};

fn read(body: &str) -> SearchBody {
    search_body(body, Timestamp::from_millisecond(1_769_862_896_789))
        .unwrap_or_else(|error| panic!("{body}: {error}"))
}

fn query(clause: &str) -> Query {
    read(&format!("{{\"query\":{clause}}}")).query
}

fn named(name: &str) -> Field {
    Field::Named(name.to_owned())
}

#[test]
fn clauses_become_the_tree() {
    let text = |text: &str| Scalar::Text(text.to_owned());
    assert_eq!(query(r#"{"match_all":{"boost":2}}"#), Query::All.times(2.0));
    assert_eq!(
        query(r#"{"match":{"m":{"query":"a b","operator":"AND","minimum_should_match":"-25%"}}}"#),
        Query::Match {
            field: named("m"),
            text: "a b".into(),
            operator: Operator::And,
            minimum: Some(MinimumMatch::Percent(-25)),
        }
    );
    assert_eq!(
        query(r#"{"match_phrase":{"m":{"query":"a b","slop":2}}}"#),
        Query::Phrase {
            field: named("m"),
            text: "a b".into(),
            slop: 2,
            prefix: false
        }
    );
    assert_eq!(
        query(r#"{"term":{"e.keyword":{"value":"X","case_insensitive":true}}}"#),
        Query::Term {
            field: named("e.keyword"),
            value: text("X"),
            case: Case::Insensitive
        }
    );
    assert_eq!(
        query(r#"{"terms":{"n":[1,2.5,"x",true],"boost":1}}"#),
        Query::Terms {
            field: named("n"),
            values: vec![
                Scalar::Integer(1),
                Scalar::Float(2.5),
                text("x"),
                Scalar::Boolean(true)
            ],
        }
    );
    assert_eq!(query(r#"{"term":{"_id":7}}"#), Query::Ids(vec!["7".into()]));
    assert_eq!(
        query(r#"{"exists":{"field":"m.*"}}"#),
        Query::Exists {
            field: Field::Pattern("m.*".into())
        }
    );
    assert_eq!(
        query(r#"{"prefix":{"m":"nova.os"}}"#),
        Query::Phrase {
            field: named("m"),
            text: "nova.os".into(),
            slop: 0,
            prefix: true
        }
    );
    let Query::Bool(clauses) = query(
        r#"{"bool":{"must":{"match_all":{}},"filter":[{"term":{"a":1}},{"term":{"b":2}}],
            "must_not":[],"should":[{"term":{"c":3}}],"minimum_should_match":1}}"#,
    ) else {
        panic!("a bool");
    };
    let BoolQuery {
        must,
        filter,
        should,
        must_not,
        minimum,
    } = clauses;
    assert_eq!(
        (must.len(), filter.len(), should.len(), must_not.len()),
        (1, 2, 1, 0)
    );
    assert_eq!(minimum, Some(MinimumMatch::Count(1)));
    assert_eq!(query(r#"{"bool":{}}"#), Query::All);
}

#[test]
fn ranges_take_date_math_formats_and_zones() {
    let bounds = |clause: &str| match query(clause) {
        Query::Range { lower, upper, .. } => (lower, upper),
        other => panic!("{clause}: {other:?}"),
    };
    let (lower, upper) = bounds(r#"{"range":{"timestamp":{"gte":"now-1d/d","lt":"now/d"}}}"#);
    let instant = |bound: Option<Bound>| bound.and_then(|bound| bound.instant);
    assert_eq!(
        (instant(lower), instant(upper)),
        (Some(1_769_731_200_000), Some(1_769_817_600_000))
    );
    let (lower, _) =
        bounds(r#"{"range":{"t":{"gt":"31/01/2026","format":"dd/MM/yyyy","time_zone":"+01:00"}}}"#);
    assert_eq!(instant(lower), Some(1_769_900_399_999));
    let (lower, upper) =
        bounds(r#"{"range":{"n":{"from":1,"to":"5","include_upper":false,"gt":null}}}"#);
    assert_eq!(lower, None);
    assert_eq!(
        upper,
        Some(Bound {
            value: Scalar::Text("5".into()),
            instant: Some(5),
            inclusive: false,
            formatted: false,
            time_zone: None,
        })
    );
}

#[test]
fn aggregations_sort_and_page_are_read() {
    let body = read(
        r#"{"size":3,"from":2,"track_total_hits":true,"_source":["a"],"seq_no_primary_term":true,
            "sort":["a",{"timestamp":"desc"},{"b":{"order":"desc","missing":"_first","unmapped_type":"long"}},"_score"],
            "aggs":{"t":{"terms":{"field":"e.keyword","size":5,"order":[{"m.value":"desc"},{"_key":"asc"}]},
              "aggs":{"m":{"max":{"field":"n"}},
                "h":{"date_histogram":{"field":"@timestamp","calendar_interval":"1M","time_zone":"+01:00","min_doc_count":1,
                     "offset":"-1h","extended_bounds":{"min":"2026-01-01","max":1769862896789}}}}}}}"#,
    );
    assert_eq!(
        (body.size, body.from, body.total),
        (3, 2, TrackTotal::Exactly)
    );
    assert_eq!(
        body.sort,
        [
            SortKey::Field {
                field: "a".into(),
                direction: Direction::Ascending,
                missing: Missing::Last,
                mode: SortMode::Outermost,
            },
            SortKey::Time(Direction::Descending),
            SortKey::Field {
                field: "b".into(),
                direction: Direction::Descending,
                missing: Missing::First,
                mode: SortMode::Outermost,
            },
            SortKey::Score(Direction::Descending),
        ]
    );
    let AggregationKind::Terms(terms) = &body.aggregations[0].kind else {
        panic!("terms")
    };
    assert_eq!(
        terms.order,
        [
            (TermsOrder::Metric("m".into()), Direction::Descending),
            (TermsOrder::Key, Direction::Ascending)
        ]
    );
    let AggregationKind::DateHistogram(histogram) = &body.aggregations[0].within[1].kind else {
        panic!("a date_histogram");
    };
    assert_eq!(histogram.interval, Interval::Calendar(CalendarUnit::Month));
    assert_eq!(
        (histogram.offset_ms, histogram.min_doc_count),
        (-3_600_000, 1)
    );
    // The bound without an offset is in the histogram's zone.
    assert_eq!(
        histogram.extended_bounds,
        Some((1_767_222_000_000, 1_769_862_896_789))
    );
    assert_eq!(body.shapes.aggregations[0].within.aggregations.len(), 2);
}

/// A body, and the class, place and words of what is wrong with it.
type Mistake = (&'static str, Class, (usize, usize), &'static str);

const MISTAKES: &[Mistake] = &[
    (
        r#"{"query":{"foo":{}}}"#,
        Class::Parsing,
        (1, 17),
        "unknown query [foo]",
    ),
    (
        r#"{"query":{"match":{"a":{"foo":1}}}}"#,
        Class::Parsing,
        (1, 31),
        "[match] query does not support [foo]",
    ),
    (
        r#"{"foo":1}"#,
        Class::Parsing,
        (1, 8),
        "Unknown key for a VALUE_NUMBER in [foo].",
    ),
    (
        r#"{"query":{"match":{"a":"b","c":"d"}}}"#,
        Class::Parsing,
        (1, 32),
        "[match] query doesn't support multiple fields, found [a] and [c]",
    ),
    (
        r#"{"query":{}}"#,
        Class::Argument,
        (1, 11),
        "query malformed, empty clause found at [1:11]",
    ),
    (
        r#"{"query":[]}"#,
        Class::Parsing,
        (1, 10),
        "Unknown key for a START_ARRAY in [query].",
    ),
    (
        r#"{"query":"#,
        Class::EndOfInput,
        (1, 10),
        "[1:10] Unexpected end of file",
    ),
    (
        r#"{"query":{"bool":{"foo":[]}}}"#,
        Class::Content,
        (1, 19),
        "[1:19] [bool] unknown field [foo]",
    ),
    (
        r#"{"query":{"match_all":{},"match":{}}}"#,
        Class::Parsing,
        (1, 26),
        "[match_all] malformed query, expected [END_OBJECT] but found [FIELD_NAME]",
    ),
    (
        r#"{"aggs":{"a":{"foo":{}}}}"#,
        Class::Parsing,
        (1, 21),
        "Unknown aggregation type [foo]",
    ),
    (
        r#"{"aggs":{"a":{"terms":{"field":"n","foo":1}}}}"#,
        Class::Content,
        (1, 36),
        "[1:36] [terms] unknown field [foo]",
    ),
    (
        r#"{"aggs":{"a":{}}}"#,
        Class::Parsing,
        (1, 15),
        "Missing definition for aggregation [a]",
    ),
    (
        r#"{"query":{"terms":{"a":"x"}}}"#,
        Class::Parsing,
        (1, 24),
        "[terms] query does not support [a]",
    ),
    (
        r#"{"sort":[{"n":{"foo":"asc"}}]}"#,
        Class::Content,
        (1, 16),
        "[1:16] [field_sort] unknown field [foo]",
    ),
    (
        r#"{"_source":1}"#,
        Class::Parsing,
        (1, 12),
        "Expected one of [VALUE_BOOLEAN, VALUE_STRING, START_ARRAY, START_OBJECT] but found [VALUE_NUMBER]",
    ),
    (
        "{\n \"size\": \"a\"}",
        Class::Number,
        (2, 10),
        "For input string: \"a\"",
    ),
    (
        r#"{"size":-2}"#,
        Class::Argument,
        (1, 9),
        "[size] parameter cannot be negative, found [-2]",
    ),
    (
        r#"{"query":{"query_string":{"query":"a:b:c"}}}"#,
        Class::Shard,
        (1, 35),
        "Failed to parse query [a:b:c]",
    ),
    (
        r#"{"aggs":{"a":{"sampler":{"field":"n"}}}}"#,
        Class::Argument,
        (1, 25),
        "aggregation type [sampler] is not supported here",
    ),
    (
        r#"{"aggs":{"a":{"percentiles":{"field":"n","percents":[50,-1]}}}}"#,
        Class::Unbuilt,
        (1, 57),
        "Failed to build [percentiles] after last required field arrived",
    ),
    (
        r#"{"aggs":{"a":{"percentile_ranks":{"field":"n"}}}}"#,
        Class::Unbuilt,
        (1, 34),
        "Failed to build [percentile_ranks] after last required field arrived",
    ),
    (
        r#"{"aggs":{"a":{"histogram":{"field":"n","interval":-1}}}}"#,
        Class::Content,
        (1, 51),
        "[1:51] [histogram] failed to parse field [interval]: [interval] must be >0 for histogram aggregation",
    ),
];

#[test]
fn mistakes_are_told_as_elasticsearch_tells_them() {
    for &(body, class, at, reason) in MISTAKES {
        let error = search_body(body, Timestamp::from_millisecond(0)).expect_err(body);
        assert_eq!(error.to_string(), reason, "{body}");
        assert_eq!(
            (error.kind.class(), (error.line, error.column)),
            (class, at),
            "{body}"
        );
    }
}

#[test]
fn hostile_bodies_are_refused() {
    let now = Timestamp::from_millisecond(0);

    let deep = format!(
        "{{\"query\":{}{{\"match_all\":{{}}}}{}}}",
        "{\"bool\":{\"must\":".repeat(40),
        "}}".repeat(40)
    );
    assert_eq!(
        search_body(&deep, now).expect_err("deep").kind.class(),
        Class::TooManyClauses
    );
    let deeper = "[".repeat(100_000);
    assert!(search_body(&deeper, now).is_err());
    let wide = vec!["{\"term\":{\"a\":1}}"; 2_000].join(",");
    let wide = format!("{{\"query\":{{\"bool\":{{\"should\":[{wide}]}}}}}}");
    assert_eq!(
        search_body(&wide, now).expect_err("wide").kind.class(),
        Class::TooManyClauses
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "([{}\\[\\]\":,.]|[0-9ae-]|é|\\\\|null|true|\"query\"|\"match\"|\"aggs\"|\"range\"|\"gte\"| ){0,60}") {
        let _unread = search_body(&text, Timestamp::from_millisecond(0));
    }
}
