//! The alerts' part of a backup: rules that were made here, silences, the history, what receivers were told.
//!
//! Whoever keeps these files replaces or lengthens them at any time, each by itself. They are few and small, so
//! they are read until two rounds give the same: then the copy shows how all of them stood at one time.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::failure::Failure;

/// The folder's name below a data directory and in a backup.
pub const FOLDER: &str = "alerts";
/// Rounds until it is said that the files do not stand still. They change with alerts, some times a minute.
const ROUNDS: usize = 50;
/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(20);

type Files = BTreeMap<OsString, Vec<u8>>;

/// Copies the folder into one that is not there yet; says whether there was anything to copy. Blocks.
///
/// # Errors
/// When a file cannot be read or written, or the files do not stand still.
pub fn copy(folder: &Path, target: &Path) -> Result<bool, Failure> {
    if !folder.is_dir() {
        return Ok(false);
    }
    let files = standing(|| read(folder))?;
    fs::create_dir(target)?;
    for (name, bytes) in files {
        let mut file = File::create_new(target.join(name))?;
        file.write_all(&bytes)?;
        file.sync_all()?;
    }
    Ok(true)
}

/// The files as they stood at one time: what two rounds give alike.
fn standing(mut read: impl FnMut() -> io::Result<Option<Files>>) -> Result<Files, Failure> {
    let mut before = read()?;
    for _ in 0..ROUNDS {
        sleep(PAUSE);
        let now = read()?;
        match (before, now) {
            (Some(before), Some(now)) if before == now => return Ok(now),
            (_, now) => before = now,
        }
    }
    Err(Failure::with_hint(
        "what is kept of alerts does not stand still",
        "alerts change all the time; back up again in a moment",
    ))
}

/// Every file; `None` when one was replaced meanwhile.
fn read(folder: &Path) -> io::Result<Option<Files>> {
    let mut files = Files::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Half-written files have this name until they take their own.
        if path.extension().is_some_and(|extension| extension == "tmp") {
            continue;
        }
        match fs::read(&path) {
            Ok(bytes) => files.insert(entry.file_name(), bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
    }
    Ok(Some(files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_files_are_copied_and_half_written_ones_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join(FOLDER);
        fs::create_dir(&data).expect("a folder");
        fs::write(data.join("rules.yml"), "groups: []").expect("room");
        fs::write(data.join("silences.tmp"), "[").expect("room");
        let target = folder.path().join("copy");
        assert!(copy(&data, &target).expect("copied"));
        let names: Vec<OsString> = fs::read_dir(&target)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        assert_eq!(names, ["rules.yml"]);
        let none = folder.path().join("none");
        assert!(!copy(&none, &folder.path().join("x")).expect("nothing to copy"));
    }

    #[test]
    fn files_that_change_are_read_until_they_stand_still() {
        let files = |text: &str| Some(Files::from([("rules.yml".into(), text.into())]));
        let mut rounds =
            vec![files("1"), files("2"), None, None, files("3"), files("3")].into_iter();
        let found = standing(|| Ok(rounds.next().expect("no round more than it takes")));
        assert_eq!(Some(found.expect("they do")), files("3"));
        let mut number = 0;
        let moving = standing(|| {
            number += 1;
            Ok(files(&number.to_string()))
        });
        assert!(moving.is_err());
    }
}
