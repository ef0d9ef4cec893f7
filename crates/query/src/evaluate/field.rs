//! Which paths of a document a field of a query means, and in which view.

use crate::ast::Field;
use crate::document::ValueRef;
use crate::indices::wildcard_matches;
use swarmscope_model::limits::MAX_KEYWORD_BYTES;

/// How a clause looks at a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Word by word.
    Text,
    /// The whole string.
    Whole,
}

/// A [`Field`] ready for matching paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    field: Field,
}

const KEYWORD: &str = ".keyword";

impl Selector {
    /// Prepares the field.
    pub fn new(field: &Field) -> Self {
        Self {
            field: field.clone(),
        }
    }

    /// The views in which the field means this path; none when it does not.
    pub fn views(&self, path: &str) -> impl Iterator<Item = View> + use<> {
        let (text, whole) = match &self.field {
            Field::Any => (true, false),
            Field::Named(name) => {
                let (base, keyword) = Field::split_keyword(name);
                if keyword {
                    (false, path == base || path == name)
                } else {
                    (path == name, false)
                }
            }
            Field::Pattern(pattern) => (
                wildcard_matches(pattern, path),
                pattern.ends_with(KEYWORD)
                    && wildcard_matches(pattern, &format!("{path}{KEYWORD}")),
            ),
        };
        text.then_some(View::Text)
            .into_iter()
            .chain(whole.then_some(View::Whole))
    }

    /// Whether a document with this value at this path has the field.
    pub fn exists(&self, path: &str, value: ValueRef<'_>) -> bool {
        self.exists_in(path) && !(self.only_whole(path) && too_long(value))
    }

    /// Whether values at this path make the field exist; those beyond the keyword limit aside.
    pub fn exists_in(&self, path: &str) -> bool {
        match &self.field {
            Field::Any => true,
            Field::Named(name) => {
                let (base, keyword) = Field::split_keyword(name);
                within(name, path) || keyword && path == base
            }
            Field::Pattern(_) => {
                self.views(path).next().is_some()
                    || path
                        .match_indices('.')
                        .any(|(end, _)| self.views(&path[..end]).next().is_some())
            }
        }
    }

    /// Whether the field reaches this path through its `.keyword` view alone.
    pub fn only_whole(&self, path: &str) -> bool {
        match &self.field {
            Field::Any | Field::Pattern(_) => false,
            Field::Named(name) => {
                let (base, keyword) = Field::split_keyword(name);
                keyword && path == base
            }
        }
    }

    /// Whether documents without the field are looked at by their time.
    pub fn falls_back_to_time(&self) -> bool {
        matches!(&self.field, Field::Named(name) if name == "@timestamp")
    }

    /// The one path that the field names, without `.keyword`.
    pub fn named(&self) -> Option<&str> {
        match &self.field {
            Field::Named(name) => Some(Field::split_keyword(name).0),
            _ => None,
        }
    }
}

/// Whether `path` is `name` or lies in the object `name`.
fn within(name: &str, path: &str) -> bool {
    path.strip_prefix(name)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether the whole-string view does not see the value.
pub(super) fn too_long(value: ValueRef<'_>) -> bool {
    matches!(value, ValueRef::Text(text) if text.len() > MAX_KEYWORD_BYTES)
}
