//! Tables of what is set up under names: aliases and templates.

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Map, Value};
use swarmscope_query::indices::wildcard_matches;

use super::super::ElasticState;
use super::super::alias_choice::AliasChoice;
use super::super::body::Parameters;
use super::super::errors::ElasticError;
use super::super::template_match::patterns;
use super::table::{CatParameters, Column, Table, row};

const ALIASES: &[Column] = &[
    Column::new("alias", "a", "alias name"),
    Column::new("index", "i,idx", "index alias points to"),
    Column::new("filter", "f,fi", "filter"),
    Column::new("routing.index", "ri,routingIndex", "index routing"),
    Column::new("routing.search", "rs,routingSearch", "search routing"),
    Column::new("is_write_index", "w,isWriteIndex", "write index"),
];

const TEMPLATES: &[Column] = &[
    Column::new("name", "n", "template name"),
    Column::new("index_patterns", "t", "template index patterns"),
    Column::new("order", "o,p", "template application order/priority number"),
    Column::new("version", "v", "version"),
    Column::new(
        "composed_of",
        "c",
        "component templates comprising index template",
    ),
];

const COMPONENT_TEMPLATES: &[Column] = &[
    Column::new("name", "n", "component template name"),
    Column::new("version", "v", "component template version"),
    Column::new(
        "alias_count",
        "a",
        "number of aliases in the component template",
    ),
    Column::new(
        "mapping_count",
        "m",
        "number of mappings in the component template",
    ),
    Column::new(
        "settings_count",
        "s",
        "number of settings in the component template",
    ),
    Column::new(
        "metadata_count",
        "me",
        "number of metadata in the component template",
    ),
    Column::new("included_in", "i", "included in index template"),
];

/// `GET /_cat/aliases`
pub async fn all_aliases(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    aliases_table(&state, "*", &parameters).await
}

/// `GET /_cat/aliases/{name}`
pub async fn aliases(
    State(state): State<ElasticState>,
    Path(names): Path<String>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    aliases_table(&state, &names, &parameters).await
}

async fn aliases_table(
    state: &ElasticState,
    names: &str,
    parameters: &CatParameters,
) -> Result<Response, ElasticError> {
    let choice = AliasChoice::of(names);
    let mut rows = Vec::new();
    for index in state.indices().await? {
        let aliases = index.definition.get("aliases").and_then(Value::as_object);
        for (alias, body) in aliases.into_iter().flatten() {
            if !choice.has(alias) {
                continue;
            }
            let says = |key: &str| match body.get(key) {
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => "-".to_owned(),
            };
            let filter = body.get("filter").map_or("-", |_| "*");
            rows.push(row(&[
                alias,
                &index.name,
                &filter,
                &says("index_routing"),
                &says("search_routing"),
                &says("is_write_index"),
            ]));
        }
    }
    rows.sort();
    Table::new(ALIASES, rows).answer(parameters)
}

/// `GET /_cat/templates`
pub async fn all_templates(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    templates_table(&state, "*", &parameters).await
}

/// `GET /_cat/templates/{name}`
pub async fn templates(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    templates_table(&state, &name, &parameters).await
}

async fn templates_table(
    state: &ElasticState,
    wanted: &str,
    parameters: &CatParameters,
) -> Result<Response, ElasticError> {
    let catalog = state.catalog.read().await?;
    let of_kind = |template: &Map<String, Value>, name: &String, order: &str| {
        let parts = template.get("composed_of").and_then(Value::as_array);
        let parts = parts.map_or_else(String::new, |parts| {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            format!("[{}]", parts.join(", "))
        });
        let own: Vec<&str> = patterns(template).collect();
        let order = match text(template, order) {
            none if none.is_empty() => "0".to_owned(),
            order => order,
        };
        row(&[
            name,
            &format!("[{}]", own.join(", ")),
            &order,
            &text(template, "version"),
            &parts,
        ])
    };
    let newer = catalog.index_templates.iter();
    let newer = newer.map(|(name, template)| of_kind(template, name, "priority"));
    let older = catalog.templates.iter();
    let older = older.map(|(name, template)| of_kind(template, name, "order"));
    let rows = newer.chain(older);
    let rows = rows
        .filter(|row| wildcard_matches(wanted, &row[0]))
        .collect();
    Table::new(TEMPLATES, rows).answer(parameters)
}

/// `GET /_cat/component_templates`
pub async fn all_component_templates(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    components_table(&state, "*", &parameters).await
}

/// `GET /_cat/component_templates/{name}`
pub async fn component_templates(
    State(state): State<ElasticState>,
    Path(name): Path<String>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    components_table(&state, &name, &parameters).await
}

async fn components_table(
    state: &ElasticState,
    wanted: &str,
    parameters: &CatParameters,
) -> Result<Response, ElasticError> {
    let catalog = state.catalog.read().await?;
    let users = |part: &str| -> String {
        let using = catalog.index_templates.iter().filter(|(_, template)| {
            let parts = template.get("composed_of").and_then(Value::as_array);
            parts.is_some_and(|parts| parts.iter().any(|own| own == part))
        });
        let using: Vec<&str> = using.map(|(name, _)| name.as_str()).collect();
        format!("[{}]", using.join(", "))
    };
    let chosen = catalog.component_templates.iter();
    let chosen = chosen.filter(|(name, _)| wildcard_matches(wanted, name));
    let rows = chosen.map(|(name, body)| {
        let part = |path: &[&str]| {
            let mut at = body.get("template");
            for key in path {
                at = at.and_then(|value| value.get(key));
            }
            members(at)
        };
        row(&[
            name,
            &text(body, "version"),
            &part(&["aliases"]),
            &part(&["mappings", "properties"]),
            &part(&["settings", "index"]),
            &members(body.get("_meta")),
            &users(name),
        ])
    });
    Table::new(COMPONENT_TEMPLATES, rows.collect()).answer(parameters)
}

/// A member as text, empty when it is not there.
fn text(body: &Map<String, Value>, key: &str) -> String {
    body.get(key).map_or_else(String::new, Value::to_string)
}

/// How many members an object has.
fn members(value: Option<&Value>) -> usize {
    value.and_then(Value::as_object).map_or(0, Map::len)
}
