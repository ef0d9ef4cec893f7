//! The documents as they were when the export began, in a temporary file.
//!
//! A document that is replaced meanwhile is read twice, once at its old place and once at its new one, or
//! at the new one alone. The newer one counts.

use std::collections::HashMap;
use std::path::PathBuf;

use swarmscope_parquet_exchange::{Columns, Record, Spool, SpoolReader, Survey, WriteError};
use xxhash_rust::xxh3::xxh3_128;

use super::pages::{Hit, Pages};
use super::selection::Selection;
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal::{documents_bar, warn};

/// Documents, each once.
pub struct Snapshot {
    spool: SpoolReader,
    /// The columns that hold their fields, when they were asked for.
    pub columns: Columns,
    replaced: Replaced,
}

/// The newest places of documents that were replaced while they were read, by index and id.
#[derive(Default)]
struct Replaced(HashMap<u128, u64>);

impl Replaced {
    fn note(&mut self, hit: &Hit<'_>) {
        let newest = self.0.entry(key(&hit.index, &hit.id)).or_default();
        *newest = hit.sequence().max(*newest);
    }

    fn is_old(&self, record: &Record<'_>) -> bool {
        !self.0.is_empty()
            && self
                .0
                .get(&key(record.index, record.id))
                .is_some_and(|newest| record.sequence < *newest)
    }
}

fn key(index: &str, id: &str) -> u128 {
    // No index has a name with a zero byte.
    xxh3_128(format!("{index}\0{id}").as_bytes())
}

impl Snapshot {
    /// Reads the documents that are selected into a file in this folder, which nobody else sees.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses, or the folder has no room.
    pub async fn take(
        client: &Client,
        selection: &Selection,
        folder: PathBuf,
        with_columns: bool,
    ) -> Result<Self, Failure> {
        let file = tempfile::tempfile_in(&folder)
            .map_err(|error| super::output::unwritable(&folder, &error))?;
        let mut taking = Taking {
            pages: Pages::new(client, selection),
            spool: Spool::new(file).map_err(failure)?,
            survey: with_columns.then(Survey::default),
            replaced: Replaced::default(),
            warned: false,
        };
        if let Some(newest) = taking.pages.newest().await? {
            taking.run(newest).await?;
        }
        Ok(Self {
            columns: taking.survey.map(Survey::columns).unwrap_or_default(),
            spool: taking.spool.read().map_err(failure)?,
            replaced: taking.replaced,
        })
    }

    /// Hands over the documents, one after the other.
    ///
    /// # Errors
    /// When one cannot be read, or is not taken.
    pub fn each(
        &mut self,
        mut take: impl FnMut(&Record<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let progress = documents_bar(self.spool.left());
        progress.set_message("writing");
        while let Some(record) = self.spool.next_record().map_err(failure)? {
            progress.inc(1);
            if !self.replaced.is_old(&record) {
                take(&record)?;
            }
        }
        progress.finish_and_clear();
        Ok(())
    }
}

/// A snapshot in the making.
struct Taking<'a> {
    pages: Pages<'a>,
    spool: Spool,
    survey: Option<Survey>,
    replaced: Replaced,
    warned: bool,
}

impl Taking<'_> {
    async fn run(&mut self, newest: u64) -> Result<(), Failure> {
        let progress = documents_bar(self.pages.count().await?);
        progress.set_message("reading");
        // Behind the newest document of the beginning lie new ones, which are not asked for, and those
        // that were replaced since: up to where the order of writes ends once that one was read.
        let mut end = None;
        loop {
            let page = self.pages.next().await?;
            let documents = page.documents()?;
            self.warn(&documents.left_out);
            let Some(last) = documents.hits.last().map(Hit::sequence) else {
                break;
            };
            if last >= newest && end.is_none() {
                end = self.pages.newest().await?;
            }
            for hit in &documents.hits {
                if hit.sequence() <= newest {
                    self.keep(hit)?;
                    progress.inc(1);
                } else if hit.version > 1 {
                    self.replaced.note(hit);
                    self.keep(hit)?;
                }
            }
            if end.is_some_and(|end| last >= end) {
                break;
            }
            self.pages.go_behind(&documents.hits);
        }
        progress.finish_and_clear();
        Ok(())
    }

    fn keep(&mut self, hit: &Hit<'_>) -> Result<(), Failure> {
        let source = hit.source.get();
        if let Some(survey) = &mut self.survey {
            survey.see(source.as_bytes());
        }
        let record = Record {
            sequence: hit.sequence(),
            index: &hit.index,
            id: &hit.id,
            source,
        };
        self.spool.push(&record).map_err(failure)
    }

    fn warn(&mut self, left_out: &[String]) {
        if !self.warned {
            for reason in left_out {
                warn(&format!("the export is partial: {reason}"));
            }
            self.warned = !left_out.is_empty();
        }
    }
}

/// What a person reads when documents cannot be written.
pub fn failure(error: WriteError) -> Failure {
    let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
    Failure::with_hint(
        format!("{error}{}", cause.unwrap_or_default()),
        "is there room in the folder? Nothing was exported",
    )
}
