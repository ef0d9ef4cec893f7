//! A real PostgreSQL for tests: a cluster of its own in a temporary folder, on a free port, gone when
//! the test process is gone, however that ends. Only tests depend on it.
//!
//! The cluster belongs to a shell script that reads commands from its standard input and removes
//! everything at the input's end: a process that is killed closes its pipes, so nothing stays behind.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// The development names and password of the contract.
const USER: &str = "orchestrator_admin";
const PASSWORD: &str = "orchestrator_password";

const KEEPER: &str = include_str!("keeper.sh");

/// The cluster that the tests of one binary share; each takes a database of its own. `None`, with one
/// line that says so, where PostgreSQL is not installed.
pub fn shared() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start).as_ref()
}

/// A running PostgreSQL.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    programs: PathBuf,
    keeper: Mutex<Keeper>,
}

struct Keeper {
    child: Child,
    /// `None` once it has been told to end.
    commands: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Cluster {
    /// Makes and starts one for a test that stops and starts its server. `None` where PostgreSQL is
    /// not installed.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            // Past the test harness, which would keep the line of a test that passes.
            let _ = writeln!(
                std::io::stderr(),
                "skipped: tests on PostgreSQL (it is not installed; Debian's package is postgresql)"
            );
            return None;
        };
        let port = swarmscope_test_ports::free_port();
        let mut child = as_ordinary_user("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(&programs)
            .args([port.to_string().as_str(), USER, PASSWORD])
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let mut keeper = Keeper {
            commands: child.stdin.take(),
            answers: BufReader::new(child.stdout.take().expect("piped")),
            child,
        };
        let folder = keeper.answer().into();
        let cluster = Self {
            folder,
            port,
            programs,
            keeper: Mutex::new(keeper),
        };
        cluster.run_server();
        cluster.superuser(
            "postgres",
            &format!("CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'"),
        );
        Some(cluster)
    }

    fn keeper(&self) -> MutexGuard<'_, Keeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the server again after [`Cluster::stop_server`].
    pub fn run_server(&self) {
        let answer = self.keeper().command("start");
        assert_eq!(
            answer, "started",
            "the server's log is in {:?}",
            self.folder
        );
    }

    /// Stops the server at once, as a crash would; what was committed stays.
    pub fn stop_server(&self) {
        assert_eq!(self.keeper().command("stop"), "stopped");
    }

    /// A new empty database.
    pub fn database(&self) -> Database<'_> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.superuser("postgres", &format!("CREATE DATABASE {name} OWNER {USER}"));
        Database {
            cluster: self,
            name,
        }
    }

    /// Runs SQL as the superuser; rows come as lines, columns parted by `|`.
    pub fn superuser(&self, database: &str, sql: &str) -> String {
        succeeded(self.psql("postgres", database, &["-c", sql]))
    }

    fn psql(&self, user: &str, database: &str, arguments: &[&str]) -> Output {
        Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", user])
            .arg("-h")
            .arg(&self.folder)
            .args(["-p", &self.port.to_string(), "-d", database])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("psql runs")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut keeper = self.keeper();
        keeper.commands = None;
        // Whether it ended well matters to nobody any more.
        let _ = keeper.child.wait();
    }
}

impl Keeper {
    fn command(&mut self, command: &str) -> String {
        let commands = self.commands.as_mut().expect("not ended");
        writeln!(commands, "{command}").expect("the keeper listens");
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        self.answers
            .read_line(&mut line)
            .expect("the keeper answers");
        assert!(line.ends_with('\n'), "the keeper ended: see its output");
        line.trim_end().to_owned()
    }
}

/// A database for one test, owned by the contract's user.
pub struct Database<'a> {
    cluster: &'a Cluster,
    name: String,
}

impl Database<'_> {
    /// Where it is, with user and password.
    pub fn url(&self) -> String {
        format!(
            "postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{}",
            self.cluster.port, self.name
        )
    }

    /// Runs SQL as its owner, statement by statement as psql does.
    ///
    /// # Panics
    /// When a statement fails.
    pub fn sql(&self, sql: &str) -> String {
        succeeded(self.cluster.psql(USER, &self.name, &["-c", sql]))
    }

    /// Runs a file as its owner.
    ///
    /// # Panics
    /// When a statement in it fails.
    pub fn file(&self, path: &str) -> String {
        succeeded(self.cluster.psql(USER, &self.name, &["-f", path]))
    }

    /// Cuts every connection of `user`'s programs and says how many there were.
    pub fn cut_connections(&self) -> usize {
        let cut = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = '{}' AND pid <> pg_backend_pid()",
            self.name
        );
        self.cluster.superuser("postgres", &cut).lines().count()
    }
}

fn succeeded(output: Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

/// PostgreSQL refuses to run as root; Debian's package brings a user for it.
fn as_ordinary_user(program: &str) -> Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--", program]);
    command
}

/// The folder with `initdb`, which Debian keeps out of the path; the newest when there are several.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").exists() && folder.join("psql").exists());
    let packaged = versions.max().map(|(_, folder)| folder);
    let path = std::env::var_os("PATH").unwrap_or_default();
    packaged.or_else(|| {
        std::env::split_paths(&path)
            .find(|folder| folder.join("initdb").exists() && folder.join("psql").exists())
    })
}
