//! The keys of an object, read with the types that the DSL expects.

use super::Parsed;
use super::error::{DslErrorKind, Fault};
use super::json::{Json, Member, Node};

/// The object that a node has to be, of a query or aggregation called `owner`.
pub(super) fn object<'a>(node: &'a Node, owner: &str) -> Parsed<&'a [Member]> {
    match &node.value {
        Json::Object(members) => Ok(members),
        _ => Err(node.fault(DslErrorKind::NoObject {
            query: owner.to_owned(),
        })),
    }
}

/// One value or an array of them.
pub(super) fn one_or_many(node: &Node) -> &[Node] {
    match &node.value {
        Json::Array(items) => items,
        Json::Null => &[],
        _ => std::slice::from_ref(node),
    }
}

impl Member {
    /// The key is none that `query` knows.
    pub fn not_supported(&self, query: &'static str) -> Fault {
        self.value.fault(DslErrorKind::NoParameter {
            query,
            parameter: self.key.clone(),
        })
    }

    /// The key is none that the object knows.
    pub fn unknown_in(&self, object: &str) -> Fault {
        let kind = DslErrorKind::UnknownField {
            object: object.to_owned(),
            field: self.key.clone(),
        };
        Fault { kind, at: self.at }
    }

    /// The value cannot be what the key needs.
    pub fn bad(&self, object: &str, reason: impl Into<String>) -> Fault {
        self.value.fault(DslErrorKind::BadField {
            object: object.to_owned(),
            field: self.key.clone(),
            reason: reason.into(),
        })
    }

    /// A string, number or boolean as text.
    pub fn text(&self, object: &str) -> Parsed<String> {
        let found = self.value.token();
        self.value
            .text()
            .ok_or_else(|| self.bad(object, format!("expected a text but found [{found}]")))
    }

    /// A whole number; as Elasticsearch does, from a string, too.
    pub fn integer(&self) -> Parsed<i64> {
        let text = self.value.text().unwrap_or_default();
        let number = match &self.value.value {
            Json::Number(number) => number
                .as_i64()
                .or_else(|| number.as_f64().map(|number| number as i64)),
            _ => text.parse().ok(),
        };
        number.ok_or_else(|| self.value.fault(DslErrorKind::NotANumber { given: text }))
    }

    /// A number, as a string, too.
    pub fn number(&self, object: &str) -> Parsed<f32> {
        let text = self.text(object)?;
        text.parse()
            .ok()
            .filter(|number: &f32| number.is_finite())
            .ok_or_else(|| self.value.fault(DslErrorKind::NotANumber { given: text }))
    }

    /// A whole number that is not negative.
    pub fn count(&self, name: &'static str) -> Parsed<usize> {
        let found = self.integer()?;
        usize::try_from(found).map_err(|_| self.value.fault(DslErrorKind::Negative { name, found }))
    }

    /// `true` or `false`, as a string, too.
    pub fn boolean(&self, object: &str) -> Parsed<bool> {
        match self.value.text().as_deref() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err(self.bad(object, "only [true] or [false] are allowed")),
        }
    }
}
