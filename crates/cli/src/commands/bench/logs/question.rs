//! The eight questions, and a dashboard that asks several at once. Every repetition asks about another id, word or range, so that no cache of results
//! can answer it.

use std::ops::Range;

use swarmscope_bench_events::{Events, Field};

/// Hits that a person looks at.
pub const NEWEST: u64 = 50;
/// Agents in the list of those whose tasks fail.
pub const TOP: u64 = 10;
/// Hits of questions that find few.
pub const FEW: u64 = 100;
/// The percentiles of durations.
pub const PERCENTILES: [u32; 2] = [50, 95];
/// How far a range is shifted for every repetition.
const SHIFT_MS: i64 = 7_919;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    CorrelationId(String),
    NewestErrors,
    RareWords([String; 2]),
    Phrase(String),
    Histogram,
    FailingAgents,
    TaskCount,
    DurationPercentiles,
    Dashboard,
}

/// A question about a range of time, in milliseconds since 1970.
#[derive(Debug, Clone)]
pub struct Asked {
    pub question: Question,
    pub range: Range<i64>,
}

/// The questions by number.
pub const COUNT: usize = 9;

impl Asked {
    /// Question `number` for a repetition.
    pub fn new(events: &Events, number: usize, repetition: u64) -> Self {
        let question = match number {
            0 => Question::CorrelationId(events.id(Field::CorrelationId, repetition)),
            1 => Question::NewestErrors,
            2 => Question::RareWords(events.rare_words(repetition)),
            3 => Question::Phrase(events.phrase(repetition)),
            4 => Question::Histogram,
            5 => Question::FailingAgents,
            6 => Question::TaskCount,
            7 => Question::DurationPercentiles,
            _ => Question::Dashboard,
        };
        let Range { start, end } = events.span();
        let shift = SHIFT_MS * repetition as i64;
        let range = match question {
            Question::NewestErrors => start..end - shift,
            Question::Histogram
            | Question::FailingAgents
            | Question::TaskCount
            | Question::DurationPercentiles
            | Question::Dashboard => start + shift..end,
            _ => start..end,
        };
        Self { question, range }
    }
}

impl Question {
    /// What tables call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CorrelationId(_) => "correlation id",
            Self::NewestErrors => "newest 50 errors",
            Self::RareWords(_) => "two rare words",
            Self::Phrase(_) => "phrase",
            Self::Histogram => "48-bucket histogram by severity",
            Self::FailingAgents => "top 10 agents of failed tasks",
            Self::TaskCount => "cardinality of task ids",
            Self::DurationPercentiles => "percentiles of duration by event type",
            Self::Dashboard => "dashboard of 12 panels",
        }
    }

    /// By how much, relatively, right answers may differ: estimates are allowed where all estimate.
    pub fn tolerance(&self) -> f64 {
        match self {
            Self::TaskCount => 0.05,
            // Elasticsearch's digest is off by 7 % at the median of some types.
            Self::DurationPercentiles => 0.1,
            _ => 0.0,
        }
    }
}
