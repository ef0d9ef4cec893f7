//! JSON with the place of every value, because Elasticsearch's errors name line and column.

use serde_json::Number;
use swarmscope_model::limits::MAX_DOCUMENT_DEPTH;

use super::error::{DslErrorKind, Fault};
use crate::ast::Scalar;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub at: usize,
    /// The byte with which it ends.
    pub end: usize,
    pub value: Json,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

/// A key with its value, in the order of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    pub at: usize,
    pub key: String,
    pub value: Node,
}

impl Node {
    /// What Elasticsearch calls the token that the value begins with.
    pub fn token(&self) -> &'static str {
        match &self.value {
            Json::Null => "VALUE_NULL",
            Json::Bool(_) => "VALUE_BOOLEAN",
            Json::Number(_) => "VALUE_NUMBER",
            Json::String(_) => "VALUE_STRING",
            Json::Array(_) => "START_ARRAY",
            Json::Object(_) => "START_OBJECT",
        }
    }

    /// The value as a query's value; `None` for null, arrays and objects.
    pub fn scalar(&self) -> Option<Scalar> {
        Some(match &self.value {
            Json::Bool(flag) => Scalar::Boolean(*flag),
            Json::String(text) => Scalar::Text(text.clone()),
            Json::Number(number) => match number.as_i64() {
                Some(integer) => Scalar::Integer(integer),
                None => Scalar::Float(number.as_f64()?),
            },
            Json::Null | Json::Array(_) | Json::Object(_) => return None,
        })
    }

    /// A string, number or boolean as text.
    pub fn text(&self) -> Option<String> {
        Some(match &self.value {
            Json::Bool(flag) => flag.to_string(),
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Null | Json::Array(_) | Json::Object(_) => return None,
        })
    }

    pub fn fault(&self, kind: DslErrorKind) -> Fault {
        Fault { kind, at: self.at }
    }

    /// A fault at the end of the value: something that should have come is not there.
    pub fn lacks(&self, kind: DslErrorKind) -> Fault {
        Fault { kind, at: self.end }
    }

    /// The value as it would be written.
    pub fn to_value(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.value {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => Value::Number(number.clone()),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(items) => items.iter().map(Node::to_value).collect(),
            Json::Object(members) => {
                let pairs = members
                    .iter()
                    .map(|member| (member.key.clone(), member.value.to_value()));
                Value::Object(pairs.collect())
            }
        }
    }
}

/// Reads one JSON value.
pub(super) fn read(text: &str) -> Result<Node, Fault> {
    let mut reader = Reader { text, at: 0 };
    let node = reader.value(0)?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.unexpected());
    }
    Ok(node)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn unexpected(&self) -> Fault {
        let kind = match self.text[self.at..].chars().next() {
            None => DslErrorKind::EndOfInput,
            Some(character) => DslErrorKind::NotJson { character },
        };
        Fault { kind, at: self.at }
    }

    fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        self.space();
        if self.peek() != Some(byte) {
            return Err(self.unexpected());
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Node, Fault> {
        self.space();
        let at = self.at;
        if depth > MAX_DOCUMENT_DEPTH {
            return Err(Fault {
                kind: DslErrorKind::BodyTooDeep {
                    limit: MAX_DOCUMENT_DEPTH,
                },
                at,
            });
        }
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Json::String(self.string()?),
            Some(_) => self.word()?,
            None => return Err(self.unexpected()),
        };
        let end = self.at.saturating_sub(1);
        Ok(Node { at, end, value })
    }

    fn object(&mut self, depth: usize) -> Result<Json, Fault> {
        self.at += 1;
        let mut members: Vec<Member> = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(b'}') if members.is_empty() => break,
                Some(b'"') => {}
                _ => return Err(self.unexpected()),
            }
            let at = self.at;
            let key = self.string()?;
            self.expect(b':')?;
            let value = self.value(depth + 1)?;
            if members.iter().any(|member| member.key == key) {
                return Err(Fault {
                    kind: DslErrorKind::DuplicateKey { key },
                    at,
                });
            }
            members.push(Member { at, key, value });
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.unexpected()),
            }
        }
        self.at += 1;
        Ok(Json::Object(members))
    }

    fn array(&mut self, depth: usize) -> Result<Json, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() != Some(b']') {
            loop {
                items.push(self.value(depth + 1)?);
                self.space();
                match self.peek() {
                    Some(b',') => self.at += 1,
                    Some(b']') => break,
                    _ => return Err(self.unexpected()),
                }
            }
        }
        self.at += 1;
        Ok(Json::Array(items))
    }

    fn string(&mut self) -> Result<String, Fault> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start + 1;
        loop {
            match bytes.get(end) {
                None => {
                    return Err(Fault {
                        kind: DslErrorKind::EndOfInput,
                        at: bytes.len(),
                    });
                }
                Some(b'"') => break,
                Some(b'\\') => end += 2,
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
        // Escapes and control characters are serde_json's to judge.
        serde_json::from_str(&self.text[start..=end]).map_err(|_| Fault {
            kind: DslErrorKind::BadString,
            at: start,
        })
    }

    /// `true`, `false`, `null` or a number.
    fn word(&mut self) -> Result<Json, Fault> {
        let rest = &self.text[self.at..];
        let length = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')))
            .unwrap_or(rest.len());
        let word = &rest[..length];
        let value = match word {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "null" => Json::Null,
            "" => return Err(self.unexpected()),
            _ => match serde_json::from_str::<Number>(word) {
                Ok(number) => Json::Number(number),
                Err(_) => {
                    let kind = DslErrorKind::UnknownToken {
                        token: word.to_owned(),
                    };
                    return Err(Fault {
                        kind,
                        at: self.at + length,
                    });
                }
            },
        };
        self.at += length;
        Ok(value)
    }
}
