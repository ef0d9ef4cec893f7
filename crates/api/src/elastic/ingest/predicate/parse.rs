//! A condition as a tree. Reads by recursion, so nesting has a limit.

use regex::Regex;
use serde_json::Value;
use swarmscope_model::limits::{MAX_SCRIPT_BYTES, MAX_SCRIPT_DEPTH};

use super::super::super::errors::ElasticError;
use super::super::expression::compile;
use super::super::said::Said;
use super::Unread;
use super::method::{Kind, Method};
use super::token::{Token, Tokens};

/// A part of a condition.
#[derive(Debug)]
pub enum Node {
    Constant(Value),
    /// The document.
    Context,
    Field {
        of: Box<Node>,
        name: String,
        /// Whether there may be nothing to take it of.
        is_safe: bool,
    },
    Element {
        of: Box<Node>,
        place: Box<Node>,
    },
    Call {
        of: Box<Node>,
        method: Method,
        argument: Option<Box<Node>>,
        is_safe: bool,
    },
    Not(Box<Node>),
    All(Vec<Node>),
    Any(Vec<Node>),
    Compare(Comparison, Box<Node>, Box<Node>),
    Is(Box<Node>, Kind),
    /// Whether an expression is found in a text.
    Find(Box<Node>, Regex),
}

/// A part with how deep it is nested. It is computed by recursion, so that counts, not how the text is nested.
struct Part {
    node: Node,
    levels: usize,
}

impl Part {
    /// One that is made of no others.
    fn leaf(node: Node) -> Self {
        Self { node, levels: 0 }
    }

    /// One that is made of others, the deepest of which has so many levels.
    fn over(levels: usize, node: Node) -> Result<Self, Unread> {
        let levels = levels + 1;
        check_levels(levels)?;
        Ok(Self { node, levels })
    }

    /// The only one, or what all are together.
    fn together(mut parts: Vec<Self>, join: fn(Vec<Node>) -> Node) -> Result<Self, Unread> {
        if parts.len() == 1
            && let Some(only) = parts.pop()
        {
            return Ok(only);
        }
        let levels = parts.iter().map(|part| part.levels).max().unwrap_or(0);
        Self::over(
            levels,
            join(parts.into_iter().map(|part| part.node).collect()),
        )
    }
}

fn check_levels(levels: usize) -> Result<(), Unread> {
    match levels > MAX_SCRIPT_DEPTH {
        true => Err(Unread::TooLarge {
            limit: MAX_SCRIPT_DEPTH,
            of: "levels",
        }),
        false => Ok(()),
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    fn of(sign: &str) -> Option<Self> {
        Some(match sign {
            "==" | "===" => Self::Equal,
            "!=" | "!==" => Self::Unequal,
            "<" => Self::Less,
            "<=" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            _ => return None,
        })
    }
}

/// Reads a condition.
pub struct Parser<'a, 's, 'p> {
    tokens: Tokens<'a>,
    token: Token<'a>,
    at: usize,
    depth: usize,
    said: &'s mut Said<'p>,
}

impl<'a, 's, 'p> Parser<'a, 's, 'p> {
    /// The tree of a text.
    ///
    /// # Errors
    /// When it is no condition that is served here.
    pub fn read(text: &'a str, said: &'s mut Said<'p>) -> Result<Node, ElasticError> {
        let mut parser = Parser {
            tokens: Tokens::new(text),
            token: Token::End,
            at: 0,
            depth: 0,
            said,
        };
        let root = match text.len() > MAX_SCRIPT_BYTES {
            true => Err(Unread::TooLarge {
                limit: MAX_SCRIPT_BYTES,
                of: "bytes",
            }),
            false => parser.whole(),
        };
        root.map_err(|unread| parser.said.fail("if", &unread.to_string()))
    }

    fn whole(&mut self) -> Result<Node, Unread> {
        self.step()?;
        if self.token == Token::Name("return") {
            self.step()?;
        }
        let root = self.any()?;
        if self.token == Token::Sign(";") {
            self.step()?;
        }
        match self.token {
            Token::End => Ok(root.node),
            _ => Err(self.unserved()),
        }
    }

    fn step(&mut self) -> Result<(), Unread> {
        (self.token, self.at) = self.tokens.next(false)?;
        Ok(())
    }

    fn unserved(&self) -> Unread {
        Unread::Unserved {
            what: self.token.told(),
            offset: self.at,
        }
    }

    fn takes(&mut self, sign: &'static str) -> Result<bool, Unread> {
        let is_there = self.token == Token::Sign(sign);
        if is_there {
            self.step()?;
        }
        Ok(is_there)
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), Unread> {
        match self.takes(sign)? {
            true => Ok(()),
            false => Err(self.unserved()),
        }
    }

    /// Reads something one level deeper.
    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Part, Unread>,
    ) -> Result<Part, Unread> {
        self.depth += 1;
        check_levels(self.depth)?;
        let part = read(self)?;
        self.depth -= 1;
        Ok(part)
    }

    fn any(&mut self) -> Result<Part, Unread> {
        let mut parts = vec![self.all()?];
        while self.takes("||")? {
            parts.push(self.all()?);
        }
        Part::together(parts, Node::Any)
    }

    fn all(&mut self) -> Result<Part, Unread> {
        let mut parts = vec![self.comparison()?];
        while self.takes("&&")? {
            parts.push(self.comparison()?);
        }
        Part::together(parts, Node::All)
    }

    fn comparison(&mut self) -> Result<Part, Unread> {
        let left = self.unary()?;
        let sign = match &self.token {
            Token::Name("instanceof") => {
                self.step()?;
                let kind = match &self.token {
                    Token::Name(name) => Kind::named(name),
                    _ => None,
                };
                let kind = kind.ok_or_else(|| self.unserved())?;
                self.step()?;
                return Part::over(left.levels, Node::Is(Box::new(left.node), kind));
            }
            Token::Sign(sign) => *sign,
            _ => return Ok(left),
        };
        if sign == "=~" || sign == "==~" {
            return self.expression(left, sign == "==~");
        }
        let Some(comparison) = Comparison::of(sign) else {
            return Ok(left);
        };
        self.step()?;
        let right = self.unary()?;
        let levels = left.levels.max(right.levels);
        let (left, right) = (Box::new(left.node), Box::new(right.node));
        Part::over(levels, Node::Compare(comparison, left, right))
    }

    /// The expression that a text is looked through for.
    fn expression(&mut self, left: Part, is_whole: bool) -> Result<Part, Unread> {
        (self.token, self.at) = self.tokens.next(true)?;
        let Token::Expression(expression, flags) = self.token else {
            return Err(self.unserved());
        };
        let refused = |reason: String| Unread::Expression {
            offset: self.at,
            reason,
        };
        let known = |flag: char| matches!(flag, 'i' | 'm' | 's' | 'x');
        if !flags.chars().all(known) {
            return Err(refused(format!(
                "its flags are [{flags}]; here there are i, m, s and x"
            )));
        }
        let mut wanted = expression.to_owned();
        if is_whole {
            wanted = format!(r"\A(?:{wanted})\z");
        }
        if !flags.is_empty() {
            wanted = format!("(?{flags}){wanted}");
        }
        let compiled = compile(&wanted).map_err(|error| refused(error.to_string()))?;
        self.said
            .count_pattern("if")
            .map_err(|error| refused(error.reason().to_owned()))?;
        self.step()?;
        Part::over(left.levels, Node::Find(Box::new(left.node), compiled))
    }

    fn unary(&mut self) -> Result<Part, Unread> {
        if self.takes("!")? {
            let inner = self.deeper(Self::unary)?;
            return Part::over(inner.levels, Node::Not(Box::new(inner.node)));
        }
        let mut part = self.primary()?;
        loop {
            let is_safe = self.token == Token::Sign("?.");
            part = if is_safe || self.token == Token::Sign(".") {
                self.step()?;
                self.member(part, is_safe)?
            } else if self.takes("[")? {
                let place = self.deeper(Self::any)?;
                self.expect("]")?;
                let levels = part.levels.max(place.levels);
                let (of, place) = (Box::new(part.node), Box::new(place.node));
                Part::over(levels, Node::Element { of, place })?
            } else {
                return Ok(part);
            };
        }
    }

    /// A field or method of what stands before it.
    fn member(&mut self, of: Part, is_safe: bool) -> Result<Part, Unread> {
        let Token::Name(name) = self.token else {
            return Err(self.unserved());
        };
        let called = Method::named(name);
        let unserved = self.unserved();
        self.step()?;
        let Part { node, mut levels } = of;
        let of = Box::new(node);
        if self.token != Token::Sign("(") {
            let name = name.to_owned();
            return Part::over(levels, Node::Field { of, name, is_safe });
        }
        let method = called.ok_or(unserved)?;
        self.step()?;
        let argument = match method.takes_argument() {
            true => {
                let argument = self.deeper(Self::any)?;
                levels = levels.max(argument.levels);
                Some(Box::new(argument.node))
            }
            false => None,
        };
        self.expect(")")?;
        let call = Node::Call {
            of,
            method,
            argument,
            is_safe,
        };
        Part::over(levels, call)
    }

    fn primary(&mut self) -> Result<Part, Unread> {
        if self.takes("(")? {
            let inner = self.deeper(Self::any)?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.takes("[")? {
            return self.list();
        }
        let node = match &self.token {
            Token::Name("ctx") => Node::Context,
            _ => Node::Constant(self.constant()?),
        };
        self.step()?;
        Ok(Part::leaf(node))
    }

    /// The token as a value.
    fn constant(&self) -> Result<Value, Unread> {
        Ok(match &self.token {
            Token::Name("null") => Value::Null,
            Token::Name("true") => true.into(),
            Token::Name("false") => false.into(),
            Token::Text(text) => text.as_str().into(),
            Token::Whole(number) => (*number).into(),
            Token::Fraction(number) => (*number).into(),
            _ => return Err(self.unserved()),
        })
    }

    fn list(&mut self) -> Result<Part, Unread> {
        let mut items = Vec::new();
        while !self.takes("]")? {
            if !items.is_empty() {
                self.expect(",")?;
            }
            items.push(self.constant()?);
            self.step()?;
        }
        Ok(Part::leaf(Node::Constant(items.into())))
    }
}
