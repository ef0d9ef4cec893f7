//! What a process has used, seen from outside in /proc, and how much a folder takes on disk.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Linux shows programs a hundred ticks a second on every architecture.
const TICK: Duration = Duration::from_millis(10);
/// State of a listening socket in /proc/net/tcp.
const LISTENING: &str = "0A";
/// Where the fields of /proc/PID/stat behind the command in parentheses and the state have the parent...
const PARENT_FIELD: usize = 0;
/// ...and the user and system time of a process, followed by those of the children it has seen end.
const CPU_FIELD: usize = 10;
/// Blocks of `st_blocks`, whatever the file system.
const BLOCK_BYTES: u64 = 512;

/// Which memory.
#[derive(Debug, Clone, Copy)]
pub enum Memory {
    /// Resident now.
    Now,
    /// Resident at most, so far.
    Peak,
}

/// A process of this machine.
#[derive(Debug, Clone, Copy)]
pub struct Process(pub u32);

impl Process {
    /// Who listens on an address of this machine, as far as we may see it.
    pub fn listening_on(address: SocketAddr) -> Option<Self> {
        let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
            .into_iter()
            .find_map(|table| listening_inode(&fs::read_to_string(table).ok()?, address.port()))?;
        let socket = PathBuf::from(format!("socket:[{inode}]"));
        let processes = fs::read_dir("/proc").ok()?.flatten();
        processes
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .find(|process| has_open(*process, &socket))
            .map(Self)
    }

    /// Processor time of its own threads so far. None once it is gone.
    pub fn cpu(self) -> Option<Duration> {
        let ticks: u64 = stat(self.0)?.iter().skip(CPU_FIELD).take(2).sum();
        u32::try_from(ticks).ok().map(|ticks| TICK * ticks)
    }

    /// Processor time of its own threads, of its children that live, and of those that it has seen end.
    /// None once it is gone. What a server of processes, such as PostgreSQL, has used in all.
    pub fn family_cpu(self) -> Option<Duration> {
        let mut ticks: u64 = stat(self.0)?.iter().skip(CPU_FIELD).take(4).sum();
        for process in fs::read_dir("/proc").ok()?.flatten() {
            let number = process
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            let Some(fields) = number.and_then(stat) else {
                continue;
            };
            if fields.get(PARENT_FIELD) == Some(&u64::from(self.0)) {
                ticks += fields.iter().skip(CPU_FIELD).take(2).sum::<u64>();
            }
        }
        u32::try_from(ticks).ok().map(|ticks| TICK * ticks)
    }

    /// Its memory in bytes. None once it is gone.
    pub fn memory(self, which: Memory) -> Option<u64> {
        let name = match which {
            Memory::Now => "VmRSS:",
            Memory::Peak => "VmHWM:",
        };
        let text = fs::read_to_string(format!("/proc/{}/status", self.0)).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kilobytes * 1024)
    }

    /// Lets the peak begin anew, where the system allows it.
    pub fn forget_peak(self) {
        // Without the right to do so the peak includes what was before, which only looks worse.
        let _ = fs::write(format!("/proc/{}/clear_refs", self.0), "5");
    }

    /// The value of an argument of its command line: `-name=value`, `--name=value` or `--name value`.
    pub fn argument(self, name: &str) -> Option<String> {
        let line = fs::read(format!("/proc/{}/cmdline", self.0)).ok()?;
        let mut arguments = line
            .split(|byte| *byte == 0)
            .filter_map(|argument| std::str::from_utf8(argument).ok());
        while let Some(argument) = arguments.next() {
            match argument.trim_start_matches('-').strip_prefix(name) {
                Some("") if argument.starts_with('-') => {
                    return arguments.next().map(str::to_owned);
                }
                Some(rest) if rest.starts_with('=') => return Some(rest[1..].to_owned()),
                _ => {}
            }
        }
        None
    }

    /// Where its relative paths begin.
    pub fn working_folder(self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/cwd", self.0))
    }
}

/// The numbers behind the state in /proc/PID/stat; what is none, such as -1, is 0.
fn stat(process: u32) -> Option<Vec<u64>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields = text.rsplit(')').next()?.split_whitespace().skip(1);
    Some(fields.map(|field| field.parse().unwrap_or(0)).collect())
}

fn listening_inode(table: &str, port: u16) -> Option<u64> {
    let port = format!("{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (_, local_port) = fields.get(1)?.rsplit_once(':')?;
        (local_port == port && *fields.get(3)? == LISTENING)
            .then(|| fields.get(9)?.parse().ok())
            .flatten()
    })
}

fn has_open(process: u32, file: &Path) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{process}/fd")) else {
        return false;
    };
    descriptors
        .flatten()
        .any(|entry| fs::read_link(entry.path()).is_ok_and(|target| target == file))
}

/// Bytes that a folder's files take on disk. What vanishes meanwhile counts nothing.
pub fn disk_bytes(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => disk_bytes(&entry.path()),
            Ok(metadata) => metadata.blocks() * BLOCK_BYTES,
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_found_by_the_port_it_listens_on() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let found = Process::listening_on(address).expect("somebody listens");
        assert_eq!(found.0, std::process::id());
        let memory = [Memory::Now, Memory::Peak].map(|which| found.memory(which));
        assert!(
            memory.iter().all(|bytes| *bytes > Some(1 << 20)),
            "{memory:?}"
        );
        let (own, family) = (found.cpu(), found.family_cpu());
        assert!(own.is_some() && family >= own, "{own:?} {family:?}");
        drop(listener);
        assert!(Process::listening_on(address).is_none());
    }

    #[test]
    fn a_folder_takes_what_its_files_take() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("inner")).expect("a folder");
        std::fs::write(folder.path().join("inner/file"), vec![1_u8; 100_000]).expect("a file");
        std::fs::File::open(folder.path().join("inner/file"))
            .and_then(|file| file.sync_all())
            .expect("on disk");
        assert!((100_000..120_000).contains(&disk_bytes(folder.path())));
    }
}
