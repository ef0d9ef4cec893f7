//! Random documents, queries, sorts and aggregations, from a world small enough to collide.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, BucketKey, Choice, Chosen, ChosenTerms, CompositeAggregation,
    DateHistogram, Direction, HalfOpen, Histogram, Interval, MissingTuple, MultiTermsAggregation,
    PatternsAggregation, SourceValue, TermsAggregation, TermsOrder, TopHitsAggregation,
    TupleSource,
};
use swarmscope_query::ast::{BoolQuery, Bound, Case, Field, MinimumMatch, Operator, Query, Scalar};
use swarmscope_query::store::{Action, Missing, SortKey, SortMode};

const KEYS: [&str; 8] = [
    "timestamp",
    "@timestamp",
    "a",
    "b",
    "a.b",
    "message",
    "a.keyword",
    "tags",
];
/// Of the field that regular documents have.
const LEVELS: [&str; 3] = ["INFO", "ERROR", "alpha"];
const FIELDS: [&str; 16] = [
    "level",
    "level.keyword",
    "size",
    "timestamp",
    "@timestamp",
    "a",
    "b",
    "a.b",
    "message",
    "a.keyword",
    "tags.keyword",
    "message.keyword",
    "*",
    "a*",
    "*.keyword",
    "nothing",
];
const TEXTS: [&str; 15] = [
    "INFO",
    "alpha",
    "Alpha",
    "alpha beta",
    "beta alpha gamma",
    "1",
    "1.5",
    "true",
    "",
    "...",
    "1970-01-01T00:00:10Z",
    "1970-01-01T00:00:20.500Z",
    "1970-01-01",
    "Straße",
    "日本 alpha-beta",
];

#[derive(Debug, Clone)]
pub enum Step {
    Write(Vec<(Action, String, Value)>),
    Flush,
    Merge,
    Reopen,
}

fn text() -> impl Strategy<Value = String> {
    prop::sample::select(TEXTS.to_vec()).prop_map(str::to_owned)
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => text().prop_map(Value::from),
        3 => (-2_i64..40).prop_map(Value::from),
        1 => Just(json!(1.5)),
        1 => Just(json!(1e300)),
        1 => Just(json!(9_007_199_254_740_993_i64)),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!([])),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            3 => leaf(),
            1 => prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            1 => prop::collection::vec((prop::sample::select(vec!["b", "keyword", "c"]), inner), 0..3)
                .prop_map(|entries| object(entries.into_iter().map(|(k, v)| (k.to_owned(), v)))),
        ]
    })
}

fn object(entries: impl Iterator<Item = (String, Value)>) -> Value {
    Value::Object(entries.collect::<Map<_, _>>())
}

fn document(is_regular: bool) -> impl Strategy<Value = Value> {
    let entries = prop::collection::vec((prop::sample::select(KEYS.to_vec()), value()), 0..5);
    let regular = (prop::sample::select(LEVELS.to_vec()), 0..40_u32, 0..5_i32);
    (entries, regular).prop_map(move |(entries, (level, second, size))| {
        let entries = entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value));
        let mut document: Map<String, Value> = entries.collect();
        if is_regular {
            let time = format!("1970-01-01T00:00:{second:02}Z");
            document.insert("timestamp".to_owned(), time.into());
            document.insert("level".to_owned(), level.into());
            document.insert("size".to_owned(), size.into());
        }
        Value::Object(document)
    })
}

fn write(is_regular: bool) -> impl Strategy<Value = (Action, String, Value)> {
    let action = prop_oneof![
        5 => Just(Action::Create),
        3 => Just(Action::Index),
        1 => Just(Action::Delete),
    ];
    (action, 0..24_u8, document(is_regular))
        .prop_map(|(action, id, source)| (action, format!("id{id}"), source))
}

/// What happens to a store. Half of the stores get documents that all have some fields, as logs do: such
/// columns are looked at in ways of their own.
pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    any::<bool>().prop_flat_map(|is_regular| {
        let step = prop_oneof![
            6 => prop::collection::vec(write(is_regular), 1..8).prop_map(Step::Write),
            2 => Just(Step::Flush),
            1 => Just(Step::Merge),
            1 => Just(Step::Reopen),
        ];
        prop::collection::vec(step, 1..24)
    })
}

fn field() -> impl Strategy<Value = Field> {
    prop::sample::select(FIELDS.to_vec()).prop_map(Field::from_text)
}

fn case() -> impl Strategy<Value = Case> {
    prop::sample::select(vec![Case::AsGiven, Case::Analyzed, Case::Insensitive])
}

fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        text().prop_map(Scalar::Text),
        (-2_i64..40).prop_map(Scalar::Integer),
        Just(Scalar::Float(1.5)),
        any::<bool>().prop_map(Scalar::Boolean),
    ]
}

fn bound() -> impl Strategy<Value = Option<Bound>> {
    let bound = (scalar(), prop::option::of(0_i64..40), any::<bool>());
    prop::option::of(bound.prop_map(|(value, seconds, inclusive)| Bound {
        value,
        instant: seconds.map(|seconds| seconds * 1000),
        inclusive,
        formatted: false,
        time_zone: None,
    }))
}

fn clause() -> impl Strategy<Value = Query> {
    let ids = prop::collection::vec(0..30_u8, 0..4);
    prop_oneof![
        Just(Query::All),
        Just(Query::Nothing),
        ids.prop_map(|ids| Query::Ids(ids.into_iter().map(|id| format!("id{id}")).collect())),
        field().prop_map(|field| Query::Exists { field }),
        (field(), text(), any::<bool>(), prop::option::of(0..4_i32)).prop_map(
            |(field, text, all, minimum)| Query::Match {
                field,
                text,
                operator: if all { Operator::And } else { Operator::Or },
                minimum: minimum.map(MinimumMatch::Count),
            }
        ),
        (field(), text(), 0..3_u32, any::<bool>()).prop_map(|(field, text, slop, prefix)| {
            Query::Phrase {
                field,
                text,
                slop,
                prefix,
            }
        }),
        (field(), scalar(), case()).prop_map(|(field, value, case)| Query::Term {
            field,
            value,
            case
        }),
        (field(), prop::collection::vec(scalar(), 0..4))
            .prop_map(|(field, values)| Query::Terms { field, values }),
        (field(), bound(), bound()).prop_map(|(field, lower, upper)| Query::Range {
            field,
            lower,
            upper
        }),
        (
            field(),
            prop::sample::select(vec!["al", "Al", "1", "alpha b", ""]),
            case()
        )
            .prop_map(|(field, value, case)| Query::Prefix {
                field,
                value: value.into(),
                case
            }),
        (
            field(),
            prop::sample::select(vec!["al*", "*a", "?lpha", "A*", "*a b*", "*"]),
            case()
        )
            .prop_map(|(field, pattern, case)| Query::Wildcard {
                field,
                pattern: pattern.into(),
                case
            }),
        (
            field(),
            prop::sample::select(vec!["al.*", "[a-b]+.*", "alpha|beta", "..."]),
            case()
        )
            .prop_map(|(field, pattern, case)| Query::Regexp {
                field,
                pattern: pattern.into(),
                case
            }),
        (
            field(),
            prop::sample::select(vec!["alpah", "bet", "1"]),
            0..3_u8,
            0..2_u32
        )
            .prop_map(|(field, value, distance, prefix)| Query::Fuzzy {
                field,
                value: value.into(),
                distance,
                prefix
            }),
    ]
}

pub fn query() -> impl Strategy<Value = Query> {
    let query = clause().prop_recursive(3, 12, 3, |inner| {
        let clauses = || prop::collection::vec(inner.clone(), 0..3);
        let minimum = prop::option::of((-2..3_i32).prop_map(MinimumMatch::Count));
        (clauses(), clauses(), clauses(), clauses(), minimum).prop_map(
            |(must, filter, should, must_not, minimum)| {
                Query::Bool(BoolQuery {
                    must,
                    filter,
                    should,
                    must_not,
                    minimum,
                })
            },
        )
    });
    prop_oneof![
        8 => query.clone(),
        1 => query.prop_map(|query| Query::Nested {
            path: "a".to_owned(),
            query: Box::new(query),
        }),
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop::sample::select(vec![Direction::Ascending, Direction::Descending])
}

fn plain_field() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "level.keyword",
        "size",
        "timestamp",
        "@timestamp",
        "a",
        "b",
        "a.b",
        "message.keyword",
        "a.keyword",
        "tags",
        "nothing",
    ])
    .prop_map(str::to_owned)
}

fn sort_mode() -> impl Strategy<Value = SortMode> {
    prop::sample::select(vec![
        SortMode::Outermost,
        SortMode::Min,
        SortMode::Max,
        SortMode::Sum,
        SortMode::Average,
        SortMode::Median,
    ])
}

pub fn sort() -> impl Strategy<Value = Vec<SortKey>> {
    let missing = prop_oneof![
        Just(Missing::First),
        Just(Missing::Last),
        scalar().prop_map(Missing::Value),
    ];
    let key = prop_oneof![
        direction().prop_map(SortKey::Time),
        direction().prop_map(SortKey::Sequence),
        direction().prop_map(SortKey::Score),
        (plain_field(), direction(), missing, sort_mode()).prop_map(
            |(field, direction, missing, mode)| SortKey::Field {
                field,
                direction,
                missing,
                mode,
            }
        ),
    ];
    prop::collection::vec(key, 0..3)
}

fn metric() -> impl Strategy<Value = AggregationKind> {
    (plain_field(), 0..12_u8).prop_map(|(field, kind)| match kind {
        0 => AggregationKind::Min { field },
        1 => AggregationKind::Max { field },
        2 => AggregationKind::ValueCount { field },
        3 => AggregationKind::Stats { field },
        4 => AggregationKind::Percentiles {
            field,
            percents: vec![0.0, 12.5, 50.0, 99.0, 100.0],
        },
        5 => AggregationKind::PercentileRanks {
            field,
            values: vec![-3.0, 0.0, 1.0, 1.5, 17.0, 1e9],
        },
        6 => AggregationKind::MedianDeviation { field },
        7 => AggregationKind::Boxplot { field },
        8 => AggregationKind::StringStats { field },
        9 => AggregationKind::DistinctValues { field },
        _ => AggregationKind::Cardinality { field },
    })
}

/// Never by score: the naive store ranks the documents of a bucket as if all matched alike. Scores within buckets
/// are compared with a real node, in the scenarios of pages by score.
fn top_hits() -> impl Strategy<Value = AggregationKind> {
    (sort(), 0..3_usize, 1..4_usize).prop_map(|(mut sort, from, size)| {
        sort.retain(|key| !matches!(key, SortKey::Score(_)));
        AggregationKind::TopHits(TopHitsAggregation {
            sort,
            from,
            size,
            scored: false,
        })
    })
}

fn tuple_source() -> impl Strategy<Value = TupleSource> {
    let value = prop_oneof![
        3 => plain_field().prop_map(|field| SourceValue::Term { field }),
        1 => (plain_field(), 1..20_u8).prop_map(|(field, width)| {
            SourceValue::Numbers(Histogram {
                field,
                interval: f64::from(width) / 2.0,
                offset: 0.0,
                min_doc_count: 1,
                extended_bounds: None,
                hard_bounds: None,
                order: Vec::new(),
            })
        }),
    ];
    let missing = prop_oneof![
        Just(None),
        any::<bool>().prop_map(|first| Some(MissingTuple::Nothing { first })),
        scalar().prop_map(|value| Some(MissingTuple::Value(value))),
    ];
    (value, direction(), missing).prop_map(|(value, direction, missing)| TupleSource {
        value,
        direction,
        missing,
    })
}

fn key() -> impl Strategy<Value = Option<BucketKey>> {
    prop::option::of(scalar().prop_map(|value| match value {
        Scalar::Text(text) => BucketKey::Text(text),
        Scalar::Integer(number) => BucketKey::Integer(number),
        Scalar::Float(number) => BucketKey::Float(number),
        Scalar::Boolean(flag) => BucketKey::Boolean(flag),
    }))
}

fn composite() -> impl Strategy<Value = AggregationKind> {
    let sources = prop::collection::vec((tuple_source(), key()), 1..3);
    (sources, any::<bool>(), 1..8_usize).prop_map(|(sources, goes_on, size)| {
        let (sources, after): (Vec<_>, Vec<_>) = sources.into_iter().unzip();
        AggregationKind::Composite(CompositeAggregation {
            sources,
            size,
            after: goes_on.then_some(after),
        })
    })
}

fn multi_terms() -> impl Strategy<Value = AggregationKind> {
    let source = |mut source: TupleSource| {
        source.direction = Direction::Ascending;
        source
    };
    let sources = prop::collection::vec(tuple_source().prop_map(source), 2..4);
    (sources, 1..6_usize, 1..3_u64).prop_map(|(sources, size, min_doc_count)| {
        AggregationKind::MultiTerms(MultiTermsAggregation {
            sources,
            size,
            min_doc_count,
            order: vec![(TermsOrder::Count, Direction::Descending)],
        })
    })
}

fn chosen_terms() -> impl Strategy<Value = AggregationKind> {
    let chosen = || {
        prop_oneof![
            Just(None),
            "[a-c][.][*]".prop_map(|text| Some(Chosen::pattern(&text).expect("a pattern"))),
            prop::collection::vec(scalar(), 0..4).prop_map(|values| Some(Chosen::Values(values))),
        ]
    };
    (
        plain_field(),
        1..6_usize,
        chosen(),
        chosen(),
        prop::option::of(1..4_u64),
    )
        .prop_map(|(field, size, include, exclude, max_doc_count)| {
            AggregationKind::ChosenTerms(ChosenTerms {
                terms: TermsAggregation {
                    field,
                    size,
                    min_doc_count: 1,
                    order: vec![(TermsOrder::Count, Direction::Ascending)],
                    missing: None,
                },
                choice: Choice { include, exclude },
                max_doc_count,
            })
        })
}

fn half_open<T: Copy + std::fmt::Debug + 'static>(
    ends: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Vec<HalfOpen<T>>> {
    let range = (prop::option::of(ends.clone()), prop::option::of(ends))
        .prop_map(|(from, to)| HalfOpen { from, to });
    prop::collection::vec(range, 1..4)
}

/// Buckets that the request names.
fn slots() -> impl Strategy<Value = AggregationKind> {
    prop_oneof![
        2 => query().prop_map(AggregationKind::Filter),
        2 => (prop::collection::vec(query(), 1..3), any::<bool>())
            .prop_map(|(queries, others)| AggregationKind::Filters { queries, others }),
        1 => plain_field().prop_map(|field| AggregationKind::Missing { field }),
        1 => Just(AggregationKind::Nested { path: "a".to_owned() }),
        1 => (plain_field(), half_open(-3.0..40.0_f64))
            .prop_map(|(field, ranges)| AggregationKind::Range { field, ranges }),
        1 => (plain_field(), half_open(0..40_000_i64))
            .prop_map(|(field, ranges)| AggregationKind::DateRange { field, ranges }),
    ]
}

fn by_time() -> impl Strategy<Value = AggregationKind> {
    (5_000_i64..50_000).prop_map(|width| {
        AggregationKind::DateHistogram(DateHistogram {
            field: "timestamp".to_owned(),
            interval: Interval::Fixed(width),
            offset_ms: 0,
            time_zone: jiff::tz::TimeZone::UTC,
            min_doc_count: 1,
            extended_bounds: None,
            hard_bounds: None,
            order: Vec::new(),
        })
    })
}

fn bucketing() -> impl Strategy<Value = AggregationKind> {
    let order = prop_oneof![
        Just(vec![(TermsOrder::Count, Direction::Descending)]),
        Just(vec![(TermsOrder::Key, Direction::Ascending)]),
        Just(vec![
            (TermsOrder::Count, Direction::Ascending),
            (TermsOrder::Key, Direction::Descending)
        ]),
    ];
    let terms = (
        plain_field(),
        1..6_usize,
        1..3_u64,
        order,
        prop::option::of(scalar()),
    )
        .prop_map(|(field, size, min_doc_count, order, missing)| {
            AggregationKind::Terms(TermsAggregation {
                field,
                size,
                min_doc_count,
                order,
                missing,
            })
        });
    let histogram = (
        prop::sample::select(vec!["b", "a", "message"]),
        3_600_000..90_000_000_i64,
        1..3_u64,
    )
        .prop_map(|(field, width, min_doc_count)| {
            AggregationKind::DateHistogram(DateHistogram {
                field: field.to_owned(),
                interval: Interval::Fixed(width),
                offset_ms: 0,
                time_zone: jiff::tz::TimeZone::UTC,
                min_doc_count,
                extended_bounds: None,
                hard_bounds: None,
                order: Vec::new(),
            })
        });
    let numeric = (plain_field(), 1..20_u8, 0..4_u8, 1..3_u64).prop_map(
        |(field, width, offset, min_doc_count)| {
            let interval = f64::from(width) / 2.0;
            AggregationKind::Histogram(Histogram {
                field,
                interval,
                offset: f64::from(offset).rem_euclid(interval),
                min_doc_count,
                extended_bounds: None,
                hard_bounds: None,
                order: Vec::new(),
            })
        },
    );
    let patterns = (plain_field(), 1..6_usize, 0..3_usize).prop_map(|(field, size, samples)| {
        AggregationKind::Patterns(PatternsAggregation {
            field,
            size,
            samples,
        })
    });
    prop_oneof![
        3 => terms,
        1 => histogram,
        2 => by_time(),
        1 => numeric,
        2 => slots(),
        2 => patterns,
        2 => composite(),
        1 => multi_terms(),
        1 => chosen_terms(),
    ]
}

pub fn aggregations() -> impl Strategy<Value = Vec<Aggregation>> {
    let aggregation = prop_oneof![4 => metric(), 1 => top_hits()]
        .prop_map(|kind| (kind, Vec::new()))
        .prop_recursive(2, 6, 2, |inner| {
            (bucketing(), prop::collection::vec(inner, 0..3))
                .prop_map(|(kind, within)| (kind, named(within)))
        });
    prop::collection::vec(aggregation, 0..4).prop_map(named)
}

fn named(kinds: Vec<(AggregationKind, Vec<Aggregation>)>) -> Vec<Aggregation> {
    kinds
        .into_iter()
        .enumerate()
        .map(|(at, (kind, within))| Aggregation {
            name: format!("agg{at}"),
            kind,
            within,
        })
        .collect()
}
