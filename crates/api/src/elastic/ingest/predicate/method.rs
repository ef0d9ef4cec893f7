//! What may be asked of a value: its methods and its type, by their names in Java.

use serde_json::Value;

use super::super::draft::java_type;
use super::Trouble;

/// A type that `instanceof` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    List,
    Map,
    Number,
    /// A number by the name of its one type.
    Exactly(&'static str),
    Boolean,
    Object,
}

impl Kind {
    /// The type of that name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "String" | "CharSequence" => Self::Text,
            "List" | "ArrayList" | "Collection" => Self::List,
            "Map" | "HashMap" => Self::Map,
            "Number" => Self::Number,
            "Integer" => Self::Exactly("java.lang.Integer"),
            "Long" => Self::Exactly("java.lang.Long"),
            "Double" => Self::Exactly("java.lang.Double"),
            "Float" => Self::Exactly("java.lang.Float"),
            "Boolean" => Self::Boolean,
            "Object" | "def" => Self::Object,
            _ => return None,
        })
    }

    /// Whether a value is of it.
    pub fn has(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::List => value.is_array(),
            Self::Map => value.is_object(),
            Self::Number => value.is_number(),
            Self::Exactly(name) => java_type(value) == name,
            Self::Boolean => value.is_boolean(),
            Self::Object => !value.is_null(),
        }
    }
}

/// A method, by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Contains,
    ContainsKey,
    EndsWith,
    Equals,
    EqualsIgnoreCase,
    Get,
    IndexOf,
    IsEmpty,
    Length,
    Size,
    StartsWith,
    ToLowerCase,
    ToText,
    ToUpperCase,
    Trim,
}

impl Method {
    const ALL: [(Self, &'static str); 15] = [
        (Self::Contains, "contains"),
        (Self::ContainsKey, "containsKey"),
        (Self::EndsWith, "endsWith"),
        (Self::Equals, "equals"),
        (Self::EqualsIgnoreCase, "equalsIgnoreCase"),
        (Self::Get, "get"),
        (Self::IndexOf, "indexOf"),
        (Self::IsEmpty, "isEmpty"),
        (Self::Length, "length"),
        (Self::Size, "size"),
        (Self::StartsWith, "startsWith"),
        (Self::ToLowerCase, "toLowerCase"),
        (Self::ToText, "toString"),
        (Self::ToUpperCase, "toUpperCase"),
        (Self::Trim, "trim"),
    ];

    /// The method of that name.
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(_, own)| *own == name);
        found.map(|(method, _)| method)
    }

    fn name(self) -> &'static str {
        let found = Self::ALL.into_iter().find(|(method, _)| *method == self);
        found.map_or("", |(_, name)| name)
    }

    /// Whether it is asked about something.
    pub fn takes_argument(self) -> bool {
        !matches!(
            self,
            Self::IsEmpty
                | Self::Length
                | Self::Size
                | Self::ToLowerCase
                | Self::ToText
                | Self::ToUpperCase
                | Self::Trim
        )
    }

    /// Whether it may look at all of what it is asked of.
    pub fn looks_through(self) -> bool {
        !matches!(
            self,
            Self::ContainsKey | Self::Get | Self::IsEmpty | Self::Size
        )
    }

    /// What a value answers. Without an argument, one that is not looked at.
    pub fn ask(self, value: &Value, argument: &Value) -> Result<Value, Trouble> {
        match (self, value) {
            (Self::Equals, _) => Ok(is_equal(value, argument).into()),
            (Self::ToText, Value::String(text)) => Ok(text.as_str().into()),
            (Self::ToText, _) => Ok(value.to_string().into()),
            (_, Value::String(text)) => self.of_text(text, argument),
            (Self::Contains, Value::Array(items)) => {
                Ok(items.iter().any(|item| is_equal(item, argument)).into())
            }
            (Self::IndexOf, Value::Array(items)) => {
                let place = items.iter().position(|item| is_equal(item, argument));
                Ok(place.map_or(-1, |place| place as i64).into())
            }
            (Self::IsEmpty, Value::Array(items)) => Ok(items.is_empty().into()),
            (Self::Size, Value::Array(items)) => Ok(items.len().into()),
            (Self::IsEmpty, Value::Object(members)) => Ok(members.is_empty().into()),
            (Self::Size, Value::Object(members)) => Ok(members.len().into()),
            _ => Err(self.not_found(value)),
        }
    }

    fn of_text(self, text: &str, argument: &Value) -> Result<Value, Trouble> {
        let other = || match argument {
            Value::String(other) => Ok(other.as_str()),
            Value::Null => Err(Trouble::null(format!(
                "[{}] is asked about null",
                self.name()
            ))),
            other => Err(Trouble::class(format!(
                "Cannot cast {} to java.lang.String",
                java_type(other)
            ))),
        };
        Ok(match self {
            Self::Contains => text.contains(other()?).into(),
            Self::StartsWith => text.starts_with(other()?).into(),
            Self::EndsWith => text.ends_with(other()?).into(),
            Self::EqualsIgnoreCase => {
                let same = |other: &str| text.to_lowercase() == other.to_lowercase();
                argument.as_str().is_some_and(same).into()
            }
            Self::IndexOf => {
                let place = text.find(other()?);
                place.map_or(-1, |place| utf16(&text[..place])).into()
            }
            Self::IsEmpty => text.is_empty().into(),
            Self::Length => utf16(text).into(),
            Self::ToLowerCase => text.to_lowercase().into(),
            Self::ToUpperCase => text.to_uppercase().into(),
            // Java's takes away what is no sign, and no other spaces.
            Self::Trim => text.trim_matches(|sign| sign <= ' ').into(),
            _ => return Err(self.not_found(&Value::from(text))),
        })
    }

    fn not_found(self, value: &Value) -> Trouble {
        let arguments = usize::from(self.takes_argument());
        Trouble::argument(format!(
            "dynamic method [{}, {}/{arguments}] not found",
            java_type(value),
            self.name()
        ))
    }
}

/// How long Java takes a text to be.
fn utf16(text: &str) -> i64 {
    text.chars().map(|sign| sign.len_utf16() as i64).sum()
}

/// Whether two values are the same: numbers by their size, whatever their types.
pub fn is_equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => a == b,
            _ => a.as_f64() == b.as_f64(),
        },
        _ => a == b,
    }
}
