//! Which blocks count, and how much of the log is in them: one small text file, exchanged as a whole.
//!
//! ```text
//! swarmscope metrics manifest 1
//! head_from -9223372036854775808
//! flushed 42
//! block 01J… 0
//! checksum 1a2b3c4d
//! ```

use std::fmt::Write;
use std::io;
use std::path::Path;

use swarmscope_files::{FileSystem, durable};

use crate::block::ulid;
use crate::filenames;
use crate::view::View;

const TITLE: &str = "swarmscope metrics manifest 1";

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub head_from: i64,
    pub flushed: u64,
    /// Names of blocks and the state of their tombstones.
    pub blocks: Vec<(String, u64)>,
}

impl Manifest {
    /// That of a view.
    pub fn of(view: &View) -> Self {
        let blocks = view.blocks.iter();
        Self {
            head_from: view.head_from,
            flushed: view.flushed,
            blocks: blocks
                .map(|part| (part.block.ulid.clone(), part.state))
                .collect(),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file system refuses; the old one is then in force.
    pub fn write(&self, files: &dyn FileSystem, folder: &Path) -> io::Result<()> {
        durable::write_file(
            files,
            &folder.join(filenames::MANIFEST),
            self.text().as_bytes(),
        )
    }

    /// Reads it. `None` when it is not one.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn read(files: &dyn FileSystem, folder: &Path) -> io::Result<Option<Self>> {
        let bytes = durable::read_file(files, &folder.join(filenames::MANIFEST))?;
        Ok(String::from_utf8(bytes)
            .ok()
            .and_then(|text| Self::parse(&text)))
    }

    fn text(&self) -> String {
        let mut text = format!(
            "{TITLE}\nhead_from {}\nflushed {}\n",
            self.head_from, self.flushed
        );
        for (ulid, state) in &self.blocks {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "block {ulid} {state}");
        }
        let checksum = crc32fast::hash(text.as_bytes());
        let _ = writeln!(text, "checksum {checksum:08x}");
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let end = text.rfind("checksum ")?;
        let checksum = text[end..].strip_prefix("checksum ")?.trim_end();
        let body = &text[..end];
        if u32::from_str_radix(checksum, 16).ok()? != crc32fast::hash(body.as_bytes()) {
            return None;
        }
        let mut lines = body.lines();
        if lines.next()? != TITLE {
            return None;
        }
        let head_from = lines.next()?.strip_prefix("head_from ")?.parse().ok()?;
        let flushed = lines.next()?.strip_prefix("flushed ")?.parse().ok()?;
        let blocks = lines
            .map(|line| {
                let (name, state) = line.strip_prefix("block ")?.split_once(' ')?;
                ulid::is_one(name).then_some((name.to_owned(), state.parse().ok()?))
            })
            .collect::<Option<_>>()?;
        Some(Self {
            head_from,
            flushed,
            blocks,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_comes_back_and_a_changed_byte_is_noticed() {
        let manifest = Manifest {
            head_from: i64::MIN,
            flushed: 7,
            blocks: vec![(ulid::new(), 0), (ulid::new(), 3)],
        };
        let text = manifest.text();
        assert_eq!(Manifest::parse(&text), Some(manifest));
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            if bytes.last() != text.as_bytes().last() {
                continue;
            }
            let changed = String::from_utf8(bytes).expect("text");
            assert_eq!(Manifest::parse(&changed), None, "byte {at}");
        }
    }
}
