//! What hits show beside their documents: texts with marks, and the clauses by name that they satisfy.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use swarmscope_query::document::Document;
use swarmscope_query::elastic::SearchBody;
use swarmscope_query::evaluate::{BadQuery, Matcher, View, compile};
use swarmscope_query::highlight::Highlighter;
use swarmscope_query::indices::wildcard_matches;
use swarmscope_query::store::Hit;

use super::errors::ElasticError;
use super::scope::Scope;
use super::shown_fields::leaves_of;

/// The request's wishes, made ready once for all hits.
#[derive(Debug, Default)]
pub struct HitDetails {
    /// By the pattern of their fields.
    highlighters: Vec<(String, Highlighter)>,
    named: Vec<(String, Matcher)>,
    /// Whether names come with scores.
    with_scores: bool,
    /// Which fields are whole strings under their own names.
    scope: Scope,
}

impl HitDetails {
    /// Of a search.
    ///
    /// # Errors
    /// When a clause cannot be used.
    pub fn of(search: &SearchBody, with_scores: bool, scope: &Scope) -> Result<Self, ElasticError> {
        let refused =
            |error: BadQuery| ElasticError::query_refused(&error.to_string()).in_search("");
        let mut details = Self {
            with_scores,
            scope: scope.clone(),
            ..Self::default()
        };
        for field in &search.highlight {
            let query = field.query.as_ref().unwrap_or(&search.query);
            let highlighter = Highlighter::new(query, field.options.clone()).map_err(refused)?;
            details
                .highlighters
                .push((field.pattern.clone(), highlighter));
        }
        for (name, query) in &search.named {
            let matcher = compile(query).map_err(refused)?;
            details.named.push((name.clone(), matcher));
        }
        Ok(details)
    }

    /// `highlight` of a hit: pieces by field.
    ///
    /// # Errors
    /// When the document cannot be read.
    pub fn highlights(&self, hit: &Hit) -> Result<Map<String, Value>, ElasticError> {
        let mut shown = Map::new();
        if self.highlighters.is_empty() {
            return Ok(shown);
        }
        let document = super::documents::document(hit.source.get())?;
        let texts: BTreeMap<String, Vec<&str>> = leaves_of(&document)
            .into_iter()
            .map(|(path, values)| (path, values.into_iter().filter_map(Value::as_str).collect()))
            .collect();
        for (pattern, highlighter) in &self.highlighters {
            for (path, values) in &texts {
                let own = match self.scope.is_whole(path) {
                    true => View::Whole,
                    false => View::Text,
                };
                for (name, view) in [
                    (path.clone(), own),
                    (format!("{path}.keyword"), View::Whole),
                ] {
                    if !wildcard_matches(pattern, &name) {
                        continue;
                    }
                    let pieces = highlighter.pieces(path, values, view);
                    if !pieces.is_empty() {
                        shown.insert(name, pieces.into());
                    }
                }
            }
        }
        Ok(shown)
    }

    /// `matched_queries` of a hit; `None` when no clause has a name that it satisfies.
    pub fn matched(&self, hit: &Hit) -> Option<Value> {
        if self.named.is_empty() {
            return None;
        }
        let document = Document::parse(hit.source.get().as_bytes()).ok()?;
        let document = document.of_index(&hit.index);
        let holds = |matcher: &Matcher| matcher.matches(&document, &hit.id, hit.time);
        let names = self.named.iter().filter(|(_, matcher)| holds(matcher));
        let matched: Value = match self.with_scores {
            true => names
                .map(|(name, _)| (name.clone(), 1.0.into()))
                .collect::<Map<_, _>>()
                .into(),
            false => names.map(|(name, _)| Value::from(name.as_str())).collect(),
        };
        let is_empty = matched.as_array().is_some_and(Vec::is_empty)
            || matched.as_object().is_some_and(Map::is_empty);
        (!is_empty).then_some(matched)
    }
}
