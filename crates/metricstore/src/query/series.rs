//! One series of a selection, read when it is asked for.

use std::sync::Arc;

use swarmscope_model::metrics::{Cancellation, Labels, MetricError, Series, SeriesSamples};

use super::disk::DiskPart;
use crate::chunk::Scratch;
use crate::head::view::MemoryPart;
use crate::merging::merge;
use crate::view::View;

/// Where samples of a series are.
#[derive(Debug)]
pub enum Part {
    Memory(MemoryPart),
    Disk(DiskPart),
}

impl Part {
    /// Of the series.
    pub fn labels(&self) -> &Labels {
        match self {
            Self::Memory(part) => part.labels(),
            Self::Disk(part) => part.labels(),
        }
    }

    fn read(&self, scratch: &mut Scratch, into: &mut SeriesSamples) -> Result<(), MetricError> {
        match self {
            Self::Memory(part) => part
                .read(scratch, into)
                .map_err(|error| MetricError::Damaged {
                    path: "memory".to_owned(),
                    offset: 0,
                    reason: error.to_string(),
                }),
            Self::Disk(part) => Ok(part.read(scratch, into)?),
        }
    }
}

/// What the series of one selection share.
#[derive(Debug)]
pub struct Shared {
    pub cancellation: Cancellation,
    /// Keeps what it shows from being removed.
    pub _view: Arc<View>,
}

/// A series as the selection found it.
#[derive(Debug)]
pub struct SelectedSeries {
    /// What was written first is first.
    parts: Vec<Part>,
    shared: Arc<Shared>,
}

impl SelectedSeries {
    /// Of at least one part; all have the same labels.
    pub fn new(parts: Vec<Part>, shared: Arc<Shared>) -> Self {
        Self { parts, shared }
    }
}

impl Series for SelectedSeries {
    fn labels(&self) -> &Labels {
        self.parts[0].labels()
    }

    fn read(&self, into: &mut SeriesSamples) -> Result<(), MetricError> {
        self.shared.cancellation.check()?;
        into.clear();
        let mut scratch = Scratch::default();
        if let [only] = self.parts.as_slice() {
            return only.read(&mut scratch, into);
        }
        let mut sources = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let mut samples = SeriesSamples::default();
            part.read(&mut scratch, &mut samples)?;
            sources.push(samples);
        }
        merge(&sources, into);
        Ok(())
    }
}
