//! Which indices a request means: names, wildcards, exclusions, aliases, names with a date; and where a write goes.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use swarmscope_model::Timestamp;
use swarmscope_query::indices::{IndexExpression, InvalidIndexName, wildcard_matches};
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::bulk_request::Entry;
use super::catalog::Catalog;
use super::closing;
use super::date_names;
use super::errors::ElasticError;
use super::index_settings::check_setting_names;
use super::parameters::IndicesOptions;
use super::scope::Scope;
use super::template_match;

/// The indices that an expression chooses.
pub struct Targets {
    pub indices: Vec<IndexInfo>,
    /// An expression of exactly these; `None` when there are none.
    pub expression: Option<IndexExpression>,
    /// What they say of a search.
    pub scope: Scope,
}

impl ElasticState {
    /// Every index, with what was changed of it.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn indices(&self) -> Result<Vec<IndexInfo>, ElasticError> {
        let catalog = self.catalog.read().await?;
        let mut indices = self.logs.indices(&IndexExpression::all()).await?;
        indices.iter_mut().for_each(|info| catalog.apply(info));
        Ok(indices)
    }

    /// Resolves an expression by the options.
    ///
    /// # Errors
    /// When a named index is missing, or a pattern matches nothing and may not.
    pub async fn resolve(
        &self,
        text: &str,
        options: &IndicesOptions,
    ) -> Result<Targets, ElasticError> {
        let text = &date_names::resolve(text, Timestamp::now())?;
        let everything = self.indices().await?;
        let catalog = self.catalog.read().await?;
        let given = text;
        let (text, by_alias) = without_aliases(text, &everything);
        let expression = IndexExpression::parse(&text);
        // What it says itself: an alias that a pattern matches names no index.
        let asked = IndexExpression::parse(given);
        let reserved = |name: &&str| name.starts_with('_') && *name != "_all";
        if let Some(name) = asked.concrete_names().find(reserved) {
            return Err(ElasticError::from(InvalidIndexName {
                name: name.to_owned(),
                reason: "must not start with '_'.",
            }));
        }
        if !options.ignores_unavailable() {
            for name in expression.concrete_names() {
                if !everything.iter().any(|index| index.name == name) {
                    return Err(ElasticError::index_not_found(name));
                }
            }
        }
        let matched = everything
            .into_iter()
            .filter(|index| expression.matches(&index.name));
        let (indices, left_out): (Vec<IndexInfo>, Vec<IndexInfo>) =
            matched.partition(|index| closing::is_meant(&catalog, index, &asked, options));
        if indices.is_empty() && !options.allows_none() {
            return Err(ElasticError::index_not_found(&text));
        }
        let names: Vec<&str> = indices.iter().map(|index| index.name.as_str()).collect();
        let is_whole = left_out.is_empty() && !by_alias;
        let exact = (!names.is_empty()).then(|| match expression.is_pattern() && is_whole {
            // A pattern stays one, so that what it means is decided at the moment of the search; unless it
            // matches what is not meant.
            true => expression,
            false => IndexExpression::parse(&names.join(",")),
        });
        let scope = self.scope(given, &indices).await?;
        Ok(Targets {
            indices,
            expression: exact,
            scope,
        })
    }

    /// The indices that a request deletes: each by its own name, since a slip must not cost everything.
    ///
    /// # Errors
    /// When it names all, a pattern, an alias, or what is not there and has to be.
    pub async fn to_delete(
        &self,
        text: &str,
        options: &IndicesOptions,
    ) -> Result<Option<IndexExpression>, ElasticError> {
        let text = date_names::resolve(text, Timestamp::now())?;
        if IndexExpression::parse(&text).is_pattern() {
            // As Elasticsearch since version 8.
            return Err(ElasticError::illegal_argument(
                "Wildcard expressions or all indices are not allowed",
            ));
        }
        let everything = self.indices().await?;
        let named = text.split(',').map(str::trim);
        let (names, others): (Vec<&str>, Vec<&str>) = named
            .filter(|name| !name.is_empty())
            .partition(|name| everything.iter().any(|index| index.name == *name));
        if !options.ignores_unavailable() {
            let aliases: BTreeSet<&str> = everything.iter().flat_map(alias_names).collect();
            if let Some(alias) = others.iter().find(|name| aliases.contains(*name)) {
                return Err(ElasticError::illegal_argument(format!(
                    "The provided expression [{alias}] matches an alias, specify the corresponding concrete indices \
                     instead."
                )));
            }
            if let Some(missing) = others.first() {
                return Err(ElasticError::index_not_found(missing));
            }
        }
        if names.is_empty() && !options.allows_none() {
            return Err(ElasticError::index_not_found(&text));
        }
        Ok((!names.is_empty()).then(|| IndexExpression::parse(&names.join(","))))
    }

    /// What the indices say of a search that names them so.
    async fn scope(&self, text: &str, indices: &[IndexInfo]) -> Result<Scope, ElasticError> {
        let catalog = self.catalog.read().await?;
        let mut scope = Scope::default();
        for info in indices {
            let mapping = self.mappings.of(&catalog, info);
            scope.add(&info.name, mapping, filters(text, info));
        }
        Ok(scope.finished())
    }

    /// The one index that a name means for reading a document.
    ///
    /// # Errors
    /// When it is an alias of several.
    pub async fn document_target(&self, name: &str) -> Result<String, ElasticError> {
        let name = date_names::resolve(name, Timestamp::now())?;
        let catalog = self.catalog.read().await?;
        if !catalog.concerns_writes() {
            return Ok(name);
        }
        let indices = self.indices().await?;
        let chosen = match alias_targets(&name, &indices).as_slice() {
            _ if indices.iter().any(|index| index.name == name) => name,
            [] => name,
            [(only, _)] => (*only).to_owned(),
            several => {
                let several: Vec<&str> = several.iter().map(|(index, _)| *index).collect();
                let several = several.join(", ");
                return Err(ElasticError::illegal_argument(format!(
                    "alias [{name}] has more than one index associated with it [{several}], can't execute a single \
                     index op"
                )));
            }
        };
        refuse_closed(&catalog, &chosen, &indices)?;
        Ok(chosen)
    }

    /// The index that a write to this name goes to, made from its template when it is not there yet.
    ///
    /// # Errors
    /// When the name is an alias without an index to write to, or the template's index cannot be made.
    pub async fn write_target(&self, name: &Arc<str>) -> Result<Arc<str>, ElasticError> {
        let catalog = self.catalog.read().await?;
        if !name.starts_with('<') && !catalog.concerns_writes() {
            return Ok(Arc::clone(name));
        }
        let dated = date_names::resolve(name, Timestamp::now())?;
        let indices = self.indices().await?;
        let targets = alias_targets(&dated, &indices);
        if indices.iter().any(|index| index.name == dated) {
            refuse_closed(&catalog, &dated, &indices)?;
            return Ok(dated.into());
        }
        if targets.is_empty() {
            self.make_from_template(&catalog, &dated).await?;
            return Ok(dated.into());
        }
        let says = |alias: &Value, flag| alias["is_write_index"] == Value::Bool(flag);
        let chosen = targets.iter().find(|(_, alias)| says(alias, true));
        let chosen = match (chosen, targets.as_slice()) {
            (Some((index, _)), _) => *index,
            (None, [(only, alias)]) if !says(alias, false) => *only,
            _ => {
                return Err(ElasticError::illegal_argument(format!(
                    "no write index is defined for alias [{dated}]. The write index may be explicitly disabled using \
                     is_write_index=false or the alias points to multiple indices without one being designated as a \
                     write index"
                )));
            }
        };
        refuse_closed(&catalog, chosen, &indices)?;
        Ok(Arc::from(chosen))
    }

    /// Refuses a write that is to go to an alias when the name is none.
    ///
    /// # Errors
    /// When it is an index, or nothing.
    pub async fn require_alias(&self, name: &str) -> Result<(), ElasticError> {
        let dated = date_names::resolve(name, Timestamp::now())?;
        let indices = self.indices().await?;
        match alias_targets(&dated, &indices).is_empty() {
            true => Err(ElasticError::no_alias(&dated)),
            false => Ok(()),
        }
    }

    /// Whether some of these writes may go elsewhere than their index says.
    ///
    /// # Errors
    /// When what was set up cannot be read.
    pub async fn redirects_writes(&self, entries: &[Entry]) -> Result<bool, ElasticError> {
        let concerned = self.catalog.read().await?.concerns_writes();
        Ok(concerned || entries.iter().any(|entry| entry.index.starts_with('<')))
    }

    async fn make_from_template(&self, catalog: &Catalog, name: &str) -> Result<(), ElasticError> {
        let Some(template) = template_match::for_index(catalog, name) else {
            return Ok(());
        };
        match self.make_index(name, template.definition).await {
            Err(error) if error.is_of_existing_index() => {}
            made => made?,
        }
        if let Some(template) = template.data_stream {
            let made = |catalog: &mut Catalog| {
                catalog.data_streams.insert(name.to_owned(), template);
                Ok(())
            };
            self.catalog.change(made).await?;
        }
        Ok(())
    }

    /// Makes an index; its aliases go to the catalog.
    ///
    /// # Errors
    /// When the store refuses, or an alias has a name that an index has.
    pub async fn make_index(
        &self,
        name: &str,
        mut definition: serde_json::Map<String, Value>,
    ) -> Result<(), ElasticError> {
        if let Some(Value::Object(settings)) = definition.get("settings") {
            check_setting_names(settings)?;
        }
        let mut aliases = definition.remove("aliases");
        if let Some(Value::Object(aliases)) = &mut aliases {
            for (alias, body) in aliases {
                super::aliases::check_filter(alias, body)?;
                if let Value::Object(says) = body {
                    *says = super::aliases::checked(says)?;
                }
            }
        }
        self.logs.create_index(name, definition).await?;
        self.mappings.forget();
        let Some(Value::Object(aliases)) =
            aliases.filter(|aliases| aliases != &Value::Object(<_>::default()))
        else {
            return Ok(());
        };
        let info = self.logs.indices(&IndexExpression::parse(name)).await?;
        let uuids: Vec<String> = info.into_iter().map(|info| info.uuid).collect();
        let put = |catalog: &mut Catalog| {
            for uuid in uuids {
                let changes = catalog.changes.entry(uuid).or_default();
                for (alias, body) in &aliases {
                    let body = body.as_object().cloned().unwrap_or_default();
                    changes.aliases.insert(alias.clone(), body);
                }
            }
            Ok(())
        };
        self.catalog.change(put).await
    }
}

/// Refuses what is about one index when that is closed.
fn refuse_closed(catalog: &Catalog, name: &str, indices: &[IndexInfo]) -> Result<(), ElasticError> {
    let mut named = indices.iter().filter(|info| info.name == name);
    match named.find(|info| catalog.is_closed(info)) {
        Some(closed) => Err(ElasticError::index_closed(closed)),
        None => Ok(()),
    }
}

/// The indices that have this alias, with what it says there.
fn alias_targets<'a>(name: &str, indices: &'a [IndexInfo]) -> Vec<(&'a str, &'a Value)> {
    let with = |index: &'a IndexInfo| {
        let alias = index.definition.get("aliases")?.get(name)?;
        Some((index.name.as_str(), alias))
    };
    indices.iter().filter_map(with).collect()
}

/// The expression with the names of indices in place of aliases, and whether there were any.
fn without_aliases(text: &str, indices: &[IndexInfo]) -> (String, bool) {
    let aliases: BTreeSet<&str> = indices.iter().flat_map(alias_names).collect();
    if aliases.is_empty() {
        return (text.to_owned(), false);
    }
    let mut found = false;
    let mut parts: Vec<String> = Vec::new();
    for (position, part) in text.split(',').map(str::trim).enumerate() {
        let (sign, pattern) = match part.strip_prefix('-') {
            Some(rest) if position > 0 => ("-", rest),
            _ => ("", part),
        };
        let is_index = indices.iter().any(|index| index.name == pattern);
        let matching = aliases
            .iter()
            .filter(|alias| wildcard_matches(pattern, alias));
        let matching: Vec<&&str> = match is_index || pattern == "*" || pattern == "_all" {
            true => Vec::new(),
            false => matching.collect(),
        };
        if matching.is_empty() || pattern.contains('*') {
            parts.push(part.to_owned());
        }
        for alias in matching {
            found = true;
            let own = alias_targets(alias, indices);
            parts.extend(own.iter().map(|(index, _)| format!("{sign}{index}")));
        }
    }
    (parts.join(","), found)
}

/// The filters of the aliases by which an expression names an index; `None` when it names the index without one.
fn filters(text: &str, info: &IndexInfo) -> Option<Vec<Value>> {
    let aliases = info.definition.get("aliases")?.as_object()?;
    if aliases.values().all(|alias| alias.get("filter").is_none()) {
        return None;
    }
    let mut filters = Vec::new();
    let parts = text.split(',').map(str::trim).enumerate();
    for (_, pattern) in parts.filter(|(at, part)| *at == 0 || !part.starts_with('-')) {
        if matches!(pattern, "" | "_all") || wildcard_matches(pattern, &info.name) {
            return None;
        }
        let named = aliases
            .iter()
            .filter(|(name, _)| wildcard_matches(pattern, name));
        for (_, alias) in named {
            filters.push(alias.get("filter")?.clone());
        }
    }
    Some(filters)
}

/// The names of an index's aliases.
pub fn alias_names(info: &IndexInfo) -> impl Iterator<Item = &str> {
    let aliases = info.definition.get("aliases").and_then(Value::as_object);
    aliases.into_iter().flatten().map(|(name, _)| name.as_str())
}
