//! A query in the terms of the mapping, clause by clause.

use super::addresses::{address_range, addresses};
use super::dates::DateField;
use super::{Dynamic, Kind, Mapped, Mapping, MappingError, numbers};
use crate::ast::{BoolQuery, Case, Field, Query, Scalar, Scoring};
use swarmscope_model::Timestamp;

type Rewritten = Result<Query, MappingError>;

impl Mapping {
    /// What the query means in an index with this mapping.
    ///
    /// # Errors
    /// When a clause says what its field cannot hold.
    pub fn apply(&self, query: &Query, now: Timestamp) -> Rewritten {
        let all = |queries: &[Query]| -> Result<Vec<Query>, MappingError> {
            queries.iter().map(|query| self.apply(query, now)).collect()
        };
        Ok(match query {
            Query::Bool(clauses) => Query::Bool(BoolQuery {
                must: all(&clauses.must)?,
                filter: all(&clauses.filter)?,
                should: all(&clauses.should)?,
                must_not: all(&clauses.must_not)?,
                minimum: clauses.minimum.clone(),
            }),
            Query::Scored { query, scoring } => Query::Scored {
                query: Box::new(self.apply(query, now)?),
                scoring: match scoring {
                    Scoring::When(others) => {
                        let applied = others
                            .iter()
                            .map(|(other, factor)| Ok((self.apply(other, now)?, *factor)));
                        Scoring::When(applied.collect::<Result<_, MappingError>>()?)
                    }
                    other => other.clone(),
                },
            },
            Query::Nested { path, query } => Query::Nested {
                path: path.clone(),
                query: Box::new(self.apply(query, now)?),
            },
            leaf => match named(leaf) {
                Some(name) => self.leaf(name, leaf, now)?,
                None => leaf.clone(),
            },
        })
    }

    fn leaf(&self, name: &str, leaf: &Query, now: Timestamp) -> Rewritten {
        let own = self.own(name, leaf, now)?;
        let Some(sources) = self.copies.get(name) else {
            return Ok(own);
        };
        let mut each = vec![own];
        for source in sources {
            each.push(renamed(leaf, source));
        }
        Ok(Query::any_of(each))
    }

    fn own(&self, name: &str, leaf: &Query, now: Timestamp) -> Rewritten {
        if self.is_disabled(name) {
            return Ok(Query::Nothing);
        }
        let Some(mapped) = self.fields.get(name) else {
            return Ok(self.unmapped(name, leaf));
        };
        if let Kind::Alias(path) = &mapped.kind {
            // An alias names a field, never another alias.
            let is_other = path != name && !matches!(self.kind_of(path), Some(Kind::Alias(_)));
            return match is_other {
                true => self.own(path, &renamed(leaf, path), now),
                false => Ok(Query::Nothing),
            };
        }
        let is_exists = matches!(leaf, Query::Exists { .. });
        match (mapped.searched, is_exists) {
            (false, true) => return Ok(Query::Nothing),
            (false, false) => {
                let field = name.to_owned();
                return Err(MappingError::NotSearched { field });
            }
            _ => {}
        }
        let path = mapped.view_of.as_deref().unwrap_or(name);
        self.of_kind(path, mapped, leaf, now)
    }

    fn kind_of(&self, name: &str) -> Option<&Kind> {
        self.fields.get(name).map(|mapped| &mapped.kind)
    }

    fn of_kind(&self, path: &str, mapped: &Mapped, leaf: &Query, now: Timestamp) -> Rewritten {
        Ok(match &mapped.kind {
            Kind::Keyword { folded } => whole(path, leaf, folded.is_some(), mapped.ignore_above),
            Kind::Number { .. } => numbers::coerced(renamed(leaf, path)),
            Kind::Date(format) if !crate::document::is_time_field(path) => {
                DateField { path, format, now }.clause(leaf)?
            }
            Kind::Address => match leaf {
                Query::Range { lower, upper, .. } => {
                    address_range(path, lower.as_ref(), upper.as_ref())?
                }
                leaf => addresses(path, leaf)?,
            },
            Kind::Flattened => match leaf {
                Query::Exists { .. } => renamed(leaf, path),
                leaf => renamed(leaf, &format!("{path}.*.keyword")),
            },
            Kind::Text | Kind::Boolean | Kind::Date(_) | Kind::Alias(_) | Kind::Other => {
                renamed(leaf, path)
            }
        })
    }

    fn unmapped(&self, name: &str, leaf: &Query) -> Query {
        let base = Field::split_keyword(name).0;
        let is_object = self.dynamic.contains_key(name);
        let is_known = self.fields.contains_key(base) || is_object || name.starts_with('_');
        if is_known || crate::document::is_time_field(name) {
            return leaf.clone();
        }
        if self.is_in_flattened(name) {
            return whole(name, leaf, false, None);
        }
        match self.dynamic_of(base) {
            Dynamic::Mapped => leaf.clone(),
            Dynamic::Runtime => whole(base, leaf, false, None),
            Dynamic::Ignored | Dynamic::Strict => Query::Nothing,
        }
    }
}

/// The one field that a clause over values names.
fn named(leaf: &Query) -> Option<&str> {
    let field = match leaf {
        Query::Match { field, .. }
        | Query::Text { field, .. }
        | Query::Phrase { field, .. }
        | Query::Term { field, .. }
        | Query::Terms { field, .. }
        | Query::Range { field, .. }
        | Query::NumberRange { field, .. }
        | Query::Exists { field }
        | Query::Prefix { field, .. }
        | Query::Wildcard { field, .. }
        | Query::Regexp { field, .. }
        | Query::Fuzzy { field, .. }
        | Query::Addresses { field, .. }
        | Query::Dates { field, .. } => field,
        Query::All
        | Query::Nothing
        | Query::Ids(_)
        | Query::Bool(_)
        | Query::Nested { .. }
        | Query::Scored { .. } => return None,
    };
    match field {
        Field::Named(name) => Some(name),
        Field::Any | Field::Pattern(_) => None,
    }
}

/// The same clause over another field.
pub(super) fn renamed(leaf: &Query, name: &str) -> Query {
    let mut renamed = leaf.clone();
    match &mut renamed {
        Query::Match { field, .. }
        | Query::Text { field, .. }
        | Query::Phrase { field, .. }
        | Query::Term { field, .. }
        | Query::Terms { field, .. }
        | Query::Range { field, .. }
        | Query::NumberRange { field, .. }
        | Query::Exists { field }
        | Query::Prefix { field, .. }
        | Query::Wildcard { field, .. }
        | Query::Regexp { field, .. }
        | Query::Fuzzy { field, .. }
        | Query::Addresses { field, .. }
        | Query::Dates { field, .. } => *field = Field::from_text(name),
        Query::All
        | Query::Nothing
        | Query::Ids(_)
        | Query::Bool(_)
        | Query::Nested { .. }
        | Query::Scored { .. } => {}
    }
    renamed
}

/// A clause over whole strings.
fn whole(path: &str, leaf: &Query, folded: bool, above: Option<usize>) -> Query {
    let field = || Field::Named(format!("{path}.keyword"));
    let case = if folded {
        Case::Insensitive
    } else {
        Case::AsGiven
    };
    let term = |value: Scalar| match &value {
        Scalar::Text(text) if above.is_some_and(|above| text.chars().count() > above) => {
            Query::Nothing
        }
        _ => Query::Term {
            field: field(),
            value,
            case,
        },
    };
    match leaf {
        Query::Match { text, .. }
        | Query::Text { text, .. }
        | Query::Phrase {
            text,
            prefix: false,
            ..
        } => term(Scalar::Text(text.clone())),
        Query::Phrase { text, .. } => Query::Prefix {
            field: field(),
            value: text.clone(),
            case,
        },
        Query::Term {
            value,
            case: Case::Insensitive,
            ..
        } => Query::Term {
            field: field(),
            value: value.clone(),
            case: Case::Insensitive,
        },
        Query::Term { value, .. } => term(value.clone()),
        Query::Terms { values, .. } if folded || above.is_some() => Query::Scored {
            query: Box::new(Query::any_of(values.iter().cloned().map(term).collect())),
            scoring: Scoring::Constant(1.0),
        },
        Query::Prefix {
            value, case: own, ..
        } => Query::Prefix {
            field: field(),
            value: value.clone(),
            case: if folded { case } else { *own },
        },
        Query::Wildcard {
            pattern, case: own, ..
        } => Query::Wildcard {
            field: field(),
            pattern: pattern.clone(),
            case: if folded { case } else { *own },
        },
        Query::Regexp {
            pattern, case: own, ..
        } => Query::Regexp {
            field: field(),
            pattern: pattern.clone(),
            case: if folded { case } else { *own },
        },
        Query::Exists { .. } => match above {
            Some(above) if above <= MOST_COUNTED => Query::Regexp {
                field: field(),
                pattern: format!(".{{0,{above}}}"),
                case: Case::AsGiven,
            },
            _ => renamed(leaf, path),
        },
        other => renamed(other, &format!("{path}.keyword")),
    }
}

/// Up to this length a string's length is looked at to tell whether a field of short strings exists.
const MOST_COUNTED: usize = 255;
