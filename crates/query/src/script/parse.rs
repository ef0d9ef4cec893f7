//! The grammar of expressions, by descent with a bounded depth.

use swarmscope_model::limits::{MAX_SCRIPT_BYTES, MAX_SCRIPT_DEPTH};

use super::functions::Function;
use super::moving::MovingFunction;
use super::token::{Piece, Token, tokens};
use super::{ScriptError, Value};

/// A part of an expression with the byte where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    pub at: usize,
    pub what: What,
}

#[derive(Debug, Clone)]
pub enum What {
    Constant(Value),
    Parameter(String),
    Not(Box<Node>),
    Negative(Box<Node>),
    Cast(Cast, Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Choice(Box<Node>, Box<Node>, Box<Node>),
    /// The first unless it is null.
    Elvis(Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
    Moving(MovingFunction, Vec<Node>),
    /// `values.length`
    Length,
    /// `values[i]`
    Element(Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cast {
    Int,
    Long,
    Double,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Node {
    /// Whether it gives true or false; `None` when that shows only later.
    pub fn is_boolean(&self) -> Option<bool> {
        match &self.what {
            What::Constant(Value::Boolean(_)) | What::Not(_) => Some(true),
            What::Constant(Value::Null) | What::Parameter(_) | What::Elvis(..) => None,
            What::Binary(operator, ..) => Some(matches!(
                operator,
                Operator::Or
                    | Operator::And
                    | Operator::Equal
                    | Operator::Unequal
                    | Operator::Less
                    | Operator::LessOrEqual
                    | Operator::Greater
                    | Operator::GreaterOrEqual
            )),
            What::Choice(_, yes, no) => match (yes.is_boolean(), no.is_boolean()) {
                (Some(yes), Some(no)) if yes == no => Some(yes),
                _ => None,
            },
            _ => Some(false),
        }
    }
}

/// By how tightly they bind, the loosest first.
const LEVELS: [&[(&str, Operator)]; 6] = [
    &[("||", Operator::Or)],
    &[("&&", Operator::And)],
    &[
        ("==", Operator::Equal),
        ("!=", Operator::Unequal),
        ("===", Operator::Equal),
        ("!==", Operator::Unequal),
    ],
    &[
        ("<=", Operator::LessOrEqual),
        (">=", Operator::GreaterOrEqual),
        ("<", Operator::Less),
        (">", Operator::Greater),
    ],
    &[("+", Operator::Add), ("-", Operator::Subtract)],
    &[
        ("*", Operator::Multiply),
        ("/", Operator::Divide),
        ("%", Operator::Remainder),
    ],
];

/// Reads an expression, with or without `return` and `;`. `values` are known only over a window.
pub fn read(source: &str, over_values: bool) -> Result<Node, ScriptError> {
    if source.len() > MAX_SCRIPT_BYTES {
        let reason = format!("the script has more than {MAX_SCRIPT_BYTES} bytes");
        return Err(ScriptError::unreadable(source, MAX_SCRIPT_BYTES, reason));
    }
    let mut parser = Parser {
        source,
        tokens: tokens(source)?,
        next: 0,
        depth: 0,
        over_values,
    };
    if parser.peek().piece == Piece::Name("return".to_owned()) {
        parser.next += 1;
    }
    let root = parser.expression()?;
    parser.take(";");
    match &parser.peek().piece {
        Piece::End => Ok(root),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'a> {
    source: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    over_values: bool,
}

impl Parser<'_> {
    /// The last token is the end, which is never passed.
    fn peek(&self) -> &Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn fault(&self, at: usize, reason: impl Into<String>) -> ScriptError {
        ScriptError::unreadable(self.source, at, reason)
    }

    fn unexpected(&self) -> ScriptError {
        let token = self.peek();
        let served = "expressions of numbers, comparisons, [?:], [params.name], [Math] and [MovingFunctions] are \
                      supported here";
        let reason = match &token.piece {
            Piece::End => "unexpected end of script.".to_owned(),
            Piece::Name(name) => format!("invalid sequence of tokens near ['{name}']; {served}"),
            Piece::Sign(sign) => format!("invalid sequence of tokens near ['{sign}']; {served}"),
            Piece::Text(text) => format!("unexpected text ['{text}']; {served}"),
            Piece::Number(_) => format!("unexpected number; {served}"),
        };
        self.fault(token.at, reason)
    }

    /// Passes a sign when it is next.
    fn take(&mut self, sign: &str) -> bool {
        let is_next = matches!(&self.peek().piece, Piece::Sign(next) if *next == sign);
        self.next += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, sign: &str) -> Result<(), ScriptError> {
        match self.take(sign) {
            true => Ok(()),
            false => Err(self.unexpected()),
        }
    }

    fn expression(&mut self) -> Result<Node, ScriptError> {
        self.deeper(|parser| {
            let first = parser.binary(0)?;
            let at = parser.peek().at;
            if parser.take("?:") {
                let other = parser.expression()?;
                return Ok(Node {
                    at,
                    what: What::Elvis(Box::new(first), Box::new(other)),
                });
            }
            if !parser.take("?") {
                return Ok(first);
            }
            let yes = parser.expression()?;
            parser.expect(":")?;
            let no = parser.expression()?;
            Ok(Node {
                at,
                what: What::Choice(Box::new(first), Box::new(yes), Box::new(no)),
            })
        })
    }

    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Node, ScriptError>,
    ) -> Result<Node, ScriptError> {
        if self.depth >= MAX_SCRIPT_DEPTH {
            let reason = format!("the script is nested deeper than {MAX_SCRIPT_DEPTH} levels");
            return Err(self.fault(self.peek().at, reason));
        }
        self.depth += 1;
        let node = read(self);
        self.depth -= 1;
        node
    }

    fn binary(&mut self, level: usize) -> Result<Node, ScriptError> {
        let Some(operators) = LEVELS.get(level) else {
            return self.unary();
        };
        let mut left = self.binary(level + 1)?;
        let mut length = 0;
        loop {
            let at = self.peek().at;
            let found = operators.iter().find(|(sign, _)| self.take(sign));
            let Some((_, operator)) = found else {
                return Ok(left);
            };
            // A row of operators is a tree that is as deep as the row is long.
            length += 1;
            if length > MAX_SCRIPT_DEPTH * 4 {
                return Err(self.fault(at, "the script has too many operators in a row"));
            }
            let right = self.binary(level + 1)?;
            left = Node {
                at,
                what: What::Binary(*operator, Box::new(left), Box::new(right)),
            };
        }
    }

    fn unary(&mut self) -> Result<Node, ScriptError> {
        self.deeper(|parser| {
            let at = parser.peek().at;
            let what = if parser.take("!") {
                What::Not(Box::new(parser.unary()?))
            } else if parser.take("-") {
                What::Negative(Box::new(parser.unary()?))
            } else if parser.take("+") {
                return parser.unary();
            } else if let Some(cast) = parser.cast() {
                What::Cast(cast, Box::new(parser.unary()?))
            } else {
                return parser.primary();
            };
            Ok(Node { at, what })
        })
    }

    /// Passes `(int)` and its like.
    fn cast(&mut self) -> Option<Cast> {
        let [open, name, close] = self.tokens.get(self.next..self.next + 3)? else {
            return None;
        };
        let Piece::Name(name) = &name.piece else {
            return None;
        };
        if open.piece != Piece::Sign("(") || close.piece != Piece::Sign(")") {
            return None;
        }
        let cast = match name.as_str() {
            "int" => Cast::Int,
            "long" => Cast::Long,
            "double" => Cast::Double,
            _ => return None,
        };
        self.next += 3;
        Some(cast)
    }

    fn primary(&mut self) -> Result<Node, ScriptError> {
        if self.take("(") {
            let inner = self.expression()?;
            self.expect(")")?;
            return Ok(inner);
        }
        let Token { at, piece } = self.peek().clone();
        let constant = |value| Node {
            at,
            what: What::Constant(value),
        };
        match piece {
            Piece::Number(value) => {
                self.next += 1;
                Ok(constant(value))
            }
            Piece::Text(_) => Err(ScriptError {
                offset: at,
                ..ScriptError::misfit(
                    self.source,
                    "Cannot cast from [java.lang.String] to [java.lang.Number].",
                )
            }),
            Piece::Name(name) => {
                self.next += 1;
                match name.as_str() {
                    "true" => Ok(constant(Value::Boolean(true))),
                    "false" => Ok(constant(Value::Boolean(false))),
                    "null" => Ok(constant(Value::Null)),
                    "params" => self.parameter(at),
                    "Math" => self.math(at),
                    "MovingFunctions" if self.over_values => self.moving(at),
                    "values" if self.over_values => self.values(at),
                    _ => {
                        self.next -= 1;
                        Err(self.unknown(at, &name))
                    }
                }
            }
            Piece::Sign(_) | Piece::End => Err(self.unexpected()),
        }
    }

    fn unknown(&self, at: usize, name: &str) -> ScriptError {
        const STATEMENTS: [&str; 14] = [
            "if", "else", "for", "while", "do", "def", "int", "long", "double", "return", "try",
            "new", "String", "List",
        ];
        let reason = match STATEMENTS.contains(&name) {
            true => format!(
                "[{name}] is not supported here; write one expression, with [?:] for choices"
            ),
            false => format!("cannot resolve symbol [{name}]"),
        };
        self.fault(at, reason)
    }

    fn name(&mut self) -> Result<String, ScriptError> {
        match self.peek().piece.clone() {
            Piece::Name(name) => {
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// What stands behind `params`.
    fn parameter(&mut self, at: usize) -> Result<Node, ScriptError> {
        let name = if self.take("[") {
            let Piece::Text(name) = self.peek().piece.clone() else {
                return Err(self.unexpected());
            };
            self.next += 1;
            self.expect("]")?;
            name
        } else {
            self.expect(".")?;
            self.name()?
        };
        if matches!(&self.peek().piece, Piece::Sign("." | "[" | "(")) {
            return Err(self.unexpected());
        }
        Ok(Node {
            at,
            what: What::Parameter(name),
        })
    }

    fn arguments(&mut self) -> Result<Vec<Node>, ScriptError> {
        self.expect("(")?;
        let mut arguments = Vec::new();
        if self.take(")") {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if self.take(")") {
                return Ok(arguments);
            }
            self.expect(",")?;
        }
    }

    fn math(&mut self, at: usize) -> Result<Node, ScriptError> {
        self.expect(".")?;
        let name = self.name()?;
        match name.as_str() {
            "PI" | "E" => {
                let value = match name.as_str() {
                    "PI" => std::f64::consts::PI,
                    _ => std::f64::consts::E,
                };
                return Ok(Node {
                    at,
                    what: What::Constant(Value::Double(value)),
                });
            }
            _ => {}
        }
        let arguments = self.arguments()?;
        match Function::named(&name, arguments.len()) {
            Some(function) => Ok(Node {
                at,
                what: What::Call(function, arguments),
            }),
            None => Err(self.no_method(at, "java.lang.Math", &name, arguments.len())),
        }
    }

    fn moving(&mut self, at: usize) -> Result<Node, ScriptError> {
        self.expect(".")?;
        let name = self.name()?;
        self.expect("(")?;
        match self.name()?.as_str() {
            "values" => {}
            other => return Err(self.fault(at, format!("expected [values] but found [{other}]"))),
        }
        let mut arguments = Vec::new();
        while !self.take(")") {
            self.expect(",")?;
            arguments.push(self.expression()?);
        }
        match MovingFunction::named(&name, arguments.len()) {
            Some(function) => Ok(Node {
                at,
                what: What::Moving(function, arguments),
            }),
            None => Err(self.no_method(at, "MovingFunctions", &name, arguments.len() + 1)),
        }
    }

    fn no_method(&self, at: usize, class: &str, name: &str, arguments: usize) -> ScriptError {
        let reason = format!("static method [{class}, {name}/{arguments}] not found");
        self.fault(at, reason)
    }

    /// What stands behind `values`.
    fn values(&mut self, at: usize) -> Result<Node, ScriptError> {
        let what = if self.take("[") {
            let place = self.expression()?;
            self.expect("]")?;
            What::Element(Box::new(place))
        } else {
            self.expect(".")?;
            match self.name()?.as_str() {
                "length" => What::Length,
                other => {
                    return Err(self.fault(at, format!("cannot resolve symbol [values.{other}]")));
                }
            }
        };
        Ok(Node { at, what })
    }
}
