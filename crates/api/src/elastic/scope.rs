//! What the chosen indices say of a search: their mappings, and the filters of the aliases they were named by.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_query::ast::{BoolQuery, Field, Query, Scalar};
use swarmscope_query::elastic::{SearchBody, ShownField, Taken, query_body};
use swarmscope_query::evaluate::View;
use swarmscope_query::mapping::Mapping;
use swarmscope_query::store::IndexInfo;
use swarmscope_query::value_view::{IndexViews, ValueViews};

use super::catalog::Catalog;
use super::errors::ElasticError;

/// The indices of a search that mean different things by it. Empty when all mean what it says.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    groups: Vec<Group>,
}

/// Indices with one mapping and one filter.
#[derive(Debug, Clone)]
struct Group {
    indices: Vec<String>,
    mapping: Arc<Mapping>,
    /// The filters of the aliases that named them; one has to hold.
    filters: Option<Vec<Value>>,
}

impl Scope {
    /// Adds an index.
    pub fn add(&mut self, index: &str, mapping: Arc<Mapping>, filters: Option<Vec<Value>>) {
        let same =
            |group: &&mut Group| Arc::ptr_eq(&group.mapping, &mapping) && group.filters == filters;
        match self.groups.iter_mut().find(same) {
            Some(group) => group.indices.push(index.to_owned()),
            None => self.groups.push(Group {
                indices: vec![index.to_owned()],
                mapping,
                filters,
            }),
        }
    }

    /// The scope once all indices are in it.
    #[must_use]
    pub fn finished(self) -> Self {
        let is_plain = |group: &Group| group.mapping.is_plain() && group.filters.is_none();
        match self.groups.iter().all(is_plain) {
            true => Self::default(),
            false => self,
        }
    }

    /// What the query means.
    ///
    /// # Errors
    /// When a clause says what its field cannot hold.
    pub fn meaning(&self, query: &Query) -> Result<Query, ElasticError> {
        let now = Timestamp::now();
        let own = |group: &Group| group.mapping.apply(query, now).map_err(ElasticError::from);
        match self.groups.as_slice() {
            [] => Ok(query.clone()),
            [only] => own(only),
            groups if groups.iter().all(|group| group.mapping.is_plain()) => Ok(query.clone()),
            groups => {
                let each = groups.iter().map(|group| {
                    Ok(Query::Bool(BoolQuery {
                        must: vec![own(group)?],
                        filter: vec![group.is_index()],
                        ..BoolQuery::default()
                    }))
                });
                Ok(Query::any_of(each.collect::<Result<_, ElasticError>>()?))
            }
        }
    }

    /// What a document has to satisfy besides: the filters of aliases.
    ///
    /// # Errors
    /// When a filter cannot be read any more.
    pub fn filter(&self) -> Result<Option<Query>, ElasticError> {
        if self.groups.iter().all(|group| group.filters.is_none()) {
            return Ok(None);
        }
        let each = self.groups.iter().map(Group::filter);
        Ok(Some(Query::any_of(each.collect::<Result<_, _>>()?)))
    }

    /// The query with the filters.
    ///
    /// # Errors
    /// As [`Scope::meaning`] and [`Scope::filter`].
    pub fn whole(&self, query: &Query) -> Result<Query, ElasticError> {
        let query = self.meaning(query)?;
        Ok(match self.filter()? {
            None => query,
            Some(filter) => Query::Bool(BoolQuery {
                must: vec![query],
                filter: vec![filter],
                ..BoolQuery::default()
            }),
        })
    }

    /// Says a search in the terms of its indices; the filters are not in it.
    ///
    /// # Errors
    /// As [`Scope::meaning`].
    pub fn adapt(&self, search: &mut SearchBody) -> Result<(), ElasticError> {
        if self.groups.is_empty() {
            return Ok(());
        }
        self.check_formats(&search.fields)?;
        search.query = self.meaning(&search.query)?;
        if let Some(filter) = &mut search.post_filter {
            *filter = self.meaning(filter)?;
        }
        for (_, query) in &mut search.named {
            *query = self.meaning(query)?;
        }
        for step in &mut search.rescore {
            step.query = self.meaning(&step.query)?;
        }
        for inner in &mut search.inner {
            inner.query = self.meaning(&inner.query)?;
        }
        for query in search
            .highlight
            .iter_mut()
            .filter_map(|field| field.query.as_mut())
        {
            *query = self.meaning(query)?;
        }
        let meaning = |query: &Query| self.meaning(query);
        for aggregation in &mut search.aggregations {
            aggregation.adapt(&meaning)?;
        }
        let views = self.views();
        search.shapes.take_formats(&mut search.aggregations, &views);
        Ok(())
    }

    /// How sorts and aggregations look at the values of fields, each index as it is mapped.
    pub fn index_views(&self) -> IndexViews {
        if let [only] = self.groups.as_slice() {
            return IndexViews::alike(only.mapping.views().clone());
        }
        let each = self.groups.iter().flat_map(|group| {
            let named = group.indices.iter().cloned();
            named.map(|index| (index, group.mapping.views().clone()))
        });
        each.collect()
    }

    /// How values are shown whatever index they come from: as the first index says that says something.
    pub fn views(&self) -> ValueViews {
        if let [only] = self.groups.as_slice() {
            return only.mapping.views().clone();
        }
        let last_first = self.groups.iter().rev();
        let all = last_first.flat_map(|group| group.mapping.views().iter());
        all.map(|(name, view)| (name.clone(), view.clone()))
            .collect()
    }

    /// The mapping of an index, where one says something.
    pub fn mapping_of(&self, index: &str) -> Option<&Mapping> {
        let mut groups = self.groups.iter();
        let own = groups.find(|group| group.indices.iter().any(|own| own == index));
        own.map(|group| group.mapping.as_ref())
    }

    /// Whether the fields that a reply lists can be shown so.
    ///
    /// # Errors
    /// When a format is said for a field that has none.
    pub fn check_formats(&self, fields: &[ShownField]) -> Result<(), ElasticError> {
        let formatted = fields.iter().filter(|field| field.format.is_some());
        for field in formatted {
            let numbers = field.taken == Taken::Columns;
            for group in &self.groups {
                group.mapping.check_format(&field.pattern, numbers)?;
            }
        }
        Ok(())
    }

    /// The further names of a field's values, and how each looks at them.
    pub fn views_of(&self, path: &str) -> Vec<(String, View)> {
        let mut views = Vec::new();
        for group in &self.groups {
            for (name, is_whole) in group.mapping.views_of(path) {
                let view = if is_whole { View::Whole } else { View::Text };
                let is_known = |(other, known): &(String, View)| other == name && *known == view;
                // Indices of other mappings mostly have the same.
                if !views.iter().any(is_known) {
                    views.push((name.to_owned(), view));
                }
            }
        }
        views
    }

    /// Whether the values of a field are whole strings under its own name.
    pub fn is_whole(&self, name: &str) -> bool {
        self.groups.iter().any(|group| group.mapping.is_whole(name))
    }
}

impl Group {
    fn is_index(&self) -> Query {
        let names = self.indices.iter().cloned().map(Scalar::Text);
        Query::Terms {
            field: Field::Named("_index".to_owned()),
            values: names.collect(),
        }
    }

    fn filter(&self) -> Result<Query, ElasticError> {
        let mut clauses = vec![self.is_index()];
        if let Some(filters) = &self.filters {
            let read = |filter: &Value| alias_filter(filter, &self.mapping);
            let any = filters
                .iter()
                .map(read)
                .collect::<Result<_, ElasticError>>()?;
            clauses.push(Query::any_of(any));
        }
        Ok(Query::Bool(BoolQuery {
            filter: clauses,
            ..BoolQuery::default()
        }))
    }
}

fn alias_filter(filter: &Value, mapping: &Mapping) -> Result<Query, ElasticError> {
    let now = Timestamp::now();
    let body = Value::Object(Map::from_iter([("query".to_owned(), filter.clone())]));
    let query = query_body(&body.to_string(), now)?;
    Ok(mapping.apply(&query, now)?)
}

/// Whether a filter can be read.
///
/// # Errors
/// When it cannot.
pub fn check_filter(filter: &Value) -> Result<(), ElasticError> {
    alias_filter(filter, &Mapping::default()).map(drop)
}

/// The mappings of indices, read once. A cheap handle.
#[derive(Clone, Default)]
pub struct Mappings {
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    /// What they were read with: with another, they are read anew.
    catalog: Option<Arc<Catalog>>,
    by_uuid: HashMap<String, Arc<Mapping>>,
    /// So that indices with the same mapping share it.
    by_text: HashMap<String, Arc<Mapping>>,
    plain: Arc<Mapping>,
    /// Those that refuse documents, by index; `None` when nobody has looked.
    strict: Option<HashMap<String, Arc<Mapping>>>,
    /// How often they were forgotten.
    forgotten: u64,
}

impl Known {
    fn with(&mut self, catalog: &Arc<Catalog>) {
        let same = self
            .catalog
            .as_ref()
            .is_some_and(|own| Arc::ptr_eq(own, catalog));
        if !same {
            *self = Self {
                catalog: Some(Arc::clone(catalog)),
                forgotten: self.forgotten,
                ..Self::default()
            };
        }
    }

    fn of(&mut self, info: &IndexInfo) -> Arc<Mapping> {
        let Some(Value::Object(mappings)) = info.definition.get("mappings") else {
            return Arc::clone(&self.plain);
        };
        if let Some(known) = self.by_uuid.get(&info.uuid) {
            return Arc::clone(known);
        }
        let settings = super::index_settings::settings_of(info);
        let analysis = &settings["index"]["analysis"];
        let text = format!("{}{analysis}", Value::Object(mappings.clone()));
        let read = || Arc::new(Mapping::read(mappings, analysis));
        let mapping = Arc::clone(self.by_text.entry(text).or_insert_with(read));
        let mapping = match mapping.is_plain() {
            true => Arc::clone(&self.plain),
            false => mapping,
        };
        self.by_uuid.insert(info.uuid.clone(), Arc::clone(&mapping));
        mapping
    }
}

impl Mappings {
    /// The mapping of an index, as the catalog has changed it.
    pub fn of(&self, catalog: &Arc<Catalog>, info: &IndexInfo) -> Arc<Mapping> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.with(catalog);
        known.of(info)
    }

    /// The mappings that refuse documents, by index; `None` when they have to be learned.
    pub fn strict(&self, catalog: &Arc<Catalog>) -> Option<HashMap<String, Arc<Mapping>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.with(catalog);
        known.strict.clone()
    }

    /// How often they were forgotten: to be asked before the indices are, from which they are learned.
    pub fn forgotten(&self) -> u64 {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.forgotten
    }

    /// Learns them from all indices. They are kept unless they were forgotten since, as then an index may be missing.
    pub fn learn(
        &self,
        catalog: &Arc<Catalog>,
        indices: &[IndexInfo],
        forgotten: u64,
    ) -> HashMap<String, Arc<Mapping>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.with(catalog);
        let mut strict = HashMap::new();
        for info in indices {
            let mapping = known.of(info);
            if mapping.is_strict() {
                strict.insert(info.name.clone(), mapping);
            }
        }
        if known.forgotten == forgotten {
            known.strict = Some(strict.clone());
        }
        strict
    }

    /// Forgets them: an index came or went.
    pub fn forget(&self) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.strict = None;
        known.forgotten += 1;
    }
}
