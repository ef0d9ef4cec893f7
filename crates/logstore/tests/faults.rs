//! Disks that lose power, tear writes, refuse to sync and run full: what was acknowledged is found once,
//! nothing is invented, a request is there as a whole or not at all.
//!
//! `LOGSTORE_SEEDS=from..to` runs other seeds than the first hundred of each test, and
//! `SWARMSCOPE_CRASH_ROUNDS` asks for so many times ten.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use support::truth::{Change, Contents, Key, check_answers, contents};
use support::{Logs, options};
use swarmscope_files::simulated::SimulatedDisk;
use swarmscope_logstore::{EmbeddedLogs, OpenError, Options};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, SearchRequest, StoreError};

fn seeds() -> std::ops::Range<u64> {
    if let Ok(text) = std::env::var("LOGSTORE_SEEDS") {
        let (from, to) = text.split_once("..").expect("from..to");
        return from.parse().expect("a number")..to.parse().expect("a number");
    }
    let rounds = std::env::var("SWARMSCOPE_CRASH_ROUNDS");
    let rounds = rounds.map_or(10, |text| text.parse().expect("a number"));
    0..rounds * 10
}

fn settings(disk: &SimulatedDisk, seed: u64) -> Options {
    let mut settings = Options {
        files: Arc::new(disk.clone()),
        ..options(Path::new("data"))
    };
    if seed % 2 == 1 {
        // The flusher works beside the writer.
        settings.memtable_rows = 24;
    }
    settings
}

fn open(disk: &SimulatedDisk, seed: u64) -> Result<Logs, OpenError> {
    EmbeddedLogs::open(settings(disk, seed)).map(|logs| Logs(Arc::new(logs)))
}

/// What has to be in the store, and the changes of which nobody knows.
#[derive(Default)]
struct Truth {
    certain: Contents,
    open: Vec<Change>,
    next: u64,
}

impl Truth {
    /// What may be there: every choice of the open changes is possible, each as a whole.
    fn possible(&self) -> Vec<Contents> {
        (0..1_u32 << self.open.len())
            .map(|chosen| {
                let mut contents = self.certain.clone();
                for (place, change) in self.open.iter().enumerate() {
                    if chosen & (1 << place) != 0 {
                        change.apply(&mut contents);
                    }
                }
                contents
            })
            .collect()
    }

    /// Looks at everything, and takes it as the truth from now on.
    async fn settle(&mut self, logs: &Logs, story: &str) {
        let found = contents(logs, story).await;
        if !self.possible().contains(&found) {
            let open = &self.open;
            assert_eq!(found, self.certain, "{story}; open: {open:?}");
        }
        self.certain = found;
        self.open.clear();
    }

    /// A random change, if it is one that the store has to take.
    fn draw(&mut self, random: &mut StdRng) -> Change {
        loop {
            let change = Change::random(random, &mut self.next);
            match &change {
                Change::CreateIndex(name) if self.certain.contains_key(name) => {}
                Change::DeleteIndex(name) if !self.certain.contains_key(name) => {}
                _ => return change,
            }
        }
    }
}

/// Asks the store to make a change.
async fn make(
    logs: &Logs,
    change: &Change,
    truth: &mut Truth,
    story: &str,
) -> Result<(), StoreError> {
    match change {
        Change::CreateIndex(name) => logs.create_index(name, serde_json::Map::new()).await?,
        Change::DeleteIndex(name) => {
            let expression = IndexExpression::parse(name);
            logs.delete_indices(&expression).await?;
        }
        Change::Write(operations) => {
            let operations = operations.iter().map(|each| each.to_write()).collect();
            let answers = logs.write(operations).await?;
            let expected = change.apply(&mut truth.certain);
            check_answers(&answers, &expected, story);
            return Ok(());
        }
    }
    change.apply(&mut truth.certain);
    Ok(())
}

/// Whether nothing of a refused change is on the disk.
fn is_certainly_refused(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::DiskFull { .. } | StoreError::ReadOnly | StoreError::Overloaded { .. }
    )
}

/// One life of the store, until it ends or the first failure that leaves something in doubt.
async fn live(logs: &Logs, truth: &mut Truth, random: &mut StdRng, story: &str) {
    for step in 0..random.random_range(5..60) {
        let story = format!("{story}, step {step}");
        match random.random_range(0..20) {
            0..16 => {
                let change = truth.draw(random);
                match make(logs, &change, truth, &story).await {
                    Ok(()) => {}
                    Err(error) if is_certainly_refused(&error) => {}
                    Err(_) => {
                        truth.open.push(change);
                        return;
                    }
                }
            }
            16 | 17 => {
                logs.flush_async().await;
            }
            18 => {
                let change = truth.draw(random);
                let flushing = logs.flush_async();
                let (_, made) = tokio::join!(flushing, make(logs, &change, truth, &story));
                if made.is_err_and(|error| !is_certainly_refused(&error)) {
                    truth.open.push(change);
                    return;
                }
            }
            _ => logs.maintain_async().await,
        }
    }
}

/// Opens the store after whatever happened, checks it, and checks again when all is in segments.
async fn reopen(disk: &SimulatedDisk, seed: u64, truth: &mut Truth, story: &str) -> Logs {
    let logs = open(disk, seed).unwrap_or_else(|error| panic!("{story}: {error:?}"));
    truth.settle(&logs, story).await;
    let stats = logs.stats();
    assert!(!stats.read_only, "{story}");
    logs
}

#[tokio::test]
async fn after_a_power_cut_all_that_was_acknowledged_is_there_and_nothing_else() {
    let mut cuts = 0;
    for seed in seeds() {
        let disk = SimulatedDisk::new(seed);
        let mut random = StdRng::seed_from_u64(seed);
        let mut truth = Truth::default();
        for life in 0..4 {
            let story = format!("seed {seed}, life {life}");
            let operations = random.random_range(0..600);
            if life > 0 && random.random_bool(0.2) {
                // During recovery, too.
                disk.cut_power_after(random.random_range(0..60));
                drop(open(&disk, seed));
                disk.restart();
            }
            let logs = reopen(&disk, seed, &mut truth, &story).await;
            disk.cut_power_after(operations);
            live(&logs, &mut truth, &mut random, &story).await;
            cuts += usize::from(!truth.open.is_empty());
            if random.random_bool(0.1) {
                // Ended in order, and lost nothing but time.
                logs.flush_async().await;
            }
            drop(logs);
            if random.random_bool(0.3) {
                // Only the process died. The power goes after the next start, if at all.
                disk.revive();
            } else {
                disk.restart();
            }
        }
        let logs = reopen(&disk, seed, &mut truth, &format!("seed {seed}, the end")).await;
        assert!(logs.try_flush_async().await, "seed {seed}");
        logs.maintain_async().await;
        truth
            .settle(&logs, &format!("seed {seed}, in segments"))
            .await;
        assert_eq!(logs.stats().memtable_documents, 0);
    }
    assert!(
        cuts > seeds().count() / 5,
        "only {cuts} writes were in doubt"
    );
}

#[tokio::test]
async fn after_a_failed_sync_nothing_is_taken_until_a_restart() {
    let mut read_only = 0;
    for seed in seeds() {
        let disk = SimulatedDisk::new(seed);
        let mut random = StdRng::seed_from_u64(seed);
        let mut truth = Truth::default();
        for life in 0..3 {
            let story = format!("seed {seed}, life {life}");
            let logs = reopen(&disk, seed, &mut truth, &story).await;
            disk.fail_sync_after(random.random_range(0..60));
            live(&logs, &mut truth, &mut random, &story).await;
            if logs.stats().read_only {
                read_only += 1;
                // Nor after the log would have gone on in another file.
                logs.flush_async().await;
                let change = Change::random_write(&mut random, &mut truth.next);
                let refused = make(&logs, &change, &mut truth, &story).await;
                assert!(matches!(refused, Err(StoreError::ReadOnly)), "{story}");
                // What nobody knows to be on disk is not shown, what is known is.
                assert_eq!(contents(&logs, &story).await, truth.certain, "{story}");
            }
            drop(logs);
            disk.fail_sync_after(u64::MAX);
            if random.random_bool(0.7) {
                disk.restart();
            }
        }
        let story = format!("seed {seed}, the end");
        let logs = reopen(&disk, seed, &mut truth, &story).await;
        let change = Change::random_write(&mut random, &mut truth.next);
        make(&logs, &change, &mut truth, &story)
            .await
            .expect("taken again");
        truth.settle(&logs, &story).await;
    }
    assert!(
        read_only >= seeds().count() / 5,
        "only {read_only} stores met a failed sync of the log"
    );
}

#[tokio::test]
async fn a_failed_sync_of_a_folder_costs_nothing_and_is_tried_again() {
    let (mut failed, mut refused) = (0, 0);
    for seed in seeds() {
        let disk = SimulatedDisk::new(seed);
        let mut random = StdRng::seed_from_u64(seed);
        let mut truth = Truth::default();
        for life in 0..3 {
            let story = format!("seed {seed}, life {life}");
            if life > 0 && random.random_bool(0.3) {
                disk.fail_folder_sync_after(random.random_range(0..5));
                refused += usize::from(open(&disk, seed).is_err());
                disk.fail_folder_sync_after(u64::MAX);
            }
            let logs = reopen(&disk, seed, &mut truth, &story).await;
            for _ in 0..2 {
                disk.fail_folder_sync_after(random.random_range(0..8));
                live(&logs, &mut truth, &mut random, &story).await;
                // The log is synced as a file: its writes are not in doubt.
                assert!(truth.open.is_empty(), "{story}: {:?}", truth.open);
                failed += usize::from(!logs.try_flush_async().await);
            }
            disk.fail_folder_sync_after(u64::MAX);
            if random.random_bool(0.3) {
                assert!(logs.try_flush_async().await, "{story}");
                logs.maintain_async().await;
            }
            truth.settle(&logs, &story).await;
            drop(logs);
            match random.random_bool(0.7) {
                true => disk.restart(),
                false => disk.revive(),
            }
        }
        reopen(&disk, seed, &mut truth, &format!("seed {seed}, the end")).await;
    }
    // Flushes in the background meet it as well, how often depends on the machine's other work.
    let enough = seeds().count() / 30;
    assert!(
        failed > enough && refused > enough,
        "{failed} flushes and {refused} starts met it"
    );
}

#[tokio::test]
async fn a_full_disk_refuses_whole_writes_and_takes_them_again_when_there_is_room() {
    let mut refused = 0;
    for seed in seeds() {
        let disk = SimulatedDisk::new(seed);
        let mut random = StdRng::seed_from_u64(seed);
        let mut truth = Truth::default();
        // Whether the store sees how full the disk is, or others fill it before it looks.
        disk.hide_space(random.random_bool(0.5));
        for life in 0..3 {
            let story = format!("seed {seed}, life {life}");
            disk.set_capacity(usize::MAX);
            let logs = reopen(&disk, seed, &mut truth, &story).await;
            disk.set_capacity(disk.used() + random.random_range(0..12_000));
            for _ in 0..2 {
                live(&logs, &mut truth, &mut random, &story).await;
                // Refused, not in doubt.
                assert!(truth.open.is_empty(), "{story}: {:?}", truth.open);
                truth.settle(&logs, &format!("{story}, full")).await;
            }
            let change = Change::random_write(&mut random, &mut truth.next);
            refused += usize::from(make(&logs, &change, &mut truth, &story).await.is_err());
            // Room again, without a restart.
            disk.set_capacity(usize::MAX);
            let change = Change::random_write(&mut random, &mut truth.next);
            while let Err(error) = make(&logs, &change, &mut truth, &story).await {
                // Memory is full of documents whose flush failed. It is tried again by itself; the test
                // does not wait so long.
                assert!(
                    matches!(error, StoreError::Overloaded { .. }),
                    "{story}: {error:?}"
                );
                logs.try_flush_async().await;
            }
            truth.settle(&logs, &format!("{story}, room")).await;
            if random.random_bool(0.5) {
                assert!(logs.try_flush_async().await, "{story}");
                truth.settle(&logs, &format!("{story}, flushed")).await;
            }
            drop(logs);
            disk.restart();
        }
    }
    assert!(
        refused > seeds().count() / 5,
        "only {refused} writes were refused"
    );
}

/// A disk with segments, merged ones and deleted rows among them, and a log behind them.
async fn filled(seed: u64) -> (SimulatedDisk, Truth, BTreeSet<Seen>) {
    let disk = SimulatedDisk::new(seed);
    let mut random = StdRng::seed_from_u64(seed);
    let mut truth = Truth::default();
    let mut history = BTreeSet::new();
    let logs = reopen(&disk, 0, &mut truth, "filled").await;
    for round in 0..9 {
        for _ in 0..random.random_range(3..12) {
            let change = truth.draw(&mut random);
            make(&logs, &change, &mut truth, "filled")
                .await
                .expect("acknowledged");
            history.extend(seen(&truth.certain));
        }
        if round % 4 != 3 {
            assert!(logs.try_flush_async().await);
            logs.maintain_async().await;
        }
    }
    (disk, truth, history)
}

/// A document as it was at some time.
type Seen = (String, Key, (u64, u64));

fn seen(contents: &Contents) -> impl Iterator<Item = Seen> + '_ {
    contents.iter().flat_map(|(index, documents)| {
        let own = documents.iter();
        own.map(|(key, document)| (index.clone(), key.clone(), *document))
    })
}

/// Whether the store says that something could not be read.
async fn says_so(logs: &Logs) -> bool {
    let infos = logs.indices(&IndexExpression::all()).await;
    let infos = infos.expect("indices");
    logs.stats().damaged > 0 || infos.iter().any(|info| info.damage.is_some())
}

#[tokio::test]
async fn a_changed_bit_is_noticed_and_the_rest_is_found() {
    let (mut harmless, mut costly) = (0, 0);
    for seed in seeds().take(20.max(seeds().count() / 10)) {
        let (disk, truth, history) = filled(seed).await;
        let folders = ["data", "data/wal", "data/segments"];
        let files: Vec<_> = folders
            .iter()
            .flat_map(|folder| disk.paths(Path::new(folder)))
            .filter(|path| !disk.read(path).is_empty())
            .collect();
        let mut random = StdRng::seed_from_u64(seed);
        for flip in 0..30 {
            let path = &files[random.random_range(0..files.len())];
            let bit = random.random_range(0..disk.read(path).len() * 8);
            let story = format!("seed {seed}, flip {flip}: bit {bit} of {}", path.display());
            let own = disk.copy(flip);
            own.flip(path, bit);
            let logs = open(&own, 0).unwrap_or_else(|error| panic!("{story}: {error:?}"));
            // The first look finds the damage, the next ones are without it.
            let mut all = SearchRequest::new(IndexExpression::all(), support::all());
            all.size = 10_000;
            logs.search(all).await.expect("a reply");
            logs.maintain_async().await;
            let found = contents(&logs, &story).await;
            for document in seen(&found) {
                assert!(
                    history.contains(&document),
                    "{story}: invented {document:?}"
                );
            }
            if found == truth.certain {
                harmless += 1;
            } else {
                costly += 1;
                let is_log = path.starts_with("data/wal");
                assert!(says_so(&logs).await || is_log, "{story}");
            }
            // And the store goes on, at the latest when what a write has found is set aside.
            let mut after = Truth {
                certain: found,
                next: truth.next,
                ..Truth::default()
            };
            let change = Change::random_write(&mut random, &mut after.next);
            if make(&logs, &change, &mut after, &story).await.is_err() {
                logs.maintain_async().await;
                after.certain = contents(&logs, &story).await;
                make(&logs, &change, &mut after, &story)
                    .await
                    .unwrap_or_else(|error| panic!("{story}: {error:?}"));
            }
            assert!(logs.try_flush_async().await, "{story}");
            // A write may have met damage that no search had.
            logs.maintain_async().await;
            let known: BTreeSet<Seen> = seen(&after.certain).collect();
            for document in seen(&contents(&logs, &story).await) {
                assert!(known.contains(&document), "{story}: invented {document:?}");
            }
        }
    }
    assert!(harmless > 20 && costly > 20, "{harmless} and {costly}");
}
