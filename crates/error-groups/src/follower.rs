//! The follower: one batch after the other, for as long as the program runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{
    Applied, ErrorGroupStore, GroupBatch, GroupRetention, NewGroups,
};
use swarmscope_model::limits::{COUNTED_HASHES, ERROR_BATCH, ERROR_PRUNE_BATCH, PRUNE_EVERY};
use swarmscope_model::settings::Settings;
use swarmscope_model::state::{StateError, StateStore};
use swarmscope_query::store::{LogStore, StoreError};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::batch;
use crate::counted::Counted;
use crate::figures::Figures;
use crate::fingerprints::Fingerprints;
use crate::pace::{Look, Pace};
use crate::reader::{self, Page, Reader};

/// How long a batch under way may take to end when the program stops. It loses nothing when it is cut off.
const LAST_BATCH: Duration = Duration::from_secs(2);
/// How often a place without errors is noted, so that a start has less to look through.
const NOTE_PLACE_EVERY: Duration = Duration::from_secs(60);
/// A batch that took longer than this is not followed by a larger one.
const QUICK: Duration = Duration::from_secs(1);

/// What the follower works on.
#[derive(Clone)]
pub struct Stores {
    pub logs: Arc<dyn LogStore>,
    /// What tells this log store from others that share the state store.
    pub source: String,
    pub groups: Arc<dyn ErrorGroupStore>,
    pub state: Arc<dyn StateStore>,
}

/// Why a step was not done. The next one tries again.
#[derive(Debug, thiserror::Error)]
enum Obstacle {
    #[error("the log store does not answer: {0}")]
    Logs(#[from] StoreError),
    #[error("{}", .0.reason())]
    State(#[from] StateError),
    #[error("another process counts the errors of the same log store")]
    Moved,
}

/// Reads errors and hands them over.
pub struct Follower {
    stores: Stores,
    fingerprints: Arc<dyn Fingerprints>,
    figures: Arc<Figures>,
    /// The newest write when the program began, until it was compared with where the
    /// follower stands.
    newest_at_start: Option<u64>,
    place: Option<Place>,
    reader: Reader,
    /// Most errors of the next batch.
    most: usize,
    noted: Instant,
    pruned: Option<Instant>,
}

/// Where it stands.
struct Place {
    /// As the store has it.
    stored: Option<u64>,
    /// Everything up to here was read; there were no errors behind `stored`.
    read: u64,
    counted: Counted,
}

impl Follower {
    /// A follower of these stores. To be made before anybody writes to the log store: only then it can
    /// tell whether that was restored from an older backup.
    ///
    /// # Errors
    /// When the log store does not answer.
    pub async fn new(
        stores: Stores,
        fingerprints: Arc<dyn Fingerprints>,
    ) -> Result<Self, StoreError> {
        let newest_at_start = reader::newest(stores.logs.as_ref()).await?;
        Ok(Self {
            stores,
            fingerprints,
            figures: Arc::new(Figures::default()),
            newest_at_start: Some(newest_at_start),
            place: None,
            reader: Reader::default(),
            most: ERROR_BATCH,
            noted: Instant::now(),
            pruned: None,
        })
    }

    /// What it tells of itself.
    pub fn figures(&self) -> Arc<Figures> {
        Arc::clone(&self.figures)
    }

    /// Follows until `stopping` turns true, and notes where it stands.
    pub async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let mut pace = Pace::default();
        while !*stopping.borrow() {
            let begun = Instant::now();
            let mut ending = stopping.clone();
            let outcome = tokio::select! {
                outcome = self.step() => outcome,
                () = stopped(&mut ending, LAST_BATCH) => return,
            };
            let look = self.tell(outcome);
            tokio::select! {
                () = sleep(pace.after(look, begun.elapsed())) => {}
                () = stopped(&mut stopping, Duration::ZERO) => {}
            }
        }
        // It is found again by looking; what it costs is the looking.
        let _ = tokio::time::timeout(LAST_BATCH, self.note_at_end()).await;
    }

    fn tell(&mut self, outcome: Result<Look, Obstacle>) -> Look {
        match outcome {
            Ok(look) => {
                if self.figures.works() {
                    tracing::info!("errors are being grouped again");
                }
                look
            }
            Err(obstacle) => {
                // Whoever else moved it meanwhile is believed.
                self.place = None;
                if self.figures.failed(obstacle.to_string()) {
                    tracing::warn!("errors wait to be grouped: {obstacle}");
                }
                Look::Failed
            }
        }
    }

    /// Reads a page and hands it over.
    async fn step(&mut self) -> Result<Look, Obstacle> {
        let mut place = match self.place.take() {
            Some(place) => place,
            None => self.find_place().await?,
        };
        let logs = self.stores.logs.as_ref();
        let page = self.reader.page(logs, place.read, self.most).await?;
        if page.newest < place.read {
            self.set_back(&mut place, page.newest).await?;
            self.place = Some(place);
            return Ok(Look::More);
        }
        self.hand_over(&mut place, &page).await?;
        place.read = page.cursor;
        self.figures.reached(page.cursor, page.newest);
        if self.noted.elapsed() > NOTE_PLACE_EVERY {
            self.note(&mut place).await?;
        }
        self.place = Some(place);
        if self.pruned.is_none_or(|at| at.elapsed() > PRUNE_EVERY) {
            self.prune().await?;
        }
        Ok(match (page.cursor < page.newest, page.hits.is_empty()) {
            (true, _) => Look::More,
            (false, false) => Look::Errors,
            (false, true) => Look::Nothing,
        })
    }

    /// Counts the errors of a page.
    async fn hand_over(&mut self, place: &mut Place, page: &Page) -> Result<(), Obstacle> {
        let groups = self.stores.groups.as_ref();
        let fingerprints = self.fingerprints.as_ref();
        let changes = batch::changes(&page.hits, &place.counted, fingerprints, groups).await?;
        let mut news = NewGroups::default();
        let errors = changes.errors;
        if errors > 0 {
            let batch = GroupBatch {
                source: self.stores.source.clone(),
                after: place.stored,
                cursor: page.cursor,
                documents: changes.hashes,
                changes: changes.groups,
            };
            news = self.apply_so_many(&batch, page.hits.len()).await?;
            place.stored = Some(page.cursor);
            place.counted.add(batch.documents);
        }
        if errors + changes.repeated > 0 {
            self.figures.counted(errors, changes.repeated, &news);
        }
        Ok(())
    }

    /// Applies a batch of so many errors. Where that fails it may have been too large for the database: the next try is
    /// with half of them.
    async fn apply_so_many(
        &mut self,
        batch: &GroupBatch,
        errors: usize,
    ) -> Result<NewGroups, Obstacle> {
        let begun = Instant::now();
        let outcome = self.apply(batch).await;
        if matches!(outcome, Err(Obstacle::State(_))) {
            self.most = (errors / 2).max(1);
        } else if begun.elapsed() < QUICK {
            self.most = (self.most * 2).min(ERROR_BATCH);
        }
        outcome
    }

    async fn apply(&mut self, batch: &GroupBatch) -> Result<NewGroups, Obstacle> {
        match self.stores.groups.apply_errors(batch).await? {
            Applied::Done(news) => {
                self.noted = Instant::now();
                Ok(news)
            }
            Applied::Moved => Err(Obstacle::Moved),
        }
    }

    /// Where the state store has it; before the first time, at the beginning of the log store.
    async fn find_place(&mut self) -> Result<Place, Obstacle> {
        let source = &self.stores.source;
        let position = self.stores.groups.follower_position(source).await?;
        let mut place = Place {
            stored: position.cursor,
            read: position.cursor.unwrap_or(0),
            counted: Counted::new(position.documents, COUNTED_HASHES),
        };
        if let Some(newest) = self.newest_at_start {
            if place.read > newest {
                self.set_back(&mut place, newest).await?;
            }
            self.newest_at_start = None;
        }
        Ok(place)
    }

    /// The log store is older than what was counted: it was restored from a backup. Everything it has was
    /// counted; what is written from now on was not, whatever its place in the order of writes.
    async fn set_back(&mut self, place: &mut Place, newest: u64) -> Result<(), Obstacle> {
        tracing::warn!(
            "the log store ends at write {newest}, errors are counted up to write {}: it was restored from an \
             older backup; errors are counted from its end on",
            place.read
        );
        place.read = newest;
        self.note(place).await?;
        self.figures.set_back();
        Ok(())
    }

    /// Notes how far it has read.
    async fn note(&mut self, place: &mut Place) -> Result<(), Obstacle> {
        if place.stored != Some(place.read) {
            let batch = GroupBatch {
                source: self.stores.source.clone(),
                after: place.stored,
                cursor: place.read,
                documents: Vec::new(),
                changes: Vec::new(),
            };
            self.apply(&batch).await?;
            place.stored = Some(place.read);
        }
        self.noted = Instant::now();
        Ok(())
    }

    async fn note_at_end(&mut self) -> Result<(), Obstacle> {
        match self.place.take() {
            Some(mut place) => self.note(&mut place).await,
            None => Ok(()),
        }
    }

    /// Removes a part of what is out of date; the rest has its turn after the next pages.
    async fn prune(&mut self) -> Result<(), Obstacle> {
        let rows = self.stores.state.settings().await?;
        // What cannot be read in them is told by the orchestrator.
        let (settings, _) = Settings::read(&rows);
        let before = settings.error_group_retention.map(|kept| {
            let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
            let now = Timestamp::now().as_millisecond();
            Timestamp::from_millisecond(now.saturating_sub(kept))
        });
        let retention = GroupRetention {
            groups_before: before,
            batch: ERROR_PRUNE_BATCH,
        };
        let (removed, more) = self.stores.groups.prune_error_groups(&retention).await?;
        self.figures.removed(removed);
        self.pruned = (!more).then(Instant::now);
        Ok(())
    }
}

/// Returns when the program stops, and so much later.
async fn stopped(stopping: &mut watch::Receiver<bool>, patience: Duration) {
    // An error means that nobody is left to say stop, which is the same.
    let _ = stopping.wait_for(|stop| *stop).await;
    sleep(patience).await;
}
