//! A disk that runs full: whole writes are refused before it is, reads and deletions go on, and documents
//! are taken again when there is room.

mod support;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};
use support::{Ports, Server};
use swarmscope_files::{Disk, FileSystem};

const DISK: u64 = 48 * 1024 * 1024;
const BALLAST: usize = 20 * 1024 * 1024;
/// How long a busy machine may take to notice that there is room.
const PATIENCE: Duration = Duration::from_secs(120);

/// A disk of its own, in memory.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// None where it cannot be had.
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let size = format!("size={DISK}");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder.path())
            .output();
        mounted
            .is_ok_and(|output| output.status.success())
            .then_some(Self { folder })
    }

    fn free(&self) -> u64 {
        let space = Disk.space(self.folder.path());
        space.expect("a mounted disk").free
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the server may still hold it for a moment.
        let unmounted = Command::new("umount")
            .arg("-l")
            .arg(self.folder.path())
            .status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}

/// Documents that hardly compress, a megabyte of them.
fn bulk(random: &mut StdRng) -> String {
    (0..16)
        .map(|_| {
            let text: String = (0..2048)
                .map(|_| format!("{:08x}-", random.random::<u32>()))
                .flat_map(|word| [word, "........................".to_owned()])
                .collect();
            format!("{{\"create\":{{}}}}\n{}\n", json!({ "message": text }))
        })
        .collect()
}

async fn count(server: &Server) -> u64 {
    let (status, reply) = server
        .elastic(Method::GET, "/full/_count", String::new())
        .await;
    assert_eq!(status, 200, "{reply}");
    reply["count"].as_u64().expect("a count")
}

/// Sends bulks until one is refused; gives how many documents were acknowledged, and the refusal.
async fn fill(server: &Server, random: &mut StdRng) -> (u64, Value) {
    let mut acknowledged = 0;
    for _ in 0..1000 {
        let (status, reply) = server
            .elastic(Method::POST, "/full/_bulk", bulk(random))
            .await;
        if status != 200 {
            assert_eq!(status, 429, "{reply}");
            return (acknowledged, reply);
        }
        assert_eq!(reply["errors"], false, "{reply}");
        acknowledged += reply["items"].as_array().expect("items").len() as u64;
    }
    panic!("{acknowledged} documents found room on a disk of {DISK} bytes");
}

/// Sends one bulk until it is taken.
async fn write_patiently(server: &Server, random: &mut StdRng) -> u64 {
    let deadline = Instant::now() + PATIENCE;
    let body = bulk(random);
    loop {
        let (status, reply) = server
            .elastic(Method::POST, "/full/_bulk", body.clone())
            .await;
        if status == 200 {
            assert_eq!(reply["errors"], false, "{reply}");
            return reply["items"].as_array().expect("items").len() as u64;
        }
        assert!(Instant::now() < deadline, "refused for ever: {reply}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn write_ballast(path: &Path) {
    std::fs::write(path, vec![0; BALLAST]).expect("room for the ballast");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_documents_and_takes_them_again_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        println!("skipped: no disk can be mounted here");
        return;
    };
    let ballast = disk.folder.path().join("ballast");
    write_ballast(&ballast);
    let mut random = StdRng::seed_from_u64(1);
    let data = tempfile::tempdir_in(disk.folder.path()).expect("a folder");
    let server = Server::start_with(data, Ports::free(), &[]).await;
    let (mut acknowledged, mut refusal) = fill(&server, &mut random).await;
    // The log becomes segments, which are smaller, so there may be room again for a while.
    for _ in 0..20 {
        let (more, again) = fill(&server, &mut random).await;
        acknowledged += more;
        refusal = again;
        assert!(disk.free() > 0, "refused before the disk is full");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(acknowledged > 0);
    assert_eq!(
        refusal["error"]["type"], "cluster_block_exception",
        "{refusal}"
    );
    assert_eq!(refusal["status"], 429, "{refusal}");
    assert_eq!(count(&server).await, acknowledged, "reads go on");

    std::fs::remove_file(&ballast).expect("removed");
    acknowledged += write_patiently(&server, &mut random).await;
    assert_eq!(
        count(&server).await,
        acknowledged,
        "nothing of what was refused"
    );

    // Full again, and killed: what was acknowledged is there.
    let (more, _) = fill(&server, &mut random).await;
    acknowledged += more;
    let (data, ports) = server.kill();
    let server = Server::start_with(data, ports, &[]).await;
    assert_eq!(count(&server).await, acknowledged, "after kill -9");

    // A deletion is taken, and makes room.
    let (status, reply) = server.elastic(Method::DELETE, "/full", String::new()).await;
    assert_eq!(status, 200, "{reply}");
    let again = write_patiently(&server, &mut random).await;
    assert_eq!(count(&server).await, again);
}
