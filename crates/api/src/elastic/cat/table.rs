//! A table of `_cat`: columns that are shown, chosen and explained, rows that are sorted and aligned. It knows no
//! index and no node.

use std::fmt::Display;

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use swarmscope_query::indices::wildcard_matches;

use super::super::errors::ElasticError;
use super::super::parameters::is_on;

/// The URL's parameters.
#[derive(Debug, Default, Deserialize)]
pub struct CatParameters {
    format: Option<String>,
    help: Option<String>,
    v: Option<String>,
    h: Option<String>,
    s: Option<String>,
    /// The unit of sizes.
    pub bytes: Option<String>,
}

/// A column: what it is called, also for short, and what stands in it.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    name: &'static str,
    short: &'static str,
    says: &'static str,
    /// Whether it is there without being asked for.
    shown: bool,
}

impl Column {
    /// A column that is always there; short names are separated by commas.
    pub const fn new(name: &'static str, short: &'static str, says: &'static str) -> Self {
        Self {
            name,
            short,
            says,
            shown: true,
        }
    }

    /// A column for those who ask for it.
    pub const fn on_request(name: &'static str, short: &'static str, says: &'static str) -> Self {
        Self {
            shown: false,
            ..Self::new(name, short, says)
        }
    }

    fn is_called(&self, name: &str) -> bool {
        self.name == name || self.short.split(',').any(|own| own == name)
    }

    /// Whether its cells stand to the right.
    fn is_number(&self) -> bool {
        let first = self.name.split('.').next().unwrap_or_default();
        let is_count = matches!(
            first,
            "pri" | "rep" | "shards" | "docs" | "store" | "dataset" | "relo" | "init" | "unassign"
        );
        let is_figure = matches!(
            self.name,
            "pending_tasks"
                | "max_task_wait_time"
                | "active_shards_percent"
                | "node.total"
                | "node.data"
        );
        is_count || is_figure
    }
}

/// A row of a table out of what is shown in its cells.
pub fn row(cells: &[&dyn Display]) -> Vec<String> {
    cells.iter().map(ToString::to_string).collect()
}

/// Columns, and a cell for each of them in every row.
pub struct Table {
    columns: &'static [Column],
    rows: Vec<Vec<String>>,
}

/// Some of the columns, by their places, each with the name it was asked for by.
type Chosen = Vec<(usize, String)>;

impl Table {
    /// A table of these rows, which have a cell for each column.
    pub fn new(columns: &'static [Column], rows: Vec<Vec<String>>) -> Self {
        Self { columns, rows }
    }

    /// Whether every cell of a column is empty.
    pub fn lacks(&self, name: &str) -> bool {
        let at = self.columns.iter().position(|column| column.name == name);
        at.is_none_or(|at| self.rows.iter().all(|row| row[at].is_empty()))
    }

    /// The table as the parameters ask for it.
    ///
    /// # Errors
    /// When it is to be sorted by a column that it does not have.
    pub fn answer(self, parameters: &CatParameters) -> Result<Response, ElasticError> {
        self.answer_without("", parameters)
    }

    /// The same without one of the columns, unless it is asked for.
    ///
    /// # Errors
    /// As above.
    pub fn answer_without(
        mut self,
        hidden: &str,
        parameters: &CatParameters,
    ) -> Result<Response, ElasticError> {
        let kind = [(CONTENT_TYPE, "text/plain; charset=UTF-8")];
        if is_on(parameters.help.as_deref()) {
            return Ok((kind, self.help()).into_response());
        }
        self.sort(parameters.s.as_deref())?;
        let chosen = self.choose(parameters.h.as_deref(), hidden);
        if parameters.format.as_deref() == Some("json") {
            return Ok(Json(self.to_json(&chosen)).into_response());
        }
        let text = self.to_text(&chosen, is_on(parameters.v.as_deref()));
        Ok((kind, text).into_response())
    }

    fn sort(&mut self, keys: Option<&str>) -> Result<(), ElasticError> {
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
            let Some(at) = self.columns.iter().position(|one| one.is_called(name)) else {
                return Err(ElasticError::illegal_argument(format!(
                    "Unable to sort by unknown sort key `{name}`"
                )));
            };
            self.rows.sort_by(|a, b| {
                let order = match (a[at].parse::<f64>(), b[at].parse::<f64>()) {
                    (Ok(a), Ok(b)) => a.total_cmp(&b),
                    _ => a[at].cmp(&b[at]),
                };
                if descending { order.reverse() } else { order }
            });
        }
        Ok(())
    }

    fn choose(&self, names: Option<&str>, hidden: &str) -> Chosen {
        let Some(names) = names else {
            let all = self.columns.iter().enumerate();
            let shown = all.filter(|(_, column)| column.shown && column.name != hidden);
            return shown
                .map(|(at, column)| (at, column.name.to_owned()))
                .collect();
        };
        let of_name = |name: &str| -> Chosen {
            if let Some(at) = self.columns.iter().position(|one| one.is_called(name)) {
                return vec![(at, name.to_owned())];
            }
            let all = self.columns.iter().enumerate();
            let matching = all.filter(|(_, column)| wildcard_matches(name, column.name));
            matching
                .map(|(at, column)| (at, column.name.to_owned()))
                .collect()
        };
        names
            .split(',')
            .flat_map(|name| of_name(name.trim()))
            .collect()
    }

    fn to_json(&self, chosen: &Chosen) -> Value {
        let object = |row: &Vec<String>| -> Map<String, Value> {
            let cells = chosen.iter();
            cells
                .map(|(at, name)| (name.clone(), row[*at].as_str().into()))
                .collect()
        };
        self.rows.iter().map(object).map(Value::Object).collect()
    }

    fn to_text(&self, chosen: &Chosen, with_header: bool) -> String {
        let header = with_header.then(|| chosen.iter().map(|(_, name)| name.as_str()).collect());
        let rows = self.rows.iter();
        let rows = rows.map(|row| chosen.iter().map(|(at, _)| row[*at].as_str()).collect());
        let lines: Vec<Vec<&str>> = header.into_iter().chain(rows).collect();
        let to_right: Vec<bool> = chosen
            .iter()
            .map(|(at, _)| self.columns[*at].is_number())
            .collect();
        aligned(&lines, &to_right, " ")
    }

    /// What the columns are.
    fn help(&self) -> String {
        let lines: Vec<Vec<&str>> = self
            .columns
            .iter()
            .map(|column| vec![column.name, column.short, column.says])
            .collect();
        aligned(&lines, &[false; 3], " | ")
    }
}

/// Lines whose cells stand below each other.
fn aligned(lines: &[Vec<&str>], to_right: &[bool], between: &str) -> String {
    let width = |at: usize| lines.iter().map(|line| line[at].chars().count()).max();
    let widths: Vec<usize> = (0..to_right.len())
        .map(|at| width(at).unwrap_or(0))
        .collect();
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> = line
            .iter()
            .zip(&widths)
            .zip(to_right)
            .map(|((cell, width), to_right)| match to_right {
                true => format!("{cell:>width$}"),
                false => format!("{cell:<width$}"),
            })
            .collect();
        text.push_str(cells.join(between).trim_end());
        text.push('\n');
    }
    text
}

/// A size as people read it, or in bytes where they ask for those.
pub fn size(bytes: u64, parameters: &CatParameters) -> String {
    const UNITS: [&str; 5] = ["b", "kb", "mb", "gb", "tb"];
    if parameters.bytes.as_deref() == Some("b") {
        return bytes.to_string();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[
        Column::new("index", "i,idx", "index name"),
        Column::new("docs.count", "dc", "available docs"),
        Column::on_request("uuid", "id", "index uuid"),
    ];

    fn table() -> Table {
        let rows = [["b", "9", "x"], ["a", "10", "y"]];
        Table::new(
            COLUMNS,
            rows.map(|row| row.map(str::to_owned).to_vec()).to_vec(),
        )
    }

    #[test]
    fn tables_are_sorted_chosen_and_aligned() {
        let mut table = table();
        table.sort(Some("dc:desc")).expect("a column");
        let all = table.choose(None, "");
        assert_eq!(
            table.to_text(&all, true),
            "index docs.count\na             10\nb              9\n"
        );
        let some = table.choose(Some("docs*,id"), "");
        assert_eq!(
            table.to_text(&some, true),
            "docs.count id\n        10 y\n         9 x\n"
        );
        assert!(table.sort(Some("none")).is_err());
    }

    #[test]
    fn sizes_are_for_people_or_in_bytes() {
        let bytes = CatParameters {
            bytes: Some("b".to_owned()),
            ..CatParameters::default()
        };
        let people = CatParameters::default();
        assert_eq!(size(5, &people), "5b");
        assert_eq!(size(1536, &people), "1.5kb");
        assert_eq!(size(1536, &bytes), "1536");
    }
}
