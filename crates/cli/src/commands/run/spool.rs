//! Events on disk that a server has not taken yet: one file a run, removed when it is empty.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use swarmscope_model::limits::SPOOL_BYTES;
use uuid::Uuid;

/// An event on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outgoing {
    pub index: String,
    pub id: String,
    /// A JSON object.
    pub source: Box<RawValue>,
}

/// The spool of one program.
pub struct Spool {
    folder: PathBuf,
    name: String,
    file: Option<SpoolFile>,
}

struct SpoolFile {
    path: PathBuf,
    /// Locked, so that no other run sends the same events.
    file: File,
    read_to: u64,
    length: u64,
    waiting: u64,
}

impl Spool {
    /// A spool in this folder. The folder is made with the first event that needs it.
    pub fn open(folder: PathBuf, name: &str) -> Self {
        let name = name
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .collect();
        let mut spool = Self {
            folder,
            name,
            file: None,
        };
        spool.file = spool.leftover();
        spool
    }

    /// Where the platform keeps a program's state.
    pub fn usual_folder() -> PathBuf {
        let state = choose_native_strategy()
            .ok()
            .and_then(|strategy| strategy.state_dir().or_else(|| Some(strategy.data_dir())));
        state
            .unwrap_or_else(std::env::temp_dir)
            .join("swarmscope")
            .join("spool")
    }

    /// Whether events wait.
    pub fn is_empty(&self) -> bool {
        self.file.is_none()
    }

    /// How many events wait, and where.
    pub fn waiting(&self) -> Option<(u64, &Path)> {
        self.file
            .as_ref()
            .map(|file| (file.waiting, file.path.as_path()))
    }

    /// Adds events at the end, on disk when this returns.
    ///
    /// # Errors
    /// When the disk does not take them, or the spool is full. None of them is in it then.
    pub fn append(&mut self, events: &[Outgoing]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(create(&self.folder, &self.name)?),
        };
        let mut lines = Vec::new();
        for event in events {
            serde_json::to_writer(&mut lines, event)?;
            lines.push(b'\n');
        }
        let length = file.length + lines.len() as u64;
        if length > SPOOL_BYTES {
            return Err(io::Error::other("the spool is full"));
        }
        file.file.seek(SeekFrom::Start(file.length))?;
        if let Err(error) = file
            .file
            .write_all(&lines)
            .and_then(|()| file.file.sync_data())
        {
            file.file.set_len(file.length)?;
            return Err(error);
        }
        file.length = length;
        file.waiting += events.len() as u64;
        Ok(())
    }

    /// The mark behind all events.
    pub fn end(&self) -> Option<u64> {
        self.file.as_ref().map(|file| file.length)
    }

    /// The next events, at most so many of about so many bytes, and the mark to hand to [`Spool::sent`].
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn peek(&mut self, most: usize, bytes: usize) -> io::Result<(Vec<Outgoing>, u64)> {
        let Some(file) = &mut self.file else {
            return Ok((Vec::new(), 0));
        };
        file.file.seek(SeekFrom::Start(file.read_to))?;
        let mut reader = BufReader::new(&file.file).take(file.length - file.read_to);
        let (mut events, mut mark, mut line) = (Vec::new(), file.read_to, String::new());
        let full = file.read_to + bytes as u64;
        while events.len() < most && mark < full && reader.read_line(&mut line)? > 0 {
            mark += line.len() as u64;
            // The last line of a run that was killed may be torn.
            events.extend(serde_json::from_str(&line).ok());
            line.clear();
        }
        Ok((events, mark))
    }

    /// Forgets what was sent. An empty file is removed, and the next left from an earlier run opened.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn sent(&mut self, events: usize, mark: u64) -> io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.read_to = mark;
        file.waiting = file.waiting.saturating_sub(events as u64);
        if file.read_to < file.length {
            return Ok(());
        }
        let path = file.path.clone();
        self.file = None;
        std::fs::remove_file(path)?;
        self.file = self.leftover();
        Ok(())
    }

    /// A file that an earlier run of this program left and nobody uses.
    fn leftover(&self) -> Option<SpoolFile> {
        let prefix = format!("{}-", self.name);
        let mut left: Vec<_> = std::fs::read_dir(&self.folder)
            .ok()?
            .filter_map(Result::ok)
            .filter(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                // A run's id has no hyphen, so a longer name of another program does not match.
                name.strip_prefix(&prefix)
                    .and_then(|rest| rest.strip_suffix(".ndjson"))
                    .is_some_and(|id| !id.contains('-'))
            })
            .map(|entry| entry.path())
            .collect();
        // Their ids are in the order of time.
        left.sort();
        left.iter().find_map(|path| reopen(path).ok().flatten())
    }
}

fn create(folder: &Path, name: &str) -> io::Result<SpoolFile> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(format!("{name}-{}.ndjson", Uuid::now_v7().simple()));
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    // Events may hold what others must not read.
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path)?;
    file.try_lock()?;
    Ok(SpoolFile {
        path,
        file,
        read_to: 0,
        length: 0,
        waiting: 0,
    })
}

/// `None` when another run has it.
fn reopen(path: &Path) -> io::Result<Option<SpoolFile>> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    if file.try_lock().is_err() {
        return Ok(None);
    }
    let length = file.metadata()?.len();
    let waiting = BufReader::new(&file).lines().count() as u64;
    Ok(Some(SpoolFile {
        path: path.to_owned(),
        file,
        read_to: 0,
        length,
        waiting,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MUCH: usize = 1 << 30;

    fn outgoing(number: usize) -> Outgoing {
        Outgoing {
            index: "i".into(),
            id: number.to_string(),
            source: RawValue::from_string(format!("{{\"number\":{number}}}")).expect("JSON"),
        }
    }

    fn ids(events: &[Outgoing]) -> Vec<&str> {
        events.iter().map(|event| event.id.as_str()).collect()
    }

    #[test]
    fn events_wait_for_the_next_run_and_leave_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Spool::open(folder.path().join("spool"), "my agent");
        let mut first = open();
        assert!(first.is_empty());
        first.append(&[outgoing(1), outgoing(2)]).expect("room");
        first.append(&[outgoing(3)]).expect("room");
        let (events, mark) = first.peek(2, MUCH).expect("readable");
        assert_eq!(ids(&events), ["1", "2"]);
        first.sent(2, mark).expect("writable");
        assert_eq!(first.waiting().map(|(count, _)| count), Some(1));

        // Somebody has it, so another run begins its own.
        let mut second = open();
        assert!(second.is_empty());
        second.append(&[outgoing(4)]).expect("room");
        drop(first);

        let (events, mark) = second.peek(10, MUCH).expect("readable");
        assert_eq!(ids(&events), ["4"]);
        second.sent(1, mark).expect("writable");
        // What the first left comes next, from its beginning: a server knows the ids.
        let (events, mark) = second.peek(10, MUCH).expect("readable");
        assert_eq!(ids(&events), ["1", "2", "3"]);
        second.sent(3, mark).expect("writable");
        assert!(second.is_empty());
        let left = std::fs::read_dir(folder.path().join("spool")).expect("a folder");
        assert_eq!(left.count(), 0);
    }

    #[test]
    fn a_request_has_no_more_bytes_than_asked_for_and_one_event_at_least() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spool = Spool::open(folder.path().to_owned(), "a");
        spool
            .append(&[outgoing(1), outgoing(2), outgoing(3)])
            .expect("room");
        let (events, mark) = spool.peek(10, 1).expect("readable");
        assert_eq!(ids(&events), ["1"]);
        spool.sent(1, mark).expect("writable");
        let (events, mark) = spool.peek(10, MUCH).expect("readable");
        assert_eq!(ids(&events), ["2", "3"]);
        assert_eq!(spool.end(), Some(mark));
    }

    #[test]
    fn a_torn_line_costs_itself_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spool = Spool::open(folder.path().to_owned(), "a");
        spool.append(&[outgoing(1)]).expect("room");
        let path = spool.waiting().expect("one waits").1.to_owned();
        drop(spool);
        let mut file = OpenOptions::new().append(true).open(path).expect("there");
        file.write_all(b"{\"index\":\"i\",\"id").expect("room");
        let mut spool = Spool::open(folder.path().to_owned(), "a");
        let (events, mark) = spool.peek(10, MUCH).expect("readable");
        assert_eq!(ids(&events), ["1"]);
        spool.sent(1, mark).expect("writable");
        assert!(spool.is_empty());
    }
}
