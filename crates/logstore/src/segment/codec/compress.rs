//! zstd with contexts that are made once a thread: making one costs more than a small page.

use std::cell::RefCell;

use swarmscope_model::limits::MAX_PAGE_BYTES;
use zstd::bulk::{Compressor, Decompressor};

use super::varint::{put, take};

/// The level: higher ones cost more CPU than their bytes are worth.
const LEVEL: i32 = 1;
/// A block of 128 KiB of equal bytes takes four bytes: nothing grows by more.
const MAX_RATIO: usize = 32 * 1024;

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Appends the length of the bytes, and the bytes compressed, or as they are where that is shorter.
pub fn pack(bytes: &[u8], out: &mut Vec<u8>) {
    put(out, bytes.len() as u64);
    let start = out.len();
    let packed = COMPRESSOR.with_borrow_mut(|slot| {
        let compressor = match slot {
            Some(compressor) => compressor,
            None => slot.insert(Compressor::new(LEVEL).ok()?),
        };
        out.resize(start + zstd::zstd_safe::compress_bound(bytes.len()), 0);
        compressor.compress_to_buffer(bytes, &mut out[start..]).ok()
    });
    match packed {
        Some(length) if length < bytes.len() => out.truncate(start + length),
        _ => {
            out.truncate(start);
            out.extend_from_slice(bytes);
        }
    }
}

/// Reads all of `bytes` as what [`pack`] wrote.
pub fn unpack(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(take(&mut bytes)?).ok()?;
    if bytes.len() == length {
        return Some(bytes.to_vec());
    }
    if length > MAX_PAGE_BYTES || length > bytes.len().checked_mul(MAX_RATIO)? {
        return None;
    }
    DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(decompressor) => decompressor,
            None => slot.insert(Decompressor::new().ok()?),
        };
        let unpacked = decompressor.decompress(bytes, length).ok()?;
        (unpacked.len() == length).then_some(unpacked)
    })
}
