//! The tree of a PromQL expression. The parser checks types, so a tree that it returns can be evaluated.

use swarmscope_model::metrics::Matcher;

/// Where something stands in the query text, in bytes, end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TextRange {
    pub start: usize,
    pub end: usize,
}

/// The type of an expression's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    Scalar,
    String,
    Vector,
    Matrix,
}

impl ValueType {
    /// As error messages of Prometheus name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::String => "string",
            Self::Vector => "instant vector",
            Self::Matrix => "range vector",
        }
    }
}

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    Number(NumberLiteral),
    String(StringLiteral),
    Vector(VectorSelector),
    Matrix(MatrixSelector),
    Subquery(Subquery),
    Call(Call),
    Aggregate(Aggregate),
    Binary(Binary),
    Unary(Unary),
    Paren(Paren),
}

#[derive(Debug, Clone, PartialEq)]
pub struct NumberLiteral {
    pub value: f64,
    /// Written as a duration, such as `5m`; printed as one again.
    pub duration: bool,
    pub range: TextRange,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StringLiteral {
    pub value: String,
    /// The bytes, when escapes such as `\xc5` make them no UTF-8; `value` has replacement characters then.
    pub invalid_utf8: Option<Box<[u8]>>,
    pub range: TextRange,
}

/// How a selector takes samples at the bounds of its range (`anchored`, `smoothed`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extension {
    #[default]
    None,
    Anchored,
    Smoothed,
}

#[derive(Debug, Clone, PartialEq)]
pub struct VectorSelector {
    /// The name before the braces, which is among the matchers, too.
    pub name: Option<String>,
    pub matchers: Vec<Matcher>,
    pub modifiers: Modifiers,
    pub extension: Extension,
    pub range: TextRange,
}

/// `offset` and `@`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Modifiers {
    pub offset: Option<Length>,
    pub at: Option<At>,
}

/// What `@` names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum At {
    /// Milliseconds since the epoch.
    Time(i64),
    Start,
    End,
}

/// A length of time in a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Length {
    /// Milliseconds; negative only in offsets.
    Fixed(i64),
    /// Computed from the query's step and range, before evaluation.
    Computed(Box<LengthExpr>),
}

/// A duration expression.
#[derive(Debug, Clone, PartialEq)]
pub struct LengthExpr {
    pub kind: LengthKind,
    /// Where it stands, without parentheses around it.
    pub range: TextRange,
}

/// What a duration expression is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum LengthKind {
    Number {
        seconds: f64,
        /// Written as a duration, such as `5m`; printed as one again.
        duration: bool,
    },
    /// `step()`.
    Step,
    /// `range()`.
    Range,
    /// `min_of(a, b)`.
    Min(Box<LengthExpr>, Box<LengthExpr>),
    /// `max_of(a, b)`.
    Max(Box<LengthExpr>, Box<LengthExpr>),
    Unary {
        negative: bool,
        of: Box<LengthExpr>,
    },
    Binary {
        operator: BinaryOperator,
        left: Box<LengthExpr>,
        right: Box<LengthExpr>,
    },
    Paren(Box<LengthExpr>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct MatrixSelector {
    pub selector: VectorSelector,
    pub length: Length,
    pub range: TextRange,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Subquery {
    pub inner: Box<Expr>,
    pub length: Length,
    /// The evaluation interval when there is none.
    pub step: Option<Length>,
    pub modifiers: Modifiers,
    pub range: TextRange,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    pub function: &'static crate::functions::Signature,
    pub arguments: Vec<Expr>,
    pub range: TextRange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregator {
    Sum,
    Avg,
    Count,
    Min,
    Max,
    Group,
    Stddev,
    Stdvar,
    Topk,
    Bottomk,
    CountValues,
    Quantile,
    Limitk,
    LimitRatio,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    pub aggregator: Aggregator,
    pub parameter: Option<Box<Expr>>,
    pub inner: Box<Expr>,
    pub without: bool,
    pub labels: Vec<String>,
    pub range: TextRange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Atan2,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    And,
    Or,
    Unless,
    /// `</`: keeps the observations of a native histogram below a value.
    TrimUpper,
    /// `>/`: keeps the observations of a native histogram above a value.
    TrimLower,
}

/// How many series of each side make a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cardinality {
    #[default]
    OneToOne,
    /// `group_left`.
    ManyToOne,
    /// `group_right`.
    OneToMany,
    /// Set operators.
    ManyToMany,
}

/// Which series of the two sides belong together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matching {
    pub cardinality: Cardinality,
    /// `on`, else `ignoring`.
    pub on: bool,
    /// Whether `on` or `ignoring` was written.
    pub explicit: bool,
    pub labels: Vec<String>,
    /// Labels that `group_left` or `group_right` takes over from the one side.
    pub include: Vec<String>,
    /// `fill`, `fill_left`, `fill_right`: values for series without a partner.
    pub fill_left: Option<f64>,
    pub fill_right: Option<f64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Binary {
    pub operator: BinaryOperator,
    pub left: Box<Expr>,
    pub right: Box<Expr>,
    /// Comparisons that give 0 or 1 rather than filter.
    pub returns_bool: bool,
    /// Between two vectors.
    pub matching: Option<Matching>,
    pub range: TextRange,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Unary {
    pub negative: bool,
    pub inner: Box<Expr>,
    pub range: TextRange,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Paren {
    pub inner: Box<Expr>,
    pub range: TextRange,
}

impl Expr {
    /// The type of its value.
    pub fn value_type(&self) -> ValueType {
        match self {
            Self::Number(_) => ValueType::Scalar,
            Self::String(_) => ValueType::String,
            Self::Vector(_) | Self::Aggregate(_) => ValueType::Vector,
            Self::Matrix(_) | Self::Subquery(_) => ValueType::Matrix,
            Self::Call(call) => call.function.returns,
            Self::Binary(binary) => {
                let scalars = [&binary.left, &binary.right]
                    .iter()
                    .all(|side| side.value_type() == ValueType::Scalar);
                if scalars {
                    ValueType::Scalar
                } else {
                    ValueType::Vector
                }
            }
            Self::Unary(unary) => unary.inner.value_type(),
            Self::Paren(paren) => paren.inner.value_type(),
        }
    }

    /// Where it stands in the text.
    pub fn range(&self) -> TextRange {
        match self {
            Self::Number(number) => number.range,
            Self::String(string) => string.range,
            Self::Vector(selector) => selector.range,
            Self::Matrix(selector) => selector.range,
            Self::Subquery(subquery) => subquery.range,
            Self::Call(call) => call.range,
            Self::Aggregate(aggregate) => aggregate.range,
            Self::Binary(binary) => binary.range,
            Self::Unary(unary) => unary.range,
            Self::Paren(paren) => paren.range,
        }
    }
}

impl Aggregator {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Avg => "avg",
            Self::Count => "count",
            Self::Min => "min",
            Self::Max => "max",
            Self::Group => "group",
            Self::Stddev => "stddev",
            Self::Stdvar => "stdvar",
            Self::Topk => "topk",
            Self::Bottomk => "bottomk",
            Self::CountValues => "count_values",
            Self::Quantile => "quantile",
            Self::Limitk => "limitk",
            Self::LimitRatio => "limit_ratio",
        }
    }

    /// The type of the parameter before the aggregated vector.
    pub fn parameter(self) -> Option<ValueType> {
        match self {
            Self::Topk | Self::Bottomk | Self::Quantile | Self::Limitk | Self::LimitRatio => {
                Some(ValueType::Scalar)
            }
            Self::CountValues => Some(ValueType::String),
            _ => None,
        }
    }
}

impl BinaryOperator {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Power => "^",
            Self::Atan2 => "atan2",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::And => "and",
            Self::Or => "or",
            Self::Unless => "unless",
            Self::TrimUpper => "</",
            Self::TrimLower => ">/",
        }
    }

    /// Whether it compares and may be followed by `bool`.
    pub fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessEqual
                | Self::Greater
                | Self::GreaterEqual
        )
    }

    /// Whether it combines sets of series and never looks at values.
    pub fn is_set(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Unless)
    }
}
