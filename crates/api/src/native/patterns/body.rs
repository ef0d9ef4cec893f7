//! The reply, made of what the store has found.

use serde::Serialize;
use swarmscope_model::Timestamp;
use swarmscope_query::aggregate::{
    AggregationResult, AggregationResults, Bucket, BucketKey, Pattern, Sample, Slot,
};

use super::filter::query_of;
use crate::native::fields::key_text;
use crate::native::left_out::LeftOutBody;

/// The range that is asked for, in milliseconds, and the width of a point in a sparkline.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    pub from: i64,
    pub to: i64,
    pub interval: i64,
}

/// The window that the range is compared with.
#[derive(Debug, Clone)]
pub struct Before {
    pub from: i64,
    pub to: i64,
    /// The oldest document in it, matching or not.
    pub since: Option<Timestamp>,
    /// Range and window have more documents than are compared.
    pub is_too_much: bool,
}

impl Before {
    /// Whether what is new can be told.
    pub fn is_compared(&self) -> bool {
        self.since.is_some() && !self.is_too_much
    }

    /// Why it cannot.
    fn reason(&self) -> Option<&'static str> {
        match (self.is_too_much, self.since) {
            (true, _) => Some("too many events to compare; narrow the query or the range"),
            (false, None) => Some("there are no events before the range to compare with"),
            (false, Some(_)) => None,
        }
    }
}

#[derive(Serialize)]
pub struct PatternsBody {
    pub took_ms: u64,
    field: String,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    interval_ms: i64,
    messages: u64,
    distinct: u64,
    before: Option<BeforeBody>,
    patterns: Vec<PatternBody>,
    /// Messages of the range that are in no pattern of the reply.
    others: u64,
    pub left_out: Vec<LeftOutBody>,
}

#[derive(Serialize)]
struct BeforeBody {
    from: Timestamp,
    to: Timestamp,
    since: Option<Timestamp>,
    messages: u64,
    compared: bool,
    reason: Option<&'static str>,
}

#[derive(Serialize)]
struct PatternBody {
    id: String,
    text: String,
    count: u64,
    share: f64,
    /// Messages of the window before; `null` when nothing was compared.
    before: Option<u64>,
    new: Option<bool>,
    first_seen: Option<Timestamp>,
    last_seen: Option<Timestamp>,
    severities: Vec<NamedCount>,
    agents: Vec<NamedCount>,
    counts: Vec<u64>,
    samples: Vec<SampleBody>,
    query: Option<String>,
}

#[derive(Serialize)]
struct NamedCount {
    name: String,
    count: u64,
}

#[derive(Serialize)]
struct SampleBody {
    index: String,
    id: String,
    timestamp: Timestamp,
}

impl PatternsBody {
    /// The reply when nothing matches.
    pub fn empty(field: String, took_ms: u64) -> Self {
        Self {
            took_ms,
            field,
            from: None,
            to: None,
            interval_ms: 60_000,
            messages: 0,
            distinct: 0,
            before: None,
            patterns: Vec::new(),
            others: 0,
            left_out: Vec::new(),
        }
    }

    /// The reply, all patterns of the range included.
    pub fn new(field: String, range: Range, before: Before, found: AggregationResults) -> Self {
        let compared = before.is_compared();
        let mut body = Self::empty(field, 0);
        body.from = Some(Timestamp::from_millisecond(range.from));
        body.to = Some(Timestamp::from_millisecond(range.to));
        body.interval_ms = range.interval;
        let mut messages_before = 0;
        let mut patterns = Vec::new();
        for (_, result) in found {
            match result {
                AggregationResult::Slots(slots) => {
                    let present = slots.into_iter().next().map(|slot| slot.within);
                    let mut present = Within::new(present.unwrap_or_default());
                    body.messages = present.slot("now").count;
                    messages_before = present.slot("before").count;
                }
                AggregationResult::Patterns { patterns: own, .. } => patterns = own,
                _ => {}
            }
        }
        body.patterns = patterns
            .into_iter()
            .filter_map(|pattern| {
                PatternBody::new(pattern, &body.field, range, compared, body.messages)
            })
            .collect();
        body.distinct = body.patterns.len() as u64;
        body.before = Some(BeforeBody {
            from: Timestamp::from_millisecond(before.from),
            to: Timestamp::from_millisecond(before.to),
            since: before.since,
            messages: messages_before,
            compared,
            reason: before.reason(),
        });
        body
    }

    /// The first patterns of an order; the messages of others are counted.
    pub fn order_and_cut(&mut self, new_first: bool, limit: usize) {
        self.patterns.sort_by(|a, b| {
            let newer = || (b.new == Some(true)).cmp(&(a.new == Some(true)));
            let order = if new_first {
                newer()
            } else {
                std::cmp::Ordering::Equal
            };
            order
                .then_with(|| b.count.cmp(&a.count))
                .then_with(|| a.text.cmp(&b.text))
        });
        self.patterns.truncate(limit);
        let shown: u64 = self.patterns.iter().map(|pattern| pattern.count).sum();
        self.others = self.messages.saturating_sub(shown);
    }
}

impl PatternBody {
    /// A pattern as it is in the range; `None` when it is in the window before alone.
    fn new(
        pattern: Pattern,
        field: &str,
        range: Range,
        compared: bool,
        messages: u64,
    ) -> Option<Self> {
        let mut within = Within::new(pattern.within);
        let before = within.slot("before").count;
        let now = within.slot("now");
        if now.count == 0 {
            return None;
        }
        let mut told = Within::new(now.within);
        let in_range = |sample: &Sample| (range.from..range.to).contains(&sample.time);
        Some(Self {
            id: swarmscope_patterns::id(&pattern.text),
            query: query_of(&pattern.text, field),
            text: pattern.text,
            count: now.count,
            share: now.count as f64 / messages.max(1) as f64,
            before: compared.then_some(before),
            new: compared.then_some(before == 0),
            first_seen: told.time("first"),
            last_seen: told.time("last"),
            severities: named_counts(told.buckets("severities")),
            agents: named_counts(told.buckets("agents")),
            counts: counts(&told.buckets("over_time"), range),
            samples: pattern
                .samples
                .into_iter()
                .filter(in_range)
                .map(sample)
                .collect(),
        })
    }
}

/// What was found in a bucket, by name.
struct Within(AggregationResults);

impl Within {
    fn new(results: AggregationResults) -> Self {
        Self(results)
    }

    fn take(&mut self, name: &str) -> Option<AggregationResult> {
        let place = self.0.iter().position(|(own, _)| own == name)?;
        Some(self.0.swap_remove(place).1)
    }

    fn slot(&mut self, name: &str) -> Slot {
        let slots = match self.take(name) {
            Some(AggregationResult::Slots(slots)) => slots,
            _ => Vec::new(),
        };
        slots.into_iter().next().unwrap_or(Slot {
            count: 0,
            within: Vec::new(),
        })
    }

    fn time(&mut self, name: &str) -> Option<Timestamp> {
        match self.take(name)? {
            AggregationResult::Metric { value, .. } => {
                value.map(|value| Timestamp::from_millisecond(value as i64))
            }
            _ => None,
        }
    }

    fn buckets(&mut self, name: &str) -> Vec<Bucket> {
        match self.take(name) {
            Some(
                AggregationResult::Terms { buckets, .. } | AggregationResult::Histogram { buckets },
            ) => buckets,
            _ => Vec::new(),
        }
    }
}

fn named_counts(buckets: Vec<Bucket>) -> Vec<NamedCount> {
    let named = |bucket: Bucket| NamedCount {
        name: key_text(&bucket.key),
        count: bucket.count,
    };
    buckets.into_iter().map(named).collect()
}

/// The count of every interval that the range touches.
fn counts(buckets: &[Bucket], range: Range) -> Vec<u64> {
    let place = |time: i64| time.div_euclid(range.interval) - range.from.div_euclid(range.interval);
    let points = place(range.to - 1) + 1;
    let mut counts = vec![0; usize::try_from(points).unwrap_or(0)];
    for bucket in buckets {
        let (BucketKey::Instant(start) | BucketKey::Integer(start)) = bucket.key else {
            continue;
        };
        let place = usize::try_from(place(start)).ok();
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += bucket.count;
        }
    }
    counts
}

fn sample(sample: Sample) -> SampleBody {
    SampleBody {
        index: sample.index,
        id: sample.id,
        timestamp: Timestamp::from_millisecond(sample.time),
    }
}
