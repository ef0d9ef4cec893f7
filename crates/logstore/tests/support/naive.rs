//! The obviously right store: a list of documents, looked at one by one.
#![allow(dead_code, reason = "each test uses its part")]

#[path = "naive_corpus.rs"]
mod corpus;
#[path = "naive_numbers.rs"]
mod numbers;
#[path = "naive_tuples.rs"]
mod tuples;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use numbers::{numbers_of, own_numbers};
use swarmscope_patterns::Miner;
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, AggregationResults, Bucket, BucketKey,
    DateHistogram, Direction, Histogram, Interval, Pattern, PatternsAggregation, Sample, Slot,
    TermsAggregation, TermsOrder,
};
use swarmscope_query::ast::{Field, Query, Scalar};
use swarmscope_query::document::{Document, ValueRef, instant_of, is_time_field, objects_at};
use swarmscope_query::evaluate::{compile, order::compare};
use swarmscope_query::store::{Missing, SearchRequest, SortKey, SortMode, SortValue};

/// A document that was stored.
#[derive(Debug, Clone)]
pub struct Stored {
    pub id: String,
    pub sequence: u64,
    pub version: u64,
    pub source: String,
    pub document: Document,
    /// The document's time.
    pub time: i64,
}

/// Which values of a field sorts and aggregations see.
fn values(stored: &Stored, field: &str) -> Vec<(Scalar, bool)> {
    if is_time_field(field) {
        return instants(stored, field)
            .into_iter()
            .map(|at| (Scalar::Integer(at), true))
            .collect();
    }
    let (base, keyword) = Field::split_keyword(field);
    stored
        .document
        .fields()
        .filter(|(path, _)| *path == base || keyword && *path == field)
        .map(|(_, value)| (value.to_scalar(), false))
        .collect()
}

fn instants(stored: &Stored, field: &str) -> Vec<i64> {
    let (base, _) = Field::split_keyword(field);
    let own: Vec<ValueRef<'_>> = stored.document.values_at(base).collect();
    if own.is_empty() && base == "@timestamp" {
        return vec![stored.time];
    }
    own.into_iter()
        .filter_map(|value| instant_of(base, value))
        .collect()
}

/// The ids in order, the number of matches, and the aggregations.
pub fn search(
    documents: &[Stored],
    request: &SearchRequest,
) -> (Vec<(String, Vec<SortValue>)>, u64, AggregationResults) {
    let matcher = compile(&request.query).expect("a query");
    let matching: Vec<&Stored> = documents
        .iter()
        .filter(|stored| {
            request.time.contains(stored.time)
                && request
                    .after_sequence
                    .is_none_or(|after| stored.sequence > after)
                && request
                    .up_to_sequence
                    .is_none_or(|last| stored.sequence <= last)
                && matcher.matches(&stored.document, &stored.id, stored.time)
        })
        .collect();
    let corpus = corpus::Documents(documents);
    let score = |stored: &Stored| -> f32 {
        let score = matcher.score(&stored.document, &stored.id, stored.time, &corpus);
        score.unwrap_or_else(|never| match never {})
    };
    let is_enough = |stored: &&Stored| request.min_score.is_none_or(|least| score(stored) >= least);
    let matching: Vec<&Stored> = matching.into_iter().filter(is_enough).collect();
    let mut ranked: Vec<(&Stored, Vec<SortValue>)> = matching
        .iter()
        .map(|stored| {
            let score = score(stored);
            (
                *stored,
                request
                    .sort
                    .iter()
                    .map(|key| sort_value(stored, key, score))
                    .collect(),
            )
        })
        .collect();
    ranked.sort_by(|a, b| {
        by_keys(&request.sort, &a.1, &b.1)
            .then_with(|| b.0.time.cmp(&a.0.time))
            .then_with(|| a.0.sequence.cmp(&b.0.sequence))
    });
    if let Some(after) = &request.after {
        ranked.retain(|(_, values)| by_keys(&request.sort, values, after) == Ordering::Greater);
    }
    let hits = ranked
        .into_iter()
        .skip(request.from)
        .take(request.size)
        .map(|(stored, values)| (stored.id.clone(), values))
        .collect();
    (
        hits,
        matching.len() as u64,
        aggregate(&matching, &request.aggregations),
    )
}

fn sort_value(stored: &Stored, key: &SortKey, score: f32) -> SortValue {
    match key {
        SortKey::Time(_) => Some(Scalar::Integer(stored.time)),
        SortKey::Sequence(_) => Some(Scalar::Integer(stored.sequence as i64)),
        SortKey::Score(_) => score.to_string().parse().ok().map(Scalar::Float),
        SortKey::Field {
            field,
            direction,
            missing,
            mode,
        } => {
            let mut values: Vec<Scalar> = values(stored, field)
                .into_iter()
                .map(|(value, _)| value)
                .collect();
            values.sort_by(|a, b| compare(ValueRef::of(a), ValueRef::of(b)));
            let chosen = match (mode, direction) {
                (SortMode::Min, _) | (SortMode::Outermost, Direction::Ascending) => {
                    values.first().cloned()
                }
                (SortMode::Max, _) | (SortMode::Outermost, Direction::Descending) => {
                    values.last().cloned()
                }
                (mode, _) => mode.reduce(values),
            };
            match (chosen, missing) {
                (None, Missing::Value(value)) => Some(value.clone()),
                (chosen, _) => chosen,
            }
        }
    }
}

fn by_keys(keys: &[SortKey], a: &[SortValue], b: &[SortValue]) -> Ordering {
    for ((key, a), b) in keys.iter().zip(a).zip(b) {
        let (direction, first) = match key {
            SortKey::Time(d) | SortKey::Sequence(d) | SortKey::Score(d) => (*d, false),
            SortKey::Field {
                direction, missing, ..
            } => (*direction, *missing == Missing::First),
        };
        let ordering = match (a, b) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) if first => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) if first => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => {
                let ordering = compare(ValueRef::of(a), ValueRef::of(b));
                if direction == Direction::Descending {
                    ordering.reverse()
                } else {
                    ordering
                }
            }
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

fn aggregate(matching: &[&Stored], aggregations: &[Aggregation]) -> AggregationResults {
    aggregations
        .iter()
        .map(|own| (own.name.clone(), one(matching, own)))
        .collect()
}

fn one(matching: &[&Stored], aggregation: &Aggregation) -> AggregationResult {
    let within = &aggregation.within;
    match &aggregation.kind {
        AggregationKind::Terms(terms) => terms_of(matching, terms, within),
        AggregationKind::DateHistogram(histogram) => histogram_of(matching, histogram, within),
        AggregationKind::Histogram(histogram) => numeric_histogram_of(matching, histogram, within),
        AggregationKind::Patterns(patterns) => patterns_of(matching, patterns, within),
        AggregationKind::Filter(query) => slots(matching, within, &[matches(query)]),
        AggregationKind::Filters { queries, others } => {
            let mut tests: Vec<Test> = queries.iter().map(matches).collect();
            if *others {
                let queries = queries.clone();
                tests.push(Box::new(move |stored| {
                    !queries.iter().any(|query| matches(query)(stored))
                }));
            }
            slots(matching, within, &tests)
        }
        AggregationKind::Nested { path } => {
            let objects: Vec<Stored> = matching
                .iter()
                .flat_map(|stored| objects_of(stored, path))
                .collect();
            let objects: Vec<&Stored> = objects.iter().collect();
            slots(&objects, within, &[Box::new(|_| true)])
        }
        AggregationKind::Missing { field } => {
            let field = field.clone();
            slots(
                matching,
                within,
                &[Box::new(move |stored| values(stored, &field).is_empty())],
            )
        }
        AggregationKind::Range { field, ranges } => {
            let tests = ranges.iter().map(|range| -> Test {
                let (field, range) = (field.clone(), *range);
                Box::new(move |stored| {
                    let mut own = own_numbers(stored, &field).into_iter();
                    own.any(|(number, _)| range.contains(number))
                })
            });
            slots(matching, within, &tests.collect::<Vec<_>>())
        }
        AggregationKind::DateRange { field, ranges } => {
            let tests = ranges.iter().map(|range| -> Test {
                let (field, range) = (field.clone(), *range);
                Box::new(move |stored| {
                    instants(stored, &field)
                        .into_iter()
                        .any(|at| range.contains(at))
                })
            });
            slots(matching, within, &tests.collect::<Vec<_>>())
        }
        AggregationKind::ChosenTerms(chosen) => tuples::chosen_of(matching, chosen, within),
        AggregationKind::Composite(composite) => tuples::composite_of(matching, composite, within),
        AggregationKind::MultiTerms(terms) => tuples::multi_terms_of(matching, terms, within),
        AggregationKind::TopHits(top) => tuples::top_of(matching, top),
        kind => numbers_of(matching, kind),
    }
}

/// The index that the documents of a naive store are in.
pub const INDEX: &str = "logs";

fn patterns_of(
    matching: &[&Stored],
    request: &PatternsAggregation,
    within: &[Aggregation],
) -> AggregationResult {
    let (base, _) = Field::split_keyword(&request.field);
    let mut miner = Miner::default();
    let mut shapes: Vec<(u32, &Stored)> = Vec::new();
    for stored in matching {
        let mut texts = stored
            .document
            .values_at(base)
            .filter_map(|value| match value {
                ValueRef::Text(text) => Some(text.to_owned()),
                _ => None,
            });
        if let Some(text) = texts.next() {
            shapes.push((miner.add(&text), *stored));
        }
    }
    let templates = miner.templates();
    let (mut patterns, mut distinct, mut other_count) = (Vec::new(), 0, 0);
    for (number, template) in (0..).zip(&templates.templates) {
        let of_template =
            |(shape, _): &&(u32, &Stored)| templates.of_shape[*shape as usize] == number;
        let mut own: Vec<&Stored> = shapes
            .iter()
            .filter(of_template)
            .map(|(_, stored)| *stored)
            .collect();
        if own.is_empty() {
            continue;
        }
        distinct += 1;
        if patterns.len() == request.size {
            other_count += own.len() as u64;
            continue;
        }
        let within = aggregate(&own, within);
        let count = own.len() as u64;
        own.sort_by_key(|stored| std::cmp::Reverse((stored.time, stored.sequence)));
        patterns.push(Pattern {
            text: template.text.clone(),
            count,
            samples: own
                .iter()
                .take(request.samples)
                .map(|stored| Sample {
                    index: INDEX.to_owned(),
                    id: stored.id.clone(),
                    time: stored.time,
                })
                .collect(),
            within,
        });
    }
    AggregationResult::Patterns {
        patterns,
        distinct,
        other_count,
    }
}

type Test = Box<dyn Fn(&Stored) -> bool>;

fn matches(query: &Query) -> Test {
    let matcher = compile(query).expect("a query");
    Box::new(move |stored| matcher.matches(&stored.document, &stored.id, stored.time))
}

/// The objects at a path, each as if it were stored.
fn objects_of(stored: &Stored, path: &str) -> Vec<Stored> {
    let mut objects = Vec::new();
    let _: ControlFlow<()> = objects_at(&stored.source, path, |object| {
        objects.push(object);
        ControlFlow::Continue(())
    });
    objects
        .into_iter()
        .map(|document| Stored {
            id: stored.id.clone(),
            sequence: stored.sequence,
            version: stored.version,
            source: document.source().to_owned(),
            time: stored.time,
            document,
        })
        .collect()
}

fn slots(matching: &[&Stored], within: &[Aggregation], tests: &[Test]) -> AggregationResult {
    let slots = tests.iter().map(|test| {
        let own: Vec<&Stored> = matching
            .iter()
            .copied()
            .filter(|stored| test(stored))
            .collect();
        Slot {
            count: own.len() as u64,
            within: aggregate(&own, within),
        }
    });
    AggregationResult::Slots(slots.collect())
}

fn numeric_histogram_of(
    matching: &[&Stored],
    histogram: &Histogram,
    within: &[Aggregation],
) -> AggregationResult {
    let mut groups: Vec<(f64, Vec<&Stored>)> = Vec::new();
    for stored in matching {
        for (number, _) in own_numbers(stored, &histogram.field) {
            let start = histogram.start(number) + 0.0;
            if !start.is_finite() {
                continue;
            }
            let group = match groups.iter().position(|(known, _)| *known == start) {
                Some(place) => &mut groups[place].1,
                None => {
                    groups.push((start, Vec::new()));
                    &mut groups.last_mut().expect("just added").1
                }
            };
            if group
                .last()
                .is_none_or(|last| last.sequence != stored.sequence)
            {
                group.push(stored);
            }
        }
    }
    groups.sort_by(|a, b| a.0.total_cmp(&b.0));
    let enough = groups
        .into_iter()
        .filter(|(_, group)| group.len() as u64 >= histogram.min_doc_count);
    AggregationResult::Histogram {
        buckets: enough
            .map(|(start, group)| Bucket {
                key: BucketKey::Float(start),
                count: group.len() as u64,
                within: aggregate(&group, within),
            })
            .collect(),
    }
}

fn key_of(value: Scalar, of_dates: bool) -> BucketKey {
    match value {
        Scalar::Text(text) => BucketKey::Text(text),
        Scalar::Integer(number) if of_dates => BucketKey::Instant(number),
        Scalar::Integer(number) => BucketKey::Integer(number),
        Scalar::Float(number) => BucketKey::Float(number),
        Scalar::Boolean(flag) => BucketKey::Boolean(flag),
    }
}

fn scalar_of(key: &BucketKey) -> Scalar {
    match key {
        BucketKey::Text(text) => Scalar::Text(text.clone()),
        BucketKey::Integer(number) | BucketKey::Instant(number) => Scalar::Integer(*number),
        BucketKey::Float(number) => Scalar::Float(*number),
        BucketKey::Boolean(flag) => Scalar::Boolean(*flag),
    }
}

fn terms_of(
    matching: &[&Stored],
    terms: &TermsAggregation,
    within: &[Aggregation],
) -> AggregationResult {
    let mut groups: Vec<(BucketKey, Vec<&Stored>)> = Vec::new();
    for stored in matching {
        let mut own: Vec<BucketKey> = values(stored, &terms.field)
            .into_iter()
            .map(|(value, of_dates)| key_of(value, of_dates))
            .collect();
        if own.is_empty() {
            own.extend(terms.missing.clone().map(|value| key_of(value, false)));
        }
        for key in own {
            let group = match groups.iter().position(|(known, _)| *known == key) {
                Some(place) => &mut groups[place].1,
                None => {
                    groups.push((key, Vec::new()));
                    &mut groups.last_mut().expect("just added").1
                }
            };
            if group
                .last()
                .is_none_or(|last| last.sequence != stored.sequence)
            {
                group.push(stored);
            }
        }
    }
    let mut buckets: Vec<Bucket> = groups
        .into_iter()
        .filter(|(_, group)| group.len() as u64 >= terms.min_doc_count)
        .map(|(key, group)| Bucket {
            key,
            count: group.len() as u64,
            within: aggregate(&group, within),
        })
        .collect();
    let by_key = |a: &Bucket, b: &Bucket| {
        compare(
            ValueRef::of(&scalar_of(&a.key)),
            ValueRef::of(&scalar_of(&b.key)),
        )
    };
    buckets.sort_by(|a, b| {
        for (order, direction) in &terms.order {
            let ordering = match order {
                TermsOrder::Count => a.count.cmp(&b.count),
                TermsOrder::Key => by_key(a, b),
                TermsOrder::Metric(_) => Ordering::Equal,
            };
            let ordering = if *direction == Direction::Descending {
                ordering.reverse()
            } else {
                ordering
            };
            if ordering != Ordering::Equal {
                return ordering;
            }
        }
        by_key(a, b)
    });
    let rest = buckets.split_off(terms.size.min(buckets.len()));
    AggregationResult::Terms {
        buckets,
        other_count: rest.iter().map(|bucket| bucket.count).sum(),
    }
}

fn histogram_of(
    matching: &[&Stored],
    histogram: &DateHistogram,
    within: &[Aggregation],
) -> AggregationResult {
    let Interval::Fixed(width) = histogram.interval else {
        panic!("calendar intervals are tested beside their rounding");
    };
    let start = |at: i64| at.div_euclid(width) * width;
    let mut groups: BTreeMap<i64, Vec<&Stored>> = BTreeMap::new();
    for stored in matching {
        for at in instants(stored, &histogram.field) {
            let group = groups.entry(start(at)).or_default();
            if group
                .last()
                .is_none_or(|last| last.sequence != stored.sequence)
            {
                group.push(stored);
            }
        }
    }
    if histogram.min_doc_count == 0
        && let (Some(first), Some(last)) = (groups.keys().next(), groups.keys().last())
    {
        let (first, last) = (*first, *last);
        for at in (first..=last).step_by(usize::try_from(width).expect("a width")) {
            groups.entry(at).or_default();
        }
    }
    AggregationResult::Histogram {
        buckets: groups
            .into_iter()
            .filter(|(_, group)| group.len() as u64 >= histogram.min_doc_count)
            .map(|(at, group)| Bucket {
                key: BucketKey::Instant(at),
                count: group.len() as u64,
                within: aggregate(&group, within),
            })
            .collect(),
    }
}
