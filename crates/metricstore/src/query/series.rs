//! One series of a selection, read when it is asked for.

use std::cell::RefCell;
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

thread_local! {
    /// Memory for decoding that is used again from series to series.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// A series as the selection found it.
#[derive(Debug)]
pub struct SelectedSeries {
    /// What was written first.
    first: Part,
    /// What was written later, in that order.
    others: Vec<Part>,
    shared: Arc<Shared>,
}

impl SelectedSeries {
    /// Of parts with the same labels; what was written first is first.
    pub fn new(first: Part, others: Vec<Part>, shared: Arc<Shared>) -> Self {
        Self {
            first,
            others,
            shared,
        }
    }
}

impl Series for SelectedSeries {
    fn labels(&self) -> &Labels {
        self.first.labels()
    }

    fn read(&self, into: &mut SeriesSamples) -> Result<(), MetricError> {
        self.shared.cancellation.check()?;
        into.clear();
        SCRATCH.with_borrow_mut(|scratch| {
            if self.others.is_empty() {
                return self.first.read(scratch, into);
            }
            let mut sources = Vec::with_capacity(1 + self.others.len());
            for part in std::iter::once(&self.first).chain(&self.others) {
                let mut samples = SeriesSamples::default();
                part.read(scratch, &mut samples)?;
                sources.push(samples);
            }
            merge(&sources, into);
            Ok(())
        })
    }
}
