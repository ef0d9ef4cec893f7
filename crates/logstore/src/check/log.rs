//! The frames of a file of the log.

use crate::wal::entry::{Entry, Reader};
use crate::wal::frame;

/// What a file holds.
#[derive(Debug, Default)]
pub struct Frames {
    pub frames: u64,
    /// Documents behind the last write that is in segments.
    pub documents: u64,
    /// Bytes in the middle that are part of no frame.
    lost_bytes: u64,
    /// Bytes at the end that are part of no frame.
    torn_bytes: u64,
}

/// Reads all frames of a file, as recovery would.
pub fn frames(bytes: &[u8], flushed: u64) -> Frames {
    let mut found = Frames::default();
    let mut at = 0;
    while at < bytes.len() {
        let Some(frame) = frame::read(&bytes[at..]) else {
            let Some(skipped) = frame::find(&bytes[at + 1..]) else {
                found.torn_bytes = (bytes.len() - at) as u64;
                return found;
            };
            found.lost_bytes += skipped as u64 + 1;
            at += skipped + 1;
            continue;
        };
        at += frame.length();
        found.frames += 1;
        for (sequence, entry) in (frame.sequence..).zip(Reader::new(frame.payload)) {
            let is_document = matches!(entry, Entry::Put { .. });
            found.documents += u64::from(is_document && sequence > flushed);
        }
    }
    found
}

impl Frames {
    /// What is wrong, and what is only worth knowing.
    pub fn verdict(&self, is_last: bool) -> (Option<String>, Option<String>) {
        let Self {
            lost_bytes,
            torn_bytes,
            ..
        } = self;
        if *lost_bytes > 0 {
            let problem =
                format!("{lost_bytes} bytes are no frame: acknowledged writes may be lost");
            return (Some(problem), None);
        }
        if *torn_bytes == 0 {
            return (None, None);
        }
        match is_last {
            true => (
                None,
                Some(format!(
                    "ends in {torn_bytes} bytes of a write that was never acknowledged; the next start cuts them off"
                )),
            ),
            false => (
                Some(format!(
                    "ends in {torn_bytes} bytes that are no frame: acknowledged writes may be lost"
                )),
                None,
            ),
        }
    }
}
