//! A snapshot as one Parquet file.

use std::io::BufWriter;
use std::path::Path;

use swarmscope_parquet_exchange::DocumentWriter;

use super::snapshot::{Snapshot, failure};
use super::{Exported, Table, output};
use crate::failure::Failure;
use crate::terminal::{thousands, warn};

/// Writes it, under this name once it is complete.
///
/// # Errors
/// When it cannot be written.
pub fn write(mut snapshot: Snapshot, path: &Path) -> Result<Exported, Failure> {
    let columns = std::mem::take(&mut snapshot.columns);
    let file = output::create(path)?;
    let mut writer = DocumentWriter::new(BufWriter::new(file), &columns).map_err(failure)?;
    snapshot.each(|record| writer.push(record).map_err(failure))?;
    let (file, written) = writer.finish().map_err(failure)?;
    let file = file
        .into_inner()
        .map_err(|error| output::unwritable(path, error.error()))?;
    let bytes = output::finish(file, path)?;
    let left_out = columns.left_out;
    if left_out.fields > 0 || left_out.or_more {
        let more = if left_out.or_more { " or more" } else { "" };
        warn(&format!(
            "{}: {}{more} without a column, found in _source alone",
            path.display(),
            counted(left_out.fields as u64),
        ));
    }
    Ok(Exported {
        path: path.to_owned(),
        documents: written.documents,
        bytes,
        table: Some(Table {
            columns: 3 + columns.columns.len(),
            row_groups: written.row_groups,
            fields_in_source_only: left_out.fields,
        }),
    })
}

fn counted(fields: u64) -> String {
    match fields {
        1 => "1 field".to_owned(),
        _ => format!("{} fields", thousands(fields)),
    }
}
