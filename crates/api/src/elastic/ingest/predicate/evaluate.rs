//! Answers a condition for one document. Never changes it.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;

use serde_json::{Number, Value};
use swarmscope_model::limits::CONDITION_STEP_BYTES;

use super::super::draft::{Draft, java_type};
use super::Trouble;
use super::method::{Method, is_equal};
use super::parse::{Comparison, Node};

/// What a part of the condition is.
enum Found<'a> {
    /// The document as a whole.
    Context,
    Value(Cow<'a, Value>),
}

impl Found<'_> {
    fn null() -> Self {
        Self::Value(Cow::Owned(Value::Null))
    }
}

/// One document, and how many parts were looked at.
pub struct Evaluation<'a> {
    draft: &'a Draft<'a>,
    steps: Cell<usize>,
}

impl<'a> Evaluation<'a> {
    pub fn new(draft: &'a Draft<'a>) -> Self {
        Self {
            draft,
            steps: Cell::new(0),
        }
    }

    /// How many steps were taken: one for each part that may look through a text or list, and more for long ones.
    pub fn steps(&self) -> usize {
        self.steps.get()
    }

    /// Whether a part holds.
    pub fn boolean(&self, node: &'a Node) -> Result<bool, Trouble> {
        match self.found(node)? {
            Found::Value(value) => match &*value {
                Value::Bool(flag) => Ok(*flag),
                Value::Null => Err(Trouble::null(
                    "a condition is null, and has to be true or false",
                )),
                other => Err(Trouble::class(format!(
                    "Cannot cast {} to java.lang.Boolean",
                    java_type(other)
                ))),
            },
            Found::Context => Err(Trouble::class(
                "Cannot cast java.util.Map to java.lang.Boolean",
            )),
        }
    }

    fn found(&self, node: &'a Node) -> Result<Found<'a>, Trouble> {
        let flag = |flag: bool| Ok(Found::Value(Cow::Owned(Value::Bool(flag))));
        match node {
            Node::Constant(value) => Ok(Found::Value(Cow::Borrowed(value))),
            Node::Context => Ok(Found::Context),
            Node::Field { of, name, is_safe } => {
                let of = self.found(of)?;
                match &of {
                    Found::Value(value) if value.is_null() && *is_safe => Ok(Found::null()),
                    _ => self.field(of, name),
                }
            }
            Node::Element { of, place } => {
                let of = self.found(of)?;
                let place = self.value(place)?;
                self.element(of, &place)
            }
            Node::Call {
                of,
                method,
                argument,
                is_safe,
            } => self.call(of, *method, argument.as_deref(), *is_safe),
            Node::Not(inner) => flag(!self.boolean(inner)?),
            Node::All(parts) => {
                for part in parts {
                    if !self.boolean(part)? {
                        return flag(false);
                    }
                }
                flag(true)
            }
            Node::Any(parts) => {
                for part in parts {
                    if self.boolean(part)? {
                        return flag(true);
                    }
                }
                flag(false)
            }
            Node::Compare(comparison, left, right) => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                self.count(&[&left, &right])?;
                flag(compare(*comparison, &left, &right)?)
            }
            Node::Is(of, kind) => flag(match self.found(of)? {
                Found::Context => kind.has(&Value::Object(serde_json::Map::new())),
                Found::Value(value) => kind.has(&value),
            }),
            Node::Find(of, expression) => {
                let of = self.value(of)?;
                self.count(&[&of])?;
                match &*of {
                    Value::String(text) => flag(expression.is_match(text)),
                    Value::Null => Err(Trouble::null("an expression is looked for in null")),
                    other => Err(Trouble::class(format!(
                        "Cannot cast {} to java.lang.CharSequence",
                        java_type(other)
                    ))),
                }
            }
        }
    }

    /// Counts a look through these values.
    fn count(&self, values: &[&Value]) -> Result<(), Trouble> {
        let bytes: usize = values.iter().map(|value| weight(value)).sum();
        let steps = self.steps.get() + 1 + bytes / CONDITION_STEP_BYTES;
        self.steps.set(steps);
        match steps > self.draft.steps_left() {
            true => Err(Trouble::argument("the condition takes too many steps")),
            false => Ok(()),
        }
    }

    /// A part that is not the document as a whole.
    fn value(&self, node: &'a Node) -> Result<Cow<'a, Value>, Trouble> {
        match self.found(node)? {
            Found::Value(value) => Ok(value),
            Found::Context => Err(Trouble::argument(
                "[ctx] as a whole is no value here; name one of its fields",
            )),
        }
    }

    /// A field of the document as a whole.
    fn top(&self, name: &str) -> Found<'a> {
        let known = self.draft.metadata.get(name);
        match known.or_else(|| self.draft.source.get(name)) {
            Some(value) => Found::Value(Cow::Borrowed(value)),
            None => Found::null(),
        }
    }

    fn field(&self, of: Found<'a>, name: &str) -> Result<Found<'a>, Trouble> {
        let value = match of {
            Found::Context => return Ok(self.top(name)),
            Found::Value(value) => value,
        };
        match &*value {
            Value::Object(_) => Ok(Found::Value(member(value, name))),
            Value::Array(items) if name == "length" => {
                Ok(Found::Value(Cow::Owned(items.len().into())))
            }
            Value::Null => Err(Trouble::null(format!(
                "cannot access method/field [{name}] from a null def reference"
            ))),
            other => Err(Trouble::argument(format!(
                "dynamic getter [{}, {name}] not found",
                java_type(other)
            ))),
        }
    }

    fn element(&self, of: Found<'a>, place: &Value) -> Result<Found<'a>, Trouble> {
        if let Value::String(name) = place {
            return match &of {
                Found::Value(value) if value.is_array() => Err(Trouble::argument(format!(
                    "Illegal list shortcut value [{name}]."
                ))),
                _ => self.field(of, name),
            };
        }
        let Found::Value(value) = of else {
            return Ok(Found::null());
        };
        match &*value {
            Value::Array(items) => {
                let length = items.len();
                let counted = place.as_i64().map(|place| match place {
                    ..0 => place.saturating_add(length as i64),
                    _ => place,
                });
                let found = counted
                    .and_then(|place| usize::try_from(place).ok())
                    .filter(|place| *place < length);
                let Some(found) = found else {
                    return Err(Trouble {
                        kind: "index_out_of_bounds_exception",
                        reason: format!("Index {place} out of bounds for length {length}"),
                    });
                };
                Ok(Found::Value(match value {
                    Cow::Borrowed(value) => Cow::Borrowed(&value[found]),
                    Cow::Owned(mut value) => Cow::Owned(value[found].take()),
                }))
            }
            Value::Object(_) => Ok(Found::null()),
            Value::Null => Err(Trouble::null("cannot access an element of null")),
            other => Err(Trouble::argument(format!(
                "Attempting to address a non-array type [{}] as an array.",
                java_type(other)
            ))),
        }
    }

    fn call(
        &self,
        of: &'a Node,
        method: Method,
        argument: Option<&'a Node>,
        is_safe: bool,
    ) -> Result<Found<'a>, Trouble> {
        let of = self.found(of)?;
        if let Found::Value(value) = &of
            && value.is_null()
        {
            return match is_safe {
                true => Ok(Found::null()),
                false => Err(Trouble::null("a method is called on null")),
            };
        }
        let argument = match argument {
            Some(argument) => self.value(argument)?,
            None => Cow::Owned(Value::Null),
        };
        match &of {
            Found::Value(value) if method.looks_through() => self.count(&[value, &argument])?,
            _ => self.count(&[])?,
        }
        let owned = |value: Value| Ok(Found::Value(Cow::Owned(value)));
        let is_map = match &of {
            Found::Context => true,
            Found::Value(value) => value.is_object(),
        };
        let name = argument.as_str();
        match (method, of) {
            (Method::Get, of) if is_map => match name {
                Some(name) => self.field(of, name),
                None => Ok(Found::null()),
            },
            (Method::Get, of) => self.element(of, &argument),
            (Method::ContainsKey, Found::Context) => {
                owned(name.is_some_and(|name| self.has(name)).into())
            }
            (Method::ContainsKey, Found::Value(value)) if is_map => {
                owned(name.is_some_and(|name| value.get(name).is_some()).into())
            }
            (Method::IsEmpty, Found::Context) => owned(false.into()),
            (Method::Size, Found::Context) => {
                owned((self.draft.source.len() + self.draft.metadata.len()).into())
            }
            (method, Found::Value(value)) => owned(method.ask(&value, &argument)?),
            (_, Found::Context) => Err(Trouble::argument(
                "of [ctx] there are get, containsKey, isEmpty and size",
            )),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.draft.metadata.contains_key(name) || self.draft.source.contains_key(name)
    }
}

/// How many bytes a value has, about, with what is in it.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| 8 + weight(item)).sum(),
        Value::Object(members) => {
            let members = members.iter();
            members
                .map(|(key, value)| 8 + key.len() + weight(value))
                .sum()
        }
        _ => 8,
    }
}

/// The value of a key; null when there is none.
fn member<'a>(of: Cow<'a, Value>, name: &str) -> Cow<'a, Value> {
    match of {
        Cow::Borrowed(value) => value
            .get(name)
            .map_or(Cow::Owned(Value::Null), Cow::Borrowed),
        Cow::Owned(value) => Cow::Owned(value.get(name).cloned().unwrap_or_default()),
    }
}

fn compare(comparison: Comparison, left: &Value, right: &Value) -> Result<bool, Trouble> {
    match comparison {
        Comparison::Equal => return Ok(is_equal(left, right)),
        Comparison::Unequal => return Ok(!is_equal(left, right)),
        _ => {}
    }
    let (Value::Number(a), Value::Number(b)) = (left, right) else {
        if left.is_null() || right.is_null() {
            return Err(Trouble::null(
                "null is neither smaller nor larger than anything",
            ));
        }
        return Err(Trouble::class(format!(
            "Cannot apply [{}] operation to types [{}] and [{}].",
            match comparison {
                Comparison::Less => "<",
                Comparison::LessOrEqual => "<=",
                Comparison::Greater => ">",
                _ => ">=",
            },
            java_type(left),
            java_type(right)
        )));
    };
    let Some(order) = order(a, b) else {
        return Ok(false);
    };
    Ok(match comparison {
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

fn order(a: &Number, b: &Number) -> Option<Ordering> {
    match (a.as_i64(), b.as_i64()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}
