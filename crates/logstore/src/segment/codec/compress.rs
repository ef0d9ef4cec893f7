//! zstd with contexts that are made once a thread: making one costs more than a small page.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::OnceLock;

use bytes::Bytes;
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

/// A section with its own hold on the page's bytes.
#[derive(Debug)]
pub struct Stored {
    stored: Bytes,
    length: usize,
}

impl Stored {
    /// Takes it.
    pub fn take(page: &mut Bytes) -> Option<Self> {
        let mut rest = &page[..];
        let Section { stored, length } = Section::take(&mut rest)?;
        let (stored, rest) = (page.slice_ref(stored), page.slice_ref(rest));
        *page = rest;
        Some(Self { stored, length })
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Its bytes.
    pub fn bytes(&self) -> Option<Cow<'_, [u8]>> {
        let section = Section {
            stored: &self.stored,
            length: self.length,
        };
        section.bytes()
    }
}

/// What is decompressed when it is asked for first, and kept.
#[derive(Debug)]
pub struct Kept {
    section: Stored,
    open: OnceLock<Option<Vec<u8>>>,
}

impl Kept {
    /// Takes it.
    pub fn take(page: &mut Bytes) -> Option<Self> {
        Some(Self {
            section: Stored::take(page)?,
            open: OnceLock::new(),
        })
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.section.len()
    }

    /// Its bytes.
    pub fn bytes(&self) -> Option<&[u8]> {
        if self.section.stored.len() == self.section.length {
            return Some(&self.section.stored);
        }
        let open = || self.section.bytes().map(Cow::into_owned);
        self.open.get_or_init(open).as_deref()
    }

    /// Its bytes, for whom they are read once.
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        match self.open.into_inner() {
            Some(open) => open,
            None => self.section.bytes().map(Cow::into_owned),
        }
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
