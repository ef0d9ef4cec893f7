//! A connection of either database, as far as error groups need one: statements whose parameters and
//! columns are whole numbers, texts and bytes. The same statements run on both; where a dialect needs
//! words of its own, a statement has [`ROWS`].

use async_trait::async_trait;
use serde::Serialize;
use swarmscope_model::state::StateError;

use crate::broken::Broken;

/// Stands in a statement for the rows of its first parameter, which is a JSON array of arrays: the
/// dialect's way to unpack them. Each is `value`, and `value->>0` its first element as text.
pub const ROWS: &str = "{rows}";

/// Stands for the texts of the JSON array in the column `listed`, each as `value` of `listed_text`.
pub const LISTED: &str = "{listed}";

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Number(Option<i64>),
    Text(Option<String>),
    Bytes(Vec<u8>),
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A row of a reply.
#[derive(Debug, Clone)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// A number; 0 for what is none.
    pub fn number(&self, column: usize) -> i64 {
        self.number_or_null(column).unwrap_or(0)
    }

    /// A count; 0 for what is none.
    pub fn count(&self, column: usize) -> u64 {
        u64::try_from(self.number(column)).unwrap_or(0)
    }

    /// A number, or `None` for null.
    pub fn number_or_null(&self, column: usize) -> Option<i64> {
        match self.0.get(column) {
            Some(Value::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A text; empty for what is none.
    pub fn text(&self, column: usize) -> String {
        self.text_or_null(column).unwrap_or_default()
    }

    /// A text, or `None` for null.
    pub fn text_or_null(&self, column: usize) -> Option<String> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }

    /// Bytes; none for what is none.
    pub fn bytes(&self, column: usize) -> &[u8] {
        match self.0.get(column) {
            Some(Value::Bytes(bytes)) => bytes,
            _ => &[],
        }
    }
}

/// A connection, in a transaction where several statements have to hold together.
#[async_trait]
pub trait Session: Send {
    /// Runs a statement; gives how many rows it changed.
    async fn execute(&mut self, statement: &str, cells: Vec<Cell>) -> Result<u64, Broken>;
    /// Runs a statement; gives its rows.
    async fn rows(&mut self, statement: &str, cells: Vec<Cell>) -> Result<Vec<Row>, Broken>;
}

/// Rows for [`ROWS`]: tuples of numbers and texts. No text of ours has the one character that PostgreSQL cannot
/// keep.
pub fn json_rows(rows: impl IntoIterator<Item = impl Serialize>) -> Cell {
    let rows: Vec<_> = rows.into_iter().collect();
    Cell::from(json(&rows))
}

/// One row for each of these texts.
pub fn json_texts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Cell {
    json_rows(texts.into_iter().map(|text| (text,)))
}

/// Numbers, texts and lists of them as JSON.
pub fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("numbers, texts and lists are JSON")
}

/// Refuses what no statement can take.
pub fn invalid(field: &'static str, reason: impl Into<String>) -> Broken {
    Broken::Refused(StateError::Invalid {
        field,
        reason: reason.into(),
    })
}
