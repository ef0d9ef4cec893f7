//! How much of its files a search reads: told by the disk below the store, so that what is left out is left
//! out of the reading and not only of the answer.

mod support;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use support::{Logs, never_merging, operation};
use swarmscope_files::{Disk, FileSystem, Lock, LockError, Space, StoredFile};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{Field, Operator, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Action, Hit, LogStore, SearchRequest, SortKey, TrackTotal};

/// The real disk, with a count of what is read from segments.
#[derive(Debug, Default)]
struct CountingDisk {
    reads: Arc<AtomicU64>,
}

#[derive(Debug)]
struct CountedFile {
    file: Arc<dyn StoredFile>,
    reads: Arc<AtomicU64>,
}

impl StoredFile for CountedFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.file.read_at(buffer, offset)
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        self.file.append(bytes)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }
}

impl FileSystem for CountingDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        Disk.create_folder(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        Disk.list(path)
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn StoredFile>> {
        Disk.create(path)
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn StoredFile>> {
        Ok(Arc::new(CountedFile {
            file: Disk.open(path)?,
            reads: Arc::clone(&self.reads),
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        Disk.link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Disk.remove(path)
    }

    fn space(&self, path: &Path) -> io::Result<Space> {
        Disk.space(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        Disk.sync_folder(path)
    }

    fn lock(&self, path: &Path) -> Result<Box<dyn Lock>, LockError> {
        Disk.lock(path)
    }
}

/// Documents of one segment.
const SEGMENT: u64 = 500;

/// A store with so many segments, opened anew so that nothing is in memory.
struct Counted {
    logs: Logs,
    reads: Arc<AtomicU64>,
    _folder: tempfile::TempDir,
}

impl Counted {
    async fn with_segments(segments: u64) -> Self {
        Self::with(segments, |options| options).await
    }

    async fn with(segments: u64, change: impl FnOnce(Options) -> Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let writing = EmbeddedLogs::open(never_merging(folder.path())).expect("open");
        let writing = Logs(Arc::new(writing));
        for segment in 0..segments {
            let numbers = segment * SEGMENT..(segment + 1) * SEGMENT;
            let operations = numbers.map(|number| {
                let document = json!({
                    "timestamp": 1_700_000_000_000_u64 + number * 1000,
                    "severity": if number % 10 == 0 { "ERROR" } else { "INFO" },
                    "number": number,
                    // The same everywhere, and one of their own.
                    "message": format!("took over zebra{} from {number}", letters(segment)),
                });
                operation(Action::Create, "logs", None, &document)
            });
            writing.write(operations.collect()).await.expect("written");
            writing.flush_async().await;
        }
        drop(writing);
        let disk = CountingDisk::default();
        let reads = Arc::clone(&disk.reads);
        let options = change(Options {
            files: Arc::new(disk),
            ..never_merging(folder.path())
        });
        let logs = Logs(Arc::new(EmbeddedLogs::open(options).expect("open")));
        Self {
            logs,
            reads,
            _folder: folder,
        }
    }

    /// The hits, and how often the disk was read for them.
    async fn ask(&self, query: Query, change: impl FnOnce(&mut SearchRequest)) -> (Vec<Hit>, u64) {
        let mut request = SearchRequest::new(IndexExpression::all(), query);
        request.total = TrackTotal::No;
        change(&mut request);
        let before = self.reads.load(Ordering::Relaxed);
        let reply = self.logs.search(request).await.expect("a reply");
        (reply.hits, self.reads.load(Ordering::Relaxed) - before)
    }
}

/// A number as letters, which no other number's are a part of.
fn letters(number: u64) -> String {
    let digits = number.to_string();
    digits
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'g'))
        .collect()
}

fn in_message(word: String) -> Query {
    Query::Match {
        field: Field::from_text("message"),
        text: word,
        operator: Operator::And,
        minimum: None,
    }
}

fn errors() -> Query {
    Query::exactly("severity", Scalar::Text("ERROR".to_owned()))
}

#[tokio::test]
async fn a_search_behind_a_write_reads_only_what_was_written_later() {
    let mut behind = Vec::new();
    for segments in [3, 12] {
        let store = Counted::with_segments(segments).await;
        let follow = |after: u64| {
            move |request: &mut SearchRequest| {
                request.after_sequence = Some(after);
                request.sort = vec![SortKey::Sequence(Direction::Ascending)];
                request.size = 100;
            }
        };
        let (all, _) = store.ask(Query::Nothing, |_| {}).await;
        assert!(all.is_empty());
        let newest = store.ask(Query::All, |request| {
            request.sort = vec![SortKey::Sequence(Direction::Descending)];
            request.size = 1;
        });
        let newest = newest.await.0[0].sequence;

        let (hits, reads) = store.ask(errors(), follow(newest)).await;
        assert_eq!((hits.len(), reads), (0, 0), "nothing is new");
        let (hits, reads) = store.ask(errors(), follow(newest - SEGMENT / 2)).await;
        assert_eq!(hits.len() as u64, SEGMENT / 2 / 10);
        assert!(hits.iter().all(|hit| hit.sequence > newest - SEGMENT / 2));
        behind.push(reads);
    }
    assert_eq!(behind[0], behind[1], "reads with 3 and with 12 segments");
}

#[tokio::test]
async fn who_goes_through_all_writes_leaves_the_memory_to_others() {
    // The documents of all segments are several times as much.
    let small = |options| Options {
        cache_bytes: 256 * 1024,
        ..options
    };
    let store = Counted::with(12, small).await;
    let newest = |request: &mut SearchRequest| request.size = 5;
    let (hits, _) = store.ask(errors(), newest).await;
    assert_eq!(hits.len(), 5);
    assert_eq!(store.ask(errors(), newest).await.1, 0, "it is in memory");

    let mut seen = None;
    let mut found = 0;
    loop {
        let (hits, _) = store
            .ask(Query::All, |request| {
                request.after_sequence = seen;
                request.sort = vec![SortKey::Sequence(Direction::Ascending)];
                request.size = 100;
            })
            .await;
        let Some(last) = hits.last() else { break };
        seen = Some(last.sequence);
        found += hits.len() as u64;
    }
    assert_eq!(found, 12 * SEGMENT);
    assert_eq!(store.ask(errors(), newest).await.1, 0, "it is there still");
}

#[tokio::test]
async fn what_nobody_asks_for_does_not_stay_in_memory() {
    for (idle, stays) in [(3600, true), (0, false)] {
        let resting = |options| Options {
            cache_idle: Duration::from_secs(idle),
            ..options
        };
        let store = Counted::with(3, resting).await;
        store.ask(errors(), |request| request.size = 5).await;
        store.logs.maintain_async().await;
        assert_eq!(store.logs.stats().cache_bytes > 0, stays);
    }
}

#[tokio::test]
async fn a_word_of_one_segment_costs_the_others_a_look_at_their_index() {
    let mut found = Vec::new();
    for segments in [3, 12] {
        let store = Counted::with_segments(segments).await;
        let rare = in_message(format!("zebra{}", letters(1)));
        // What every search reads once is in memory then.
        let warm = in_message("nowhere".to_owned());
        store.ask(warm, |_| {}).await;
        let (hits, reads) = store.ask(rare, |request| request.size = 3).await;
        assert_eq!(hits.len(), 3);
        found.push(reads);
    }
    // A part of the index each, and its directory. The threads of a search share pages, so the segment that has the
    // word costs two reads more or less from search to search.
    let further = found[1] - found[0];
    assert!(further <= 2 * 9 + 2, "9 segments more cost {further} reads");
}
