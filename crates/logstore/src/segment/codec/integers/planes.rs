//! The bytes of numbers, the first of all, then the second of all, each plane compressed for itself: for
//! numbers of which some are far more frequent than others.

use super::PLANES;
use crate::segment::codec::bits::width;
use crate::segment::codec::compress::{put_section, take_section};
use crate::varint::{put_signed, take_bytes, take_signed};

/// Most planes: the compressed bytes of wider numbers are hardly shorter.
const MAX_PLANES: usize = 4;

/// Appends planes of numbers; `None` when they take more than so many bytes, then with some of them
/// appended.
pub fn write(values: &[i64], limit: usize, out: &mut Vec<u8>) -> Option<()> {
    let base = values.iter().copied().min()?;
    let highest = values.iter().copied().max()?.wrapping_sub(base) as u64;
    let planes = width(highest).div_ceil(8) as usize;
    // Whether single bytes repeat in a row shows when they are compressed; of more it is rare.
    if planes > MAX_PLANES || (planes > 1 && entropy(values, base, planes) / 8 > limit) {
        return None;
    }
    let start = out.len();
    out.push(PLANES);
    put_signed(out, base);
    out.push(planes as u8);
    let mut plane = Vec::with_capacity(values.len());
    for at in (0..planes).rev() {
        plane.clear();
        let bytes = values
            .iter()
            .map(|value| (value.wrapping_sub(base) >> (8 * at)) as u8);
        plane.extend(bytes);
        put_section(&plane, out);
    }
    (out.len() - start <= limit).then_some(())
}

/// How many bits the bytes take for how often they are.
fn entropy(values: &[i64], base: i64, planes: usize) -> usize {
    let mut counts = [[0_u32; 256]; MAX_PLANES];
    for value in values {
        let bytes = value.wrapping_sub(base).to_le_bytes();
        for (plane, byte) in counts[..planes].iter_mut().zip(bytes) {
            plane[usize::from(byte)] += 1;
        }
    }
    let total = values.len() as f64;
    let bits: f64 = counts
        .iter()
        .flatten()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) * (total / f64::from(*count)).log2())
        .sum();
    bits as usize
}

/// Takes planes of `count` numbers.
pub fn take_planes(bytes: &mut &[u8], count: usize) -> Option<Vec<i64>> {
    let base = take_signed(bytes)?;
    let planes = usize::from(take_bytes(bytes, 1)?[0]);
    if !(1..=MAX_PLANES).contains(&planes) {
        return None;
    }
    let mut values = Vec::new();
    for at in (0..planes).rev() {
        let plane = take_section(bytes)?;
        if plane.len() != count {
            return None;
        }
        if values.is_empty() {
            let first = |byte: &u8| base.wrapping_add(i64::from(*byte) << (8 * at));
            values = plane.iter().map(first).collect();
        } else {
            for (value, byte) in values.iter_mut().zip(&*plane) {
                *value = value.wrapping_add(i64::from(*byte) << (8 * at));
            }
        }
    }
    Some(values)
}
