//! What hits show beside their documents: texts with marks, and the clauses by name that they satisfy.

use serde_json::{Map, Value};
use swarmscope_query::document::Document;
use swarmscope_query::elastic::{SearchBody, ShownField, Taken};
use swarmscope_query::evaluate::{Matcher, compile};
use swarmscope_query::mapping::Mapping;
use swarmscope_query::store::Hit;

use super::errors::ElasticError;
use super::highlights::{Highlights, refused};
use super::inner_hits::InnerHits;
use super::scope::Scope;
use super::shown_fields::{self, leaves_of};

/// The request's wishes, made ready once for all hits.
#[derive(Debug, Default)]
pub struct HitDetails {
    highlights: Highlights,
    inner: Vec<InnerHits>,
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
        let mut details = Self {
            with_scores,
            scope: scope.clone(),
            ..Self::default()
        };
        details.highlights = Highlights::of(&search.highlight, &search.query)?;
        for inner in &search.inner {
            details.inner.push(InnerHits::of(inner)?);
        }
        for (name, query) in &search.named {
            let matcher = compile(query).map_err(refused)?;
            details.named.push((name.clone(), matcher));
        }
        Ok(details)
    }

    /// `fields` of a hit: values by path, as its index maps them.
    ///
    /// # Errors
    /// When the document cannot be read.
    pub fn fields(
        &self,
        hit: &Hit,
        wanted: &[ShownField],
    ) -> Result<Map<String, Value>, ElasticError> {
        let document = super::documents::document(hit.source.get())?;
        let plain = Mapping::default();
        let mapping = self.scope.mapping_of(&hit.index).unwrap_or(&plain);
        let shown = shown_fields::values(&document, wanted, mapping);
        Ok(with_own(shown, hit, wanted))
    }

    /// `highlight` of a hit: pieces by field.
    ///
    /// # Errors
    /// When the document cannot be read.
    pub fn highlights(&self, hit: &Hit) -> Result<Map<String, Value>, ElasticError> {
        if self.highlights.is_empty() {
            return Ok(Map::new());
        }
        let document = super::documents::document(hit.source.get())?;
        Ok(self.highlights.pieces(&leaves_of(&document), &self.scope))
    }

    /// `inner_hits` of a hit: the objects within it that satisfy a clause, by name.
    ///
    /// # Errors
    /// When the document cannot be read.
    pub fn inner(&self, hit: &Hit) -> Result<Map<String, Value>, ElasticError> {
        let mut shown = Map::new();
        if self.inner.is_empty() {
            return Ok(shown);
        }
        let document = super::documents::document(hit.source.get())?;
        for inner in &self.inner {
            let hits = inner.list(hit, &document, &self.scope)?;
            shown.insert(inner.name().to_owned(), hits);
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

/// The fields with those of a hit that are not in its document.
pub fn with_own(
    mut shown: Map<String, Value>,
    hit: &Hit,
    wanted: &[ShownField],
) -> Map<String, Value> {
    for field in wanted.iter().filter(|field| field.taken != Taken::Stored) {
        let value = match field.pattern.as_str() {
            "_id" => hit.id.as_str().into(),
            "_index" => hit.index.as_str().into(),
            "_seq_no" => hit.sequence.into(),
            "_version" => hit.version.into(),
            _ => continue,
        };
        shown.insert(field.pattern.clone(), Value::Array(vec![value]));
    }
    shown
}
