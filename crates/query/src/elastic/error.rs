//! What can be wrong with a search body, in Elasticsearch's words and by its classes.

use crate::datemath::DateMathError;
use crate::lucene::QueryError;
use crate::script::ScriptError;

/// A search body that cannot be read or served.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{}", self.reason())]
pub struct DslError {
    pub kind: DslErrorKind,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

/// What Elasticsearch would call the failure; the protocol turns it into a type and a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `parsing_exception`, with line and column beside the reason.
    Parsing,
    /// `x_content_parse_exception`, with line and column in the reason.
    Content,
    /// `x_content_parse_exception` of a whole object, with its cause beside it.
    Unbuilt,
    /// `x_content_e_o_f_exception`.
    EndOfInput,
    /// `illegal_argument_exception`.
    Argument,
    /// `number_format_exception`.
    Number,
    /// `action_request_validation_exception`.
    Validation,
    /// `query_shard_exception`, found when the query meets an index.
    Shard,
    /// `illegal_argument_exception`, found when the query meets an index.
    ShardArgument,
    /// `parse_exception`, found when the query meets an index.
    ShardDate,
    /// `invalid_path`, found when the query meets an index.
    ShardPath,
    /// `too_many_nested_clauses` and `too_many_clauses`.
    TooManyClauses,
    /// `too_many_buckets_exception`, found when the query meets an index.
    ShardBuckets,
    /// `script_exception`, found when results are put together.
    Script,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum DslErrorKind {
    #[error("Unexpected end of file")]
    EndOfInput,
    #[error("Unexpected character ('{character}' (code {})): the body has to be JSON", u32::from(*character))]
    NotJson { character: char },
    #[error(
        "Unrecognized token '{token}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
    )]
    UnknownToken { token: String },
    #[error("Illegal character or escape in a string")]
    BadString,
    #[error("Duplicate field '{key}'")]
    DuplicateKey { key: String },
    #[error("the body is nested deeper than {limit} levels")]
    BodyTooDeep { limit: usize },
    #[error("unknown query [{name}]")]
    UnknownQuery { name: String },
    #[error("[{name}] query is not supported here; {instead}")]
    UnsupportedQuery { name: String, instead: &'static str },
    #[error("[{query}] query does not support [{parameter}]")]
    NoParameter {
        query: &'static str,
        parameter: String,
    },
    #[error("[{query}] query doesn't support multiple fields, found [{first}] and [{second}]")]
    MultipleFields {
        query: &'static str,
        first: String,
        second: String,
    },
    #[error("field name is null or empty")]
    NoField,
    #[error("value cannot be null")]
    NoValue,
    #[error("No text specified for {query} query")]
    NoText { query: &'static str },
    #[error("[highlight] fields doesn't support values of type: {found}")]
    NoHighlightFields { found: &'static str },
    #[error("unknown highlighter type [{given}]")]
    HighlighterType { given: String },
    #[error("terminateAfter must be > 0")]
    TerminateAfter,
    #[error(
        "Cannot use [collapse] in conjunction with [search_after] unless the search is sorted on the same field. Multiple sort fields are not allowed."
    )]
    CollapseAfter,
    #[error("inner_hits must have a [name]; set the [name] field in the inner_hits definition")]
    NoInnerName,
    #[error("[{query}] query text missing")]
    NoQueryText { query: &'static str },
    #[error("[{query}] unsupported field [{field}]")]
    UnsupportedField { query: &'static str, field: String },
    #[error("Unknown simple_query_string flag [{name}]")]
    UnknownFlag { name: String },
    #[error("failed to create query: No minimum should match has been specified")]
    NoSetMinimum,
    #[error("[{query}] requires '{parameter}' field")]
    NoNestedPart {
        query: &'static str,
        parameter: &'static str,
    },
    #[error("[boosting] query requires {what}")]
    NoBoostingPart { what: &'static str },
    #[error("Valid edit distances are [0, 1, 2] but was [{given}]")]
    Fuzziness { given: String },
    #[error(
        "failed to create query: The length of regex [{length}] used in the Regexp Query request has exceeded the allowed maximum of [{limit}]. This maximum can be set by changing the [index.max_regex_length] index level setting."
    )]
    RegexpTooLong { length: usize, limit: usize },
    #[error("[{query}] requires query value")]
    NoPhrase { query: &'static str },
    #[error("[constant_score] requires a 'filter' element")]
    NoFilter,
    #[error("[dis_max] requires 'queries' field with at least one clause")]
    NoQueries,
    #[error("[{query}] query malformed, no start_object after query name")]
    NoObject { query: String },
    #[error("Expected [START_OBJECT] but found [{found}]")]
    ExpectedObject { found: &'static str },
    #[error("[bool] {occur} doesn't support values of type: {found}")]
    NotAClause { occur: String, found: &'static str },
    #[error("[{query}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]")]
    TwoQueries { query: String },
    #[error("[{query}] query malformed, expected [{expected}] but found [{found}]")]
    Malformed {
        query: String,
        expected: &'static str,
        found: &'static str,
    },
    #[error("query malformed, empty clause found at [{line}:{column}]")]
    EmptyClause { line: usize, column: usize },
    #[error("[{query}] must be provided with a [{parameter}]")]
    Missing {
        query: &'static str,
        parameter: &'static str,
    },
    #[error("Unknown key for a {token} in [{key}].")]
    UnknownKey { token: &'static str, key: String },
    #[error("[{key}] is not supported here; {instead}")]
    UnsupportedKey { key: String, instead: &'static str },
    #[error("request does not support [{key}]")]
    OnlyQuery { key: String },
    #[error("Expected one of [{expected}] but found [{found}]")]
    ExpectedOneOf {
        expected: &'static str,
        found: &'static str,
    },
    #[error("[{object}] unknown field [{field}]")]
    UnknownField { object: String, field: String },
    #[error("[{object}] failed to parse field [{field}]: {reason}")]
    BadField {
        object: String,
        field: String,
        reason: String,
    },
    #[error("Unknown aggregation type [{name}]")]
    UnknownAggregation { name: String },
    #[error("aggregation type [{name}] is not supported here")]
    UnsupportedAggregation { name: String },
    #[error("Missing definition for aggregation [{name}]")]
    NoDefinition { name: String },
    #[error("Found two aggregation type definitions in [{name}]: [{first}] and [{second}]")]
    TwoDefinitions {
        name: String,
        first: String,
        second: String,
    },
    #[error("Invalid aggregation name [{name}]. Aggregation names cannot contain '[', ']', or '>'")]
    AggregationName { name: String },
    #[error("Aggregator [{name}] of type [{kind}] cannot accept sub-aggregations")]
    NoSubAggregations { name: String, kind: &'static str },
    #[error("aggregations are nested deeper than {limit} levels")]
    AggregationsTooDeep { limit: usize },
    #[error("Required one of fields [field, script], but none were specified. ")]
    NoAggregationField,
    #[error("Invalid interval specified, must be non-null and non-empty")]
    NoInterval,
    #[error("No [ranges] specified for the [{kind}] aggregation")]
    NoRanges { kind: &'static str },
    #[error(
        "Invalid aggregation order path [{path}]. The provided aggregation [{path}] either does not exist, or is a pipeline aggregation and cannot be used to sort the buckets."
    )]
    OrderPath { path: String },
    #[error("[{name}] parameter cannot be negative, found [{found}]")]
    Negative { name: &'static str, found: i64 },
    #[error("For input string: \"{given}\"")]
    NotANumber { given: String },
    #[error(
        "Result window is too large, from + size must be less than or equal to: [{limit}] but was [{asked}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting."
    )]
    ResultWindow { limit: usize, asked: usize },
    #[error("Sort must contain at least one field.")]
    NoSort,
    #[error("search_after has {values} value(s) but sort has {keys}.")]
    SearchAfterLength { values: usize, keys: usize },
    #[error("Validation Failed: 1: [from] parameter must be set to 0 when [search_after] is used;")]
    FromWithSearchAfter,
    #[error("Validation Failed: 1: {reason};")]
    Together { reason: &'static str },
    #[error(
        "Batch size is too large, size must be less than or equal to: [{limit}] but was [{asked}]. Scroll batch sizes cost as much memory as result windows so they are controlled by the [index.max_result_window] index level setting."
    )]
    BatchSize { limit: usize, asked: usize },
    #[error("point in time id is not provided")]
    NoPoint,
    #[error("{reason}")]
    Argument { reason: String },
    #[error("{reason}")]
    Unparsable { reason: String },
    #[error("{reason}")]
    ShardRefusal { reason: String },
    #[error(
        "Trying to create too many buckets. Must be less than or equal to: [{limit}] but was [{asked}]. This limit can be set by changing the [search.max_buckets] cluster level setting."
    )]
    TooManyBuckets { limit: usize, asked: usize },
    #[error("[{object}] {key} doesn't support values of type: {found}")]
    ChoiceType {
        object: &'static str,
        key: String,
        found: &'static str,
    },
    #[error("Failed to build [{object}] after last required field arrived")]
    Unbuilt {
        object: &'static str,
        reason: String,
    },
    #[error("Validation Failed: 1: {reason};")]
    Pipelines { reason: String },
    #[error(transparent)]
    Script(#[from] ScriptError),
    #[error("No negative slop allowed.")]
    NegativeSlop,
    #[error("Failed to parse query [{text}]")]
    Text {
        text: String,
        #[source]
        source: QueryError,
    },
    #[error(transparent)]
    Date(#[from] DateMathError),
    #[error("The query contains a nested bool depth of more than {limit}")]
    QueryTooDeep { limit: usize },
    #[error("maxClauseCount is set to {limit}")]
    TooManyClauses { limit: usize },
}

impl DslErrorKind {
    /// What Elasticsearch would call it.
    pub fn class(&self) -> Class {
        use DslErrorKind as Kind;
        match self {
            Kind::EndOfInput => Class::EndOfInput,
            Kind::NotJson { .. }
            | Kind::UnknownToken { .. }
            | Kind::BadString
            | Kind::DuplicateKey { .. }
            | Kind::BodyTooDeep { .. }
            | Kind::UnknownField { .. }
            | Kind::NotAClause { .. }
            | Kind::NoInnerName
            | Kind::NoHighlightFields { .. }
            | Kind::ChoiceType { .. }
            | Kind::BadField { .. } => Class::Content,
            Kind::EmptyClause { .. }
            | Kind::NoAggregationField
            | Kind::NoField
            | Kind::NoValue
            | Kind::NoPhrase { .. }
            | Kind::NoSubAggregations { .. }
            | Kind::Negative { .. }
            | Kind::Argument { .. }
            | Kind::NegativeSlop
            | Kind::TerminateAfter
            | Kind::UnknownFlag { .. }
            | Kind::NoNestedPart { .. }
            | Kind::Fuzziness { .. }
            | Kind::NoPoint
            | Kind::UnsupportedKey { .. }
            | Kind::UnsupportedQuery { .. }
            | Kind::UnsupportedAggregation { .. } => Class::Argument,
            Kind::NotANumber { .. } => Class::Number,
            Kind::FromWithSearchAfter | Kind::Together { .. } | Kind::Pipelines { .. } => {
                Class::Validation
            }
            Kind::Script(_) => Class::Script,
            Kind::Unbuilt { .. } => Class::Unbuilt,
            Kind::TooManyBuckets { .. } => Class::ShardBuckets,
            Kind::Text { .. } | Kind::NoSetMinimum | Kind::RegexpTooLong { .. } => Class::Shard,
            Kind::NoInterval
            | Kind::ShardRefusal { .. }
            | Kind::NoRanges { .. }
            | Kind::CollapseAfter
            | Kind::HighlighterType { .. }
            | Kind::ResultWindow { .. }
            | Kind::BatchSize { .. }
            | Kind::NoSort
            | Kind::SearchAfterLength { .. } => Class::ShardArgument,
            Kind::Date(_) => Class::ShardDate,
            Kind::OrderPath { .. } => Class::ShardPath,
            Kind::QueryTooDeep { .. } | Kind::TooManyClauses { .. } => Class::TooManyClauses,
            _ => Class::Parsing,
        }
    }
}

impl DslError {
    /// The sentence that Elasticsearch would say.
    pub fn reason(&self) -> String {
        match self.kind.class() {
            Class::Content | Class::EndOfInput => {
                format!("[{}:{}] {}", self.line, self.column, self.kind)
            }
            _ => self.kind.to_string(),
        }
    }
}

/// An error that knows its byte and not yet its line.
#[derive(Debug)]
pub(super) struct Fault {
    pub kind: DslErrorKind,
    pub at: usize,
}

impl Fault {
    /// Finds line and column of the byte.
    pub fn located(self, text: &str) -> DslError {
        let before = text.as_bytes().get(..self.at).unwrap_or(text.as_bytes());
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let column = 1 + before.len() - start;
        let kind = match self.kind {
            DslErrorKind::EmptyClause { .. } => DslErrorKind::EmptyClause { line, column },
            kind => kind,
        };
        DslError { kind, line, column }
    }
}
