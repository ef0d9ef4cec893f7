//! `highlight`: texts of a document, or of an object within it, with marks around what a query found.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use swarmscope_query::ast::Query;
use swarmscope_query::evaluate::{BadQuery, View};
use swarmscope_query::highlight::{HighlightField, Highlighter};
use swarmscope_query::indices::wildcard_matches;

use super::errors::ElasticError;
use super::scope::Scope;

/// The fields that are shown with marks, by the patterns of their names.
#[derive(Debug, Default)]
pub struct Highlights {
    fields: Vec<(String, Highlighter)>,
}

/// A clause that cannot be used.
pub fn refused(error: BadQuery) -> ElasticError {
    ElasticError::query_refused(&error.to_string()).in_search("")
}

impl Highlights {
    /// Of what a request says; `query` is what is marked where a field names no other.
    ///
    /// # Errors
    /// When a clause cannot be used.
    pub fn of(wanted: &[HighlightField], query: &Query) -> Result<Self, ElasticError> {
        let made = wanted.iter().map(|field| {
            let query = field.query.as_ref().unwrap_or(query);
            let highlighter = Highlighter::new(query, field.options.clone()).map_err(refused)?;
            Ok((field.pattern.clone(), highlighter))
        });
        Ok(Self {
            fields: made.collect::<Result<_, ElasticError>>()?,
        })
    }

    /// Whether nothing is to be marked.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The pieces of the fields that have some, by name.
    pub fn pieces(
        &self,
        leaves: &BTreeMap<String, Vec<&Value>>,
        scope: &Scope,
    ) -> Map<String, Value> {
        let mut shown = Map::new();
        for (path, values) in leaves {
            let texts: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
            if texts.is_empty() {
                continue;
            }
            let own = match scope.is_whole(path) {
                true => View::Whole,
                false => View::Text,
            };
            let mut names = vec![
                (path.clone(), own),
                (format!("{path}.keyword"), View::Whole),
            ];
            names.extend(scope.views_of(path));
            for (pattern, highlighter) in &self.fields {
                for (name, view) in &names {
                    if !wildcard_matches(pattern, name) {
                        continue;
                    }
                    let pieces = highlighter.pieces(path, &texts, *view);
                    if !pieces.is_empty() {
                        shown.insert(name.clone(), pieces.into());
                    }
                }
            }
        }
        shown
    }
}
