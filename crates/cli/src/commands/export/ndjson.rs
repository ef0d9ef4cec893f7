//! A snapshot as JSON lines: each document with its index and id.

use std::io::{BufWriter, Write};
use std::path::Path;

use swarmscope_parquet_exchange::Record;

use super::snapshot::Snapshot;
use super::{Exported, STANDARD_OUTPUT, output};
use crate::failure::Failure;

/// Writes it to a file, under this name once it is complete, or to standard output.
///
/// # Errors
/// When it cannot be written.
pub fn write(mut snapshot: Snapshot, path: &Path) -> Result<Exported, Failure> {
    let (documents, bytes) = if path == Path::new(STANDARD_OUTPUT) {
        let mut output = Counting::new(BufWriter::new(std::io::stdout().lock()));
        let written = lines(&mut snapshot, &mut output, path);
        // Nobody reads any more, as after `| head`: that is no failure.
        let closed = output.failed == Some(std::io::ErrorKind::BrokenPipe);
        match written {
            Err(_) if closed => {}
            Err(failure) => return Err(failure),
            Ok(()) => {}
        }
        (output.lines, output.bytes)
    } else {
        let file = output::create(path)?;
        let mut output = Counting::new(BufWriter::new(file));
        lines(&mut snapshot, &mut output, path)?;
        let documents = output.lines;
        let file = output
            .inner
            .into_inner()
            .map_err(|error| output::unwritable(path, error.error()))?;
        (documents, output::finish(file, path)?)
    };
    Ok(Exported {
        path: path.to_owned(),
        documents,
        bytes,
        table: None,
    })
}

/// Counts what goes through.
struct Counting<W> {
    inner: W,
    lines: u64,
    bytes: u64,
    failed: Option<std::io::ErrorKind>,
}

impl<W: Write> Counting<W> {
    fn new(inner: W) -> Self {
        Self {
            inner,
            lines: 0,
            bytes: 0,
            failed: None,
        }
    }

    fn line(&mut self, line: &str) -> std::io::Result<()> {
        let written = self.inner.write_all(line.as_bytes());
        self.noted(written)?;
        self.lines += 1;
        self.bytes += line.len() as u64;
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let flushed = self.inner.flush();
        self.noted(flushed)
    }

    fn noted(&mut self, result: std::io::Result<()>) -> std::io::Result<()> {
        if let Err(error) = &result {
            self.failed = Some(error.kind());
        }
        result
    }
}

fn lines<W: Write>(
    snapshot: &mut Snapshot,
    output: &mut Counting<W>,
    path: &Path,
) -> Result<(), Failure> {
    snapshot.each(|record| {
        let written = output.line(&line(record));
        written.map_err(|error| output::unwritable(path, &error))
    })?;
    output
        .flush()
        .map_err(|error| output::unwritable(path, &error))
}

fn line(record: &Record<'_>) -> String {
    let (index, id) = (
        serde_json::Value::from(record.index),
        serde_json::Value::from(record.id),
    );
    // In JSON, ends of lines stand between values alone, where a space is as good.
    let source = record.source.replace(['\n', '\r'], " ");
    format!("{{\"_index\":{index},\"_id\":{id},\"_source\":{source}}}\n")
}
