//! `_cat`: tables for people, as text or JSON.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_query::indices::wildcard_matches;
use swarmscope_query::store::IndexInfo;

use super::ElasticState;
use super::body::Parameters;
use super::cluster::{CLUSTER_NAME, status};
use super::errors::ElasticError;
use super::parameters::{IndicesOptions, is_on};
use super::template_match::patterns;

#[derive(Debug, Default, Deserialize)]
pub struct CatParameters {
    format: Option<String>,
    v: Option<String>,
    h: Option<String>,
    s: Option<String>,
    bytes: Option<String>,
}

/// A table: the names of the columns and the rows' cells.
struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// `GET /_cat/indices`
pub async fn all_indices(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    indices_table(&state, "", &parameters).await
}

/// `GET /_cat/indices/{index}`
pub async fn indices(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    indices_table(&state, &index, &parameters).await
}

async fn indices_table(
    state: &ElasticState,
    expression: &str,
    parameters: &CatParameters,
) -> Result<Response, ElasticError> {
    let found = state
        .resolve(expression, &IndicesOptions::default())
        .await?;
    let size = |bytes: u64| match parameters.bytes.as_deref() {
        Some("b") => bytes.to_string(),
        _ => human_size(bytes),
    };
    let row = |index: IndexInfo| {
        vec![
            status(std::slice::from_ref(&index)).to_owned(),
            "open".to_owned(),
            index.name,
            index.uuid,
            "1".to_owned(),
            "0".to_owned(),
            index.documents.to_string(),
            index.deleted.to_string(),
            size(index.bytes),
            size(index.bytes),
            size(index.bytes),
            index.damage.unwrap_or_default(),
        ]
    };
    let columns = vec![
        "health",
        "status",
        "index",
        "uuid",
        "pri",
        "rep",
        "docs.count",
        "docs.deleted",
        "store.size",
        "pri.store.size",
        "dataset.size",
        "damage",
    ];
    let mut table = Table {
        columns,
        rows: found.indices.into_iter().map(row).collect(),
    };
    if parameters.h.is_none()
        && table
            .rows
            .iter()
            .all(|row| row.last().is_none_or(String::is_empty))
    {
        // A column of our own, there only when there is something to say.
        table.columns.pop();
        table.rows.iter_mut().for_each(|row| {
            row.pop();
        });
    }
    Ok(table.answer(parameters))
}

/// `GET /_cat/health`
pub async fn health(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    let found = state.resolve("", &IndicesOptions::default()).await?;
    let (epoch, clock) = now();
    let shards = found.indices.len().to_string();
    let row = vec![
        epoch,
        clock,
        CLUSTER_NAME.to_owned(),
        status(&found.indices).to_owned(),
        "1".to_owned(),
        "1".to_owned(),
        shards,
    ];
    let columns = vec![
        "epoch",
        "timestamp",
        "cluster",
        "status",
        "node.total",
        "node.data",
        "shards",
    ];
    Ok(Table {
        columns,
        rows: vec![row],
    }
    .answer(&parameters))
}

/// `GET /_cat/count`
pub async fn count_all(
    State(state): State<ElasticState>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    count_table(&state, "", &parameters).await
}

/// `GET /_cat/count/{index}`
pub async fn count(
    State(state): State<ElasticState>,
    Path(index): Path<String>,
    Parameters(parameters): Parameters<CatParameters>,
) -> Result<Response, ElasticError> {
    count_table(&state, &index, &parameters).await
}

async fn count_table(
    state: &ElasticState,
    expression: &str,
    parameters: &CatParameters,
) -> Result<Response, ElasticError> {
    let found = state
        .resolve(expression, &IndicesOptions::default())
        .await?;
    let documents: u64 = found.indices.iter().map(|index| index.documents).sum();
    let (epoch, clock) = now();
    let columns = vec!["epoch", "timestamp", "count"];
    let rows = vec![vec![epoch, clock, documents.to_string()]];
    Ok(Table { columns, rows }.answer(parameters))
}

/// `GET /_cat/nodes`
pub async fn nodes(Parameters(parameters): Parameters<CatParameters>) -> Response {
    let row = ["127.0.0.1", "dim", "*", CLUSTER_NAME]
        .map(str::to_owned)
        .to_vec();
    let columns = vec!["ip", "node.role", "master", "name"];
    Table {
        columns,
        rows: vec![row],
    }
    .answer(&parameters)
}

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
    let mut rows = Vec::new();
    for index in state.indices().await? {
        let aliases = index.definition.get("aliases").and_then(Value::as_object);
        for (alias, body) in aliases.into_iter().flatten() {
            if names.split(',').any(|own| wildcard_matches(own, alias)) {
                let write = body
                    .get("is_write_index")
                    .map_or_else(|| "-".to_owned(), Value::to_string);
                let none = || "-".to_owned();
                rows.push(vec![
                    alias.clone(),
                    index.name.clone(),
                    none(),
                    none(),
                    none(),
                    write,
                ]);
            }
        }
    }
    rows.sort();
    let columns = vec![
        "alias",
        "index",
        "filter",
        "routing.index",
        "routing.search",
        "is_write_index",
    ];
    Ok(Table { columns, rows }.answer(parameters))
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
        let text = |key: &str| template.get(key).map_or_else(String::new, Value::to_string);
        let parts = template.get("composed_of").and_then(Value::as_array);
        let parts = parts.map_or_else(String::new, |parts| {
            let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            format!("[{}]", parts.join(", "))
        });
        let own: Vec<&str> = patterns(template).collect();
        let order = match text(order) {
            none if none.is_empty() => "0".to_owned(),
            order => order,
        };
        vec![
            name.clone(),
            format!("[{}]", own.join(", ")),
            order,
            text("version"),
            parts,
        ]
    };
    let newer = catalog.index_templates.iter();
    let newer = newer.map(|(name, template)| of_kind(template, name, "priority"));
    let older = catalog.templates.iter();
    let older = older.map(|(name, template)| of_kind(template, name, "order"));
    let rows = newer.chain(older);
    let rows = rows
        .filter(|row| wildcard_matches(wanted, &row[0]))
        .collect();
    let columns = vec!["name", "index_patterns", "order", "version", "composed_of"];
    Ok(Table { columns, rows }.answer(parameters))
}

/// Seconds since the epoch, and the time of day.
fn now() -> (String, String) {
    let now = Timestamp::now();
    let text = now.to_string();
    (
        (now.as_millisecond() / 1_000).to_string(),
        text.get(11..19).unwrap_or("").to_owned(),
    )
}

fn human_size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["b", "kb", "mb", "gb", "tb"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{bytes}b"),
        _ => format!("{size:.1}{}", UNITS[unit]),
    }
}

/// Whether a column's cells stand to the right.
fn is_number(column: &str) -> bool {
    matches!(column, "pri" | "rep" | "shards")
        || column.starts_with("docs.")
        || column.starts_with("node.")
        || column.ends_with(".size")
}

impl Table {
    fn answer(mut self, parameters: &CatParameters) -> Response {
        self.sort(parameters.s.as_deref());
        self.choose(parameters.h.as_deref());
        if parameters.format.as_deref() == Some("json") {
            return Json(self.to_json()).into_response();
        }
        let kind = [(CONTENT_TYPE, "text/plain; charset=UTF-8")];
        (kind, self.to_text(is_on(parameters.v.as_deref()))).into_response()
    }

    fn sort(&mut self, keys: Option<&str>) {
        let keys: Vec<&str> = keys
            .unwrap_or("")
            .split(',')
            .filter(|key| !key.is_empty())
            .collect();
        // Stable, so the last key first.
        for key in keys.into_iter().rev() {
            let (name, descending) = match key.rsplit_once(':') {
                Some((name, direction)) => (name, direction == "desc"),
                None => (key, false),
            };
            let Some(at) = self.columns.iter().position(|column| *column == name) else {
                continue;
            };
            self.rows.sort_by(|a, b| {
                let order = match (a[at].parse::<f64>(), b[at].parse::<f64>()) {
                    (Ok(a), Ok(b)) => a.total_cmp(&b),
                    _ => a[at].cmp(&b[at]),
                };
                if descending { order.reverse() } else { order }
            });
        }
    }

    fn choose(&mut self, names: Option<&str>) {
        let Some(names) = names else { return };
        let chosen: Vec<usize> = names
            .split(',')
            .flat_map(|name| {
                let columns = self.columns.iter().enumerate();
                columns
                    .filter(|(_, column)| wildcard_matches(name.trim(), column))
                    .map(|(at, _)| at)
                    .collect::<Vec<_>>()
            })
            .collect();
        self.columns = chosen.iter().map(|at| self.columns[*at]).collect();
        for row in &mut self.rows {
            *row = chosen.iter().map(|at| row[*at].clone()).collect();
        }
    }

    fn to_json(&self) -> Value {
        let objects = self.rows.iter().map(|row| {
            let cells = self.columns.iter().zip(row);
            cells
                .map(|(name, cell)| ((*name).to_owned(), cell.as_str().into()))
                .collect()
        });
        Value::Array(
            objects
                .map(|object: Map<String, Value>| Value::Object(object))
                .collect(),
        )
    }

    fn to_text(&self, with_header: bool) -> String {
        let header: Vec<String> = self.columns.iter().map(|name| (*name).to_owned()).collect();
        let lines: Vec<&Vec<String>> = with_header
            .then_some(&header)
            .into_iter()
            .chain(&self.rows)
            .collect();
        let width = |at: usize| {
            lines
                .iter()
                .map(|line| line[at].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut text = String::new();
        for line in &lines {
            let cells: Vec<String> = line
                .iter()
                .zip(&widths)
                .zip(&self.columns)
                .map(|((cell, width), column)| match is_number(column) {
                    true => format!("{cell:>width$}"),
                    false => format!("{cell:<width$}"),
                })
                .collect();
            text.push_str(cells.join(" ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_chosen_and_aligned() {
        let mut table = Table {
            columns: vec!["index", "docs.count"],
            rows: [["b", "9"], ["a", "10"]]
                .map(|row| row.map(str::to_owned).to_vec())
                .to_vec(),
        };
        table.sort(Some("docs.count:desc"));
        assert_eq!(
            table.to_text(true),
            "index docs.count\na             10\nb              9\n"
        );
        table.choose(Some("docs*"));
        assert_eq!(table.to_text(false), "10\n 9\n");
        assert_eq!(
            (human_size(5), human_size(1536)),
            ("5b".to_owned(), "1.5kb".to_owned())
        );
    }
}
