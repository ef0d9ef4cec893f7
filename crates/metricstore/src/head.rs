//! The newest samples: every series that is being written, in memory.
//!
//! One writer at a time changes the head. Readers hold it up only while they note which series they want
//! and how far each reaches; they decode afterwards, series by series.

pub mod batch;
pub mod exemplars;
pub mod guard;
pub mod index;
pub mod out_of_order;
pub mod series;
pub mod validity;
pub mod view;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use swarmscope_model::metrics::SampleValue;

use self::exemplars::Exemplars;
use self::index::HeadIndex;
use self::series::MemorySeries;
use crate::chunk::Scratch;

/// The series in memory and what is known of them together.
#[derive(Debug)]
pub struct Head {
    /// Length of the shortest blocks, in milliseconds; chunks do not reach across its multiples.
    pub period: i64,
    index: RwLock<HeadIndex>,
    /// Held by the writer while a batch becomes visible, and by readers while they note what there is.
    visible: RwLock<()>,
    min_time: AtomicI64,
    max_time: AtomicI64,
    exemplars: RwLock<Exemplars>,
    /// The series that have samples out of order.
    late: Mutex<Vec<Arc<MemorySeries>>>,
}

impl Head {
    /// Without series.
    pub fn new(period: i64, max_exemplars: usize) -> Self {
        Self {
            period,
            index: RwLock::default(),
            visible: RwLock::default(),
            min_time: AtomicI64::new(i64::MAX),
            max_time: AtomicI64::new(i64::MIN),
            exemplars: RwLock::new(Exemplars::new(max_exemplars)),
            late: Mutex::default(),
        }
    }

    /// The index, to look at.
    pub fn index(&self) -> RwLockReadGuard<'_, HeadIndex> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The index, to change.
    pub fn index_mut(&self) -> RwLockWriteGuard<'_, HeadIndex> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// While it is held no batch becomes visible.
    pub fn hold(&self) -> RwLockReadGuard<'_, ()> {
        self.visible.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// While it is held nobody notes what there is.
    pub fn change(&self) -> RwLockWriteGuard<'_, ()> {
        self.visible.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The exemplars, to look at.
    pub fn exemplars(&self) -> RwLockReadGuard<'_, Exemplars> {
        self.exemplars
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The exemplars, to change.
    pub fn exemplars_mut(&self) -> RwLockWriteGuard<'_, Exemplars> {
        self.exemplars
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The series that have samples out of order.
    pub fn late(&self) -> MutexGuard<'_, Vec<Arc<MemorySeries>>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Of the oldest sample in order in memory; the end of time when there is none.
    pub fn min_time(&self) -> i64 {
        self.min_time.load(Ordering::Relaxed)
    }

    /// Of the newest sample that was ever in memory; the beginning of time when there was none.
    pub fn max_time(&self) -> i64 {
        self.max_time.load(Ordering::Relaxed)
    }

    /// Of the oldest sample in memory, in order or not; the end of time when there is none.
    pub fn oldest(&self) -> i64 {
        // A copy, because whoever adds samples holds a series when asking for the list.
        let late = self.late().clone();
        let late = late
            .iter()
            .filter_map(|series| series.state().out_of_order.as_ref()?.oldest());
        late.fold(self.min_time(), i64::min)
    }

    /// Notes the time of a sample in order.
    pub fn saw(&self, time: i64) {
        self.min_time.fetch_min(time, Ordering::Relaxed);
        self.max_time.fetch_max(time, Ordering::Relaxed);
    }

    /// Notes the time of a sample that is not in memory.
    pub fn saw_newest(&self, time: i64) {
        self.max_time.fetch_max(time, Ordering::Relaxed);
    }

    /// Says which is the oldest sample in order in memory.
    pub fn set_min_time(&self, time: i64) {
        self.min_time.store(time, Ordering::Relaxed);
    }

    /// Adds a sample that was accepted to its series.
    pub fn add(
        &self,
        series: &Arc<MemorySeries>,
        time: i64,
        value: &SampleValue,
        out_of_order: bool,
        scratch: &mut Scratch,
    ) {
        let mut state = series.state();
        if out_of_order {
            let late = state.out_of_order.get_or_insert_with(|| {
                self.late().push(Arc::clone(series));
                Box::default()
            });
            late.insert(time, value.clone(), scratch);
        } else {
            state.push(time, value, self.period, scratch);
            self.saw(time);
        }
    }
}
