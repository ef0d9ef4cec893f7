//! zstd with contexts that are made once a thread: making one costs more than a small page.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

use swarmscope_model::limits::MAX_PAGE_BYTES;
use zstd::bulk::{Compressor, Decompressor};

use crate::varint::{put, take, take_bytes};

/// The level. Pages are small: level 3 makes them less than a hundredth shorter, level -1 a tenth longer.
const LEVEL: i32 = 1;
/// A block of 128 KiB of equal bytes takes four bytes: nothing grows by more.
const MAX_RATIO: usize = 32 * 1024;

thread_local! {
    static COMPRESSOR: RefCell<Option<(Compressor<'static>, Vec<u8>)>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Appends bytes compressed, or as they are where that is not longer; behind their length and the length
/// they take.
pub fn put_section(bytes: &[u8], out: &mut Vec<u8>) {
    let packed = COMPRESSOR.with_borrow_mut(|slot| {
        let (compressor, buffer) = match slot {
            Some(slot) => slot,
            None => slot.insert((Compressor::new(LEVEL).ok()?, Vec::new())),
        };
        let bound = zstd::zstd_safe::compress_bound(bytes.len());
        if buffer.len() < bound {
            buffer.resize(bound, 0);
        }
        let length = compressor
            .compress_to_buffer(bytes, buffer.as_mut_slice())
            .ok()?;
        (length < bytes.len()).then(|| {
            put(out, bytes.len() as u64);
            put(out, length as u64);
            out.extend_from_slice(&buffer[..length]);
        })
    });
    if packed.is_none() {
        put_plain(bytes, out);
    }
}

/// Appends bytes as they are, for what is known not to become shorter.
pub fn put_plain(bytes: &[u8], out: &mut Vec<u8>) {
    put(out, bytes.len() as u64);
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Takes what [`put_section`] or [`put_plain`] wrote.
pub fn take_section<'a>(bytes: &mut &'a [u8]) -> Option<Cow<'a, [u8]>> {
    Section::take(bytes)?.bytes()
}

/// What is decompressed when it is asked for first.
#[derive(Debug)]
pub struct LazySection<'a> {
    section: Section<'a>,
    open: OnceCell<Option<Cow<'a, [u8]>>>,
}

impl<'a> LazySection<'a> {
    /// Takes it.
    pub fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        Some(Self {
            section: Section::take(bytes)?,
            open: OnceCell::new(),
        })
    }

    /// Its bytes.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.open.get_or_init(|| self.section.bytes()).as_deref()
    }
}

/// What [`put_section`] or [`put_plain`] wrote, not yet decompressed.
#[derive(Debug, Clone, Copy)]
pub struct Section<'a> {
    stored: &'a [u8],
    length: usize,
}

impl<'a> Section<'a> {
    /// Takes it.
    pub fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let length = usize::try_from(take(bytes)?).ok()?;
        let stored = usize::try_from(take(bytes)?).ok()?;
        let stored = take_bytes(bytes, stored)?;
        Some(Self { stored, length })
    }

    /// Whether there are no bytes.
    pub fn is_empty(self) -> bool {
        self.length == 0
    }

    /// Its bytes.
    pub fn bytes(self) -> Option<Cow<'a, [u8]>> {
        let Self { stored, length } = self;
        if stored.len() == length {
            return Some(Cow::Borrowed(stored));
        }
        if length > MAX_PAGE_BYTES || length > stored.len().checked_mul(MAX_RATIO)? {
            return None;
        }
        DECOMPRESSOR.with_borrow_mut(|slot| {
            let decompressor = match slot {
                Some(decompressor) => decompressor,
                None => slot.insert(Decompressor::new().ok()?),
            };
            let unpacked = decompressor.decompress(stored, length).ok()?;
            (unpacked.len() == length).then_some(Cow::Owned(unpacked))
        })
    }
}
