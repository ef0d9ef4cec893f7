//! The words and signs of PromQL.

use crate::ast::{Aggregator, BinaryOperator};
use crate::quoting::quoted;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    End,
    Identifier,
    /// An identifier with a colon.
    MetricIdentifier,
    Number,
    Duration,
    String,
    LeftParen,
    RightParen,
    LeftBrace,
    RightBrace,
    LeftBracket,
    RightBracket,
    Comma,
    Colon,
    At,
    /// `=`, which only selectors have.
    Assign,
    MatchRegex,
    MatchNotRegex,
    Operator(BinaryOperator),
    Aggregator(Aggregator),
    Keyword(Keyword),
    Constant(Constant),
}

/// Words that change what stands before or after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keyword {
    Offset,
    Smoothed,
    Anchored,
    By,
    Without,
    On,
    Ignoring,
    GroupLeft,
    GroupRight,
    Fill,
    FillLeft,
    FillRight,
    Bool,
}

/// Words that stand for something of the query when they are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constant {
    Start,
    End,
    Step,
    Range,
    MaxOf,
    MinOf,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token<'a> {
    pub kind: Kind,
    pub start: usize,
    pub text: &'a str,
}

impl Token<'_> {
    /// The byte after it.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// How an error names it.
    pub fn description(&self) -> String {
        match self.kind {
            Kind::End => "end of input".to_owned(),
            Kind::Identifier => format!("identifier {}", quoted(self.text)),
            Kind::MetricIdentifier => format!("metric identifier {}", quoted(self.text)),
            Kind::String => format!("string {}", self.abridged()),
            Kind::Number => format!("number {}", self.abridged()),
            Kind::Duration => format!("duration {}", self.abridged()),
            Kind::Keyword(_) => format!("<{}>", self.text),
            Kind::Operator(_) | Kind::At | Kind::MatchRegex | Kind::MatchNotRegex => {
                format!("<op:{}>", self.text)
            }
            Kind::Aggregator(_) => format!("<aggr:{}>", self.text),
            _ => self.abridged(),
        }
    }

    /// In quotes, cut after ten characters when it is longer than ten bytes.
    fn abridged(&self) -> String {
        if self.text.len() <= 10 {
            return quoted(self.text);
        }
        let head: String = self.text.chars().take(10).collect();
        format!("{}...", quoted(&head))
    }

    /// Whether it can be the name of a metric.
    pub fn names_metric(&self) -> bool {
        match self.kind {
            Kind::Identifier
            | Kind::MetricIdentifier
            | Kind::Aggregator(_)
            | Kind::Constant(_)
            | Kind::Operator(BinaryOperator::And | BinaryOperator::Or | BinaryOperator::Unless) => {
                true
            }
            Kind::Keyword(keyword) => !matches!(
                keyword,
                Keyword::Bool
                    | Keyword::On
                    | Keyword::Ignoring
                    | Keyword::GroupLeft
                    | Keyword::GroupRight
            ),
            _ => false,
        }
    }

    /// Whether it can be a label of `by`, `on` and their kin, without quotes.
    pub fn names_label(&self) -> bool {
        match self.kind {
            Kind::Keyword(keyword) => keyword != Keyword::Without,
            Kind::Operator(BinaryOperator::Atan2) => true,
            _ => self.names_metric(),
        }
    }

    /// Whether an expression can begin with it.
    pub fn begins_expression(&self) -> bool {
        self.names_metric()
            || matches!(
                self.kind,
                Kind::Number
                    | Kind::Duration
                    | Kind::String
                    | Kind::LeftParen
                    | Kind::LeftBrace
                    | Kind::Operator(BinaryOperator::Add | BinaryOperator::Subtract)
            )
    }
}

/// The word's meaning, in any case of letters; `None` for plain identifiers.
pub(crate) fn keyword(word: &str) -> Option<Kind> {
    const LONGEST: usize = 12;
    if word.len() > LONGEST {
        return None;
    }
    let kind = match word.to_ascii_lowercase().as_str() {
        "and" => Kind::Operator(BinaryOperator::And),
        "or" => Kind::Operator(BinaryOperator::Or),
        "unless" => Kind::Operator(BinaryOperator::Unless),
        "atan2" => Kind::Operator(BinaryOperator::Atan2),
        "sum" => Kind::Aggregator(Aggregator::Sum),
        "avg" => Kind::Aggregator(Aggregator::Avg),
        "count" => Kind::Aggregator(Aggregator::Count),
        "min" => Kind::Aggregator(Aggregator::Min),
        "max" => Kind::Aggregator(Aggregator::Max),
        "group" => Kind::Aggregator(Aggregator::Group),
        "stddev" => Kind::Aggregator(Aggregator::Stddev),
        "stdvar" => Kind::Aggregator(Aggregator::Stdvar),
        "topk" => Kind::Aggregator(Aggregator::Topk),
        "bottomk" => Kind::Aggregator(Aggregator::Bottomk),
        "count_values" => Kind::Aggregator(Aggregator::CountValues),
        "quantile" => Kind::Aggregator(Aggregator::Quantile),
        "limitk" => Kind::Aggregator(Aggregator::Limitk),
        "limit_ratio" => Kind::Aggregator(Aggregator::LimitRatio),
        "offset" => Kind::Keyword(Keyword::Offset),
        "smoothed" => Kind::Keyword(Keyword::Smoothed),
        "anchored" => Kind::Keyword(Keyword::Anchored),
        "by" => Kind::Keyword(Keyword::By),
        "without" => Kind::Keyword(Keyword::Without),
        "on" => Kind::Keyword(Keyword::On),
        "ignoring" => Kind::Keyword(Keyword::Ignoring),
        "group_left" => Kind::Keyword(Keyword::GroupLeft),
        "group_right" => Kind::Keyword(Keyword::GroupRight),
        "fill" => Kind::Keyword(Keyword::Fill),
        "fill_left" => Kind::Keyword(Keyword::FillLeft),
        "fill_right" => Kind::Keyword(Keyword::FillRight),
        "bool" => Kind::Keyword(Keyword::Bool),
        "start" => Kind::Constant(Constant::Start),
        "end" => Kind::Constant(Constant::End),
        "inf" | "nan" => Kind::Number,
        other => return duration_word(other).map(Kind::Constant),
    };
    Some(kind)
}

/// The words that duration expressions know, in lower case.
pub(crate) fn duration_word(word: &str) -> Option<Constant> {
    match word {
        "step" => Some(Constant::Step),
        "range" => Some(Constant::Range),
        "max_of" => Some(Constant::MaxOf),
        "min_of" => Some(Constant::MinOf),
        _ => None,
    }
}
