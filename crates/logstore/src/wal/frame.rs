//! Frames: mark, length, checksum, first sequence, payload.

/// What every frame begins with, so that reading can go on behind a damaged one.
const MARK: [u8; 4] = *b"SWf\x01";
/// Bytes before the payload.
pub const HEADER: usize = 4 + 4 + 4 + 8;

/// A frame that is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The sequence of its first entry.
    pub sequence: u64,
    pub payload: &'a [u8],
}

impl Frame<'_> {
    /// The frame's length on disk.
    pub fn length(&self) -> usize {
        HEADER + self.payload.len()
    }
}

/// Begins a frame in `out`; the payload is appended by the caller, then [`finish`] is called.
pub fn begin(out: &mut Vec<u8>, sequence: u64) -> usize {
    let start = out.len();
    out.extend_from_slice(&MARK);
    out.extend_from_slice(&[0; 8]);
    out.extend_from_slice(&sequence.to_le_bytes());
    start
}

/// Completes the frame that begins at `start` with its length and checksum.
pub fn finish(out: &mut [u8], start: usize) {
    let length = u32::try_from(out.len() - start - HEADER).expect("requests are far below 4 GB");
    out[start + 4..start + 8].copy_from_slice(&length.to_le_bytes());
    let checksum = checksum(&out[start..]);
    out[start + 8..start + 12].copy_from_slice(&checksum.to_le_bytes());
}

/// Of the length, the sequence and the payload.
fn checksum(frame: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&frame[4..8]);
    hasher.update(&frame[12..]);
    hasher.finalize()
}

/// The whole frame that `bytes` begins with.
pub fn read(bytes: &[u8]) -> Option<Frame<'_>> {
    let header = bytes.get(..HEADER)?;
    if header[..4] != MARK {
        return None;
    }
    let word = |at: usize| header[at..at + 4].try_into().map(u32::from_le_bytes);
    let length = word(4).ok()? as usize;
    let frame = bytes.get(..HEADER.checked_add(length)?)?;
    if checksum(frame) != word(8).ok()? {
        return None;
    }
    Some(Frame {
        sequence: u64::from_le_bytes(header[12..HEADER].try_into().ok()?),
        payload: &frame[HEADER..],
    })
}

/// Whether `bytes`, which are no whole frame, may be the beginning of one: a frame that says that it is longer
/// than they are, or less than a header. Anything else is not what was written.
pub fn is_torn(bytes: &[u8]) -> bool {
    let Some((header, rest)) = bytes.split_at_checked(HEADER) else {
        return true;
    };
    let length = header[4..8].try_into().map(u32::from_le_bytes);
    header[..4] == MARK && length.is_ok_and(|length| length as usize > rest.len())
}

/// Where the next whole frame begins, if one does.
pub fn find(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len().saturating_sub(HEADER - 1))
        .find(|at| bytes[*at] == MARK[0] && read(&bytes[*at..]).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_changed_or_missing_byte_is_noticed() {
        let mut bytes = Vec::new();
        let start = begin(&mut bytes, 42);
        bytes.extend_from_slice(b"payload");
        finish(&mut bytes, start);
        assert_eq!(read(&bytes).map(|frame| frame.sequence), Some(42));
        for at in 0..bytes.len() {
            assert_eq!(read(&bytes[..at]), None);
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            assert_eq!(read(&changed), None, "byte {at}");
        }
        let behind = [b"SW".as_slice(), &bytes].concat();
        assert_eq!(find(&behind), Some(2));
    }
}
