//! Files written durably are there in full or as before, whenever the power goes; and the simulated disk
//! loses what was not synced, or the tests of the stores would show nothing.

use std::path::Path;

use swarmscope_files::simulated::SimulatedDisk;
use swarmscope_files::{Disk, FileSystem, durable};

const PATH: &str = "data/deep/FILE";

fn prepared(seed: u64) -> SimulatedDisk {
    let disk = SimulatedDisk::new(seed);
    durable::create_folder(&disk, Path::new("data/deep")).expect("a folder");
    durable::write_file(&disk, Path::new(PATH), b"before").expect("written");
    disk
}

#[test]
fn a_file_is_as_before_or_complete_whenever_the_power_goes() {
    let (mut old, mut new) = (0, 0);
    for seed in 0..200 {
        let disk = prepared(seed);
        disk.cut_power_after(seed % 8);
        let outcome = durable::write_file(&disk, Path::new(PATH), b"afterwards");
        disk.restart();
        let found = durable::read_file(&disk, Path::new(PATH)).expect("a file");
        match &found[..] {
            b"before" => old += 1,
            b"afterwards" => new += 1,
            other => panic!("seed {seed}: {other:?}"),
        }
        assert!(outcome.is_err() || found == b"afterwards", "seed {seed}");
    }
    assert!(old > 20 && new > 20, "{old} as before, {new} complete");
}

#[test]
fn what_is_not_synced_may_be_lost() {
    let (mut content_lost, mut name_lost, mut folder_lost) = (0, 0, 0);
    for seed in 0..200 {
        let disk = prepared(seed);
        let file = disk.open(Path::new(PATH)).expect("open");
        file.append(b" and more").expect("written");
        let unsynced = Path::new("data/deep/NEW");
        disk.create(unsynced).expect("made").sync().expect("synced");
        disk.create_folder(Path::new("data/new")).expect("made");
        disk.restart();
        let found = disk.read(Path::new(PATH));
        assert!(found.starts_with(b"before"), "what was synced is there");
        content_lost += usize::from(found.len() < b"before and more".len());
        name_lost += usize::from(disk.open(unsynced).is_err());
        folder_lost += usize::from(disk.list(Path::new("data/new")).is_err());
    }
    for lost in [content_lost, name_lost, folder_lost] {
        assert!((20..200).contains(&lost), "{lost}");
    }
}

#[test]
fn after_a_failed_sync_of_a_folder_a_name_is_on_disk_or_not_and_the_next_sync_writes_it() {
    let (mut old, mut new) = (0, 0);
    for seed in 0..200 {
        let disk = prepared(seed);
        disk.fail_folder_sync_after(0);
        durable::write_file(&disk, Path::new(PATH), b"afterwards").expect_err("not synced");
        if seed % 2 == 0 {
            disk.restart();
            match &disk.read(Path::new(PATH))[..] {
                b"before" => old += 1,
                b"afterwards" => new += 1,
                other => panic!("seed {seed}: {other:?}"),
            }
        } else {
            disk.sync_folder(Path::new("data/deep")).expect("synced");
            disk.restart();
            assert_eq!(disk.read(Path::new(PATH)), b"afterwards", "seed {seed}");
        }
    }
    assert!(old > 20 && new > 20, "{old} as before, {new} complete");
}

#[test]
fn the_real_disk_knows_its_room_and_its_lock() {
    let folder = tempfile::tempdir().expect("a folder");
    let space = Disk.space(folder.path()).expect("known");
    assert!(0 < space.free && space.free <= space.total);
    let lock = folder.path().join("LOCK");
    let held = Disk.lock(&lock).expect("free");
    let again = Disk.lock(&lock).expect_err("held");
    let swarmscope_files::LockError::Held { holder } = again else {
        panic!("{again:?}");
    };
    assert_eq!(holder, std::process::id().to_string());
    drop(held);
    Disk.lock(&lock).expect("free again");
}
