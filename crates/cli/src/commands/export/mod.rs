//! `swarmscope export`: documents of a running server into Parquet or JSON lines, all of them and each once.
//!
//! Documents are read into a temporary file first, and written from there: columns need to be known before
//! the first row, and a document that is replaced meanwhile must not be written twice.

mod ndjson;
mod output;
mod pages;
mod parquet;
mod selection;
mod snapshot;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::arguments::ExportArguments;
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal::thousands;
use selection::Selection;
use snapshot::Snapshot;

/// The name that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// What was written.
#[derive(Debug, Serialize)]
struct Exported {
    /// `-` for standard output.
    path: PathBuf,
    documents: u64,
    bytes: u64,
    #[serde(flatten)]
    table: Option<Table>,
}

/// A Parquet file's table.
#[derive(Debug, Serialize)]
struct Table {
    /// With `_index`, `_id` and `_source`.
    columns: usize,
    row_groups: u64,
    /// Fields that have no column, as many as were counted.
    fields_in_source_only: usize,
}

/// Runs the command.
///
/// # Errors
/// When the server cannot be reached or refuses the search, or a file cannot be written.
pub async fn run(arguments: ExportArguments) -> Result<(), Failure> {
    let client = arguments.elastic.client()?;
    let selection = Selection::new(&arguments)?;
    let exported = match (&arguments.parquet, &arguments.ndjson) {
        (Some(path), _) if is_folder(path) => folder(&client, &selection, path).await?,
        (Some(path), _) => {
            let snapshot = Snapshot::take(&client, &selection, folder_of(path), true).await?;
            vec![parquet::write(snapshot, path)?]
        }
        (None, Some(path)) => {
            let snapshot = Snapshot::take(&client, &selection, folder_of(path), false).await?;
            vec![ndjson::write(snapshot, path)?]
        }
        (None, None) => {
            return Err(Failure::with_hint(
                "nowhere to export to",
                "name a file with --parquet or --ndjson",
            ));
        }
    };
    report(&exported, arguments.json)
}

fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().to_string_lossy().ends_with('/')
}

/// Where temporary files go: beside the result, which has to have room anyway.
fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        _ if path == Path::new(STANDARD_OUTPUT) => std::env::temp_dir(),
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// One file for each index.
async fn folder(
    client: &Client,
    selection: &Selection,
    path: &Path,
) -> Result<Vec<Exported>, Failure> {
    std::fs::create_dir_all(path).map_err(|error| output::unwritable(path, &error))?;
    let mut exported = Vec::new();
    for index in indices(client, selection).await? {
        let own = selection.of_index(&index);
        let snapshot = Snapshot::take(client, &own, path.to_owned(), true).await?;
        let file = path.join(format!("{index}.parquet"));
        exported.push(parquet::write(snapshot, &file)?);
    }
    Ok(exported)
}

/// The names of the indices that are chosen, in order.
async fn indices(client: &Client, selection: &Selection) -> Result<Vec<String>, Failure> {
    #[derive(Deserialize)]
    struct Row {
        index: String,
    }
    let path = selection.path("/_cat/indices", "");
    let request = client
        .get(&path)
        .query(&[("format", "json"), ("h", "index")]);
    let body = pages::answer(client, request).await?;
    let rows: Vec<Row> = serde_json::from_slice(&body).map_err(|error| pages::garbled(&error))?;
    let mut names: Vec<String> = rows.into_iter().map(|row| row.index).collect();
    names.sort_unstable();
    match names
        .iter()
        .find(|name| name.contains(['/', '\0']) || name.starts_with('.'))
    {
        Some(name) => Err(Failure::with_hint(
            format!("no file can be named like the index {name:?}"),
            "export it into one file: --parquet FILE",
        )),
        None => Ok(names),
    }
}

fn report(exported: &[Exported], json: bool) -> Result<(), Failure> {
    let documents: u64 = exported.iter().map(|file| file.documents).sum();
    let to_output = exported
        .iter()
        .any(|file| file.path == Path::new(STANDARD_OUTPUT));
    let text = if json {
        serde_json::json!({ "documents": documents, "files": exported }).to_string()
    } else {
        summary(exported)
    };
    // Standard output may be where the documents went.
    if to_output {
        anstream::eprintln!("{text}");
    } else {
        anstream::println!("{text}");
    }
    Ok(())
}

fn summary(exported: &[Exported]) -> String {
    if exported.is_empty() {
        return "no index, no file".to_owned();
    }
    let lines: Vec<String> = exported.iter().map(line).collect();
    lines.join("\n")
}

fn line(file: &Exported) -> String {
    let size = bytesize::ByteSize::b(file.bytes);
    let place = match file.path == Path::new(STANDARD_OUTPUT) {
        true => "standard output".to_owned(),
        false => file.path.display().to_string(),
    };
    let columns = file.table.as_ref().map_or(String::new(), |table| {
        format!(", {} columns", thousands(table.columns as u64))
    });
    format!(
        "{} documents to {place}: {size}{columns}",
        thousands(file.documents)
    )
}
