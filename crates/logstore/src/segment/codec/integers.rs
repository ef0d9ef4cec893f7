//! Whole numbers. A page is written in the way that takes the fewest bytes: all the same, evenly rising,
//! packed as they are or as differences, or as planes of bytes.

mod blocks;
mod planes;

use blocks::Blocks;
use swarmscope_model::limits::MAX_PAGE_VALUES;

use crate::varint::{put, put_signed, take, take_bytes, take_signed, take_u32};

/// The first number, and the difference to each next one.
const PROGRESSION: u8 = 0;
/// Blocks of numbers.
const BLOCKS: u8 = 1;
/// The first number, and blocks of differences.
const DIFFERENCES: u8 = 2;
/// Planes of bytes.
const PLANES: u8 = 3;
/// Codes that were given in the order of their first use, as how long ago that was.
const AGES: u8 = 4;
/// How many hundredths of the bits planes may have to be worth the time they take to read.
const WORTH: usize = 92;

/// Appends a page of numbers.
pub fn encode(values: &[i64], out: &mut Vec<u8>) {
    put(out, values.len() as u64);
    encode_values(values, out);
}

fn encode_values(values: &[i64], out: &mut Vec<u8>) {
    let first = values.first().copied().unwrap_or(0);
    let step = steps(values).next().unwrap_or(0);
    if values.len() <= MAX_PAGE_VALUES && steps(values).all(|own| own == step) {
        out.push(PROGRESSION);
        put_signed(out, first);
        put_signed(out, step);
        return;
    }
    let differences = differences_are_shorter(values).then(|| steps(values).collect::<Vec<_>>());
    let packed = Blocks::of(differences.as_deref().unwrap_or(values));
    let limit = packed.cost() / 8 * WORTH / 100;
    let start = out.len();
    if planes::write(values, limit, out).is_some() {
        return;
    }
    out.truncate(start);
    if differences.is_some() {
        out.push(DIFFERENCES);
        put_signed(out, first);
    } else {
        out.push(BLOCKS);
    }
    packed.write(out);
}

/// The difference to each next number.
fn steps(values: &[i64]) -> impl Iterator<Item = i64> {
    values.windows(2).map(|two| two[1].wrapping_sub(two[0]))
}

/// Whether differences take fewer bits, as far as some parts of the page show.
fn differences_are_shorter(values: &[i64]) -> bool {
    /// Parts that are looked at, and their length.
    const PARTS: usize = 4;
    const LENGTH: usize = 128;
    let (mut plain, mut differences) = (0, 0);
    for part in 0..PARTS {
        let start = part * values.len() / PARTS;
        let some = &values[start..values.len().min(start + LENGTH)];
        plain += blocks::cost(some);
        differences += blocks::cost(&steps(some).collect::<Vec<_>>());
    }
    differences < plain
}

/// Reads all of `bytes` as a page of numbers; `None` when they are none.
pub fn decode(mut bytes: &[u8]) -> Option<Vec<i64>> {
    let count = usize::try_from(take(&mut bytes)?).ok()?;
    let kind = take_bytes(&mut bytes, 1)?[0];
    let values = take_values(&mut bytes, kind, count)?;
    bytes.is_empty().then_some(values)
}

/// One number of a page, without most of the others; `None` when the page is none or has fewer.
pub fn get(mut bytes: &[u8], at: usize) -> Option<i64> {
    let bytes = &mut bytes;
    let count = usize::try_from(take(bytes)?).ok()?;
    if at >= count {
        return None;
    }
    match take_bytes(bytes, 1)?[0] {
        PROGRESSION if count <= MAX_PAGE_VALUES => {
            let (first, step) = (take_signed(bytes)?, take_signed(bytes)?);
            Some(first.wrapping_add(step.wrapping_mul(at as i64)))
        }
        BLOCKS => blocks::get(bytes, count, at),
        DIFFERENCES => {
            let first = take_signed(bytes)?;
            Some(first.wrapping_add(blocks::sum(bytes, count - 1, at)?))
        }
        PLANES => planes::take_planes(bytes, count)?.get(at).copied(),
        _ => None,
    }
}

fn take_values(bytes: &mut &[u8], kind: u8, count: usize) -> Option<Vec<i64>> {
    match kind {
        PROGRESSION if count <= MAX_PAGE_VALUES => {
            let (first, step) = (take_signed(bytes)?, take_signed(bytes)?);
            let next = |value: &i64| Some(value.wrapping_add(step));
            Some(
                std::iter::successors(Some(first), next)
                    .take(count)
                    .collect(),
            )
        }
        BLOCKS => blocks::take_blocks(bytes, count),
        DIFFERENCES => {
            let mut value = take_signed(bytes)?;
            let mut values = blocks::take_blocks(bytes, count.checked_sub(1)?)?;
            for step in &mut values {
                let next = value.wrapping_add(*step);
                *step = std::mem::replace(&mut value, next);
            }
            values.push(value);
            Some(values)
        }
        PLANES => planes::take_planes(bytes, count),
        _ => None,
    }
}

/// Appends a page of row numbers or codes. Codes of a dictionary take the least when they were given in
/// the order of their first use.
pub fn encode_u32(values: &[u32], out: &mut Vec<u8>) {
    put(out, values.len() as u64);
    let wide: Vec<i64> = values.iter().copied().map(i64::from).collect();
    let start = out.len();
    encode_values(&wide, out);
    let Some((newest, ages)) = ages(values) else {
        return;
    };
    let mut aged = Vec::with_capacity(out.len() - start);
    aged.push(AGES);
    put(&mut aged, u64::from(newest));
    encode_values(&ages, &mut aged);
    if aged.len() < out.len() - start {
        out.truncate(start);
        out.extend_from_slice(&aged);
    }
}

/// Of codes that are new in the order of the numbers: the first that is new in this page, and for each
/// code 0 if it is new, else how many are new since. `None` when that is of no use.
fn ages(values: &[u32]) -> Option<(u32, Vec<i64>)> {
    /// Codes below it take a byte as they are.
    const FEW: u32 = 256;
    /// How many times more codes than values there may be.
    const SPARSE: usize = 8;
    const NEVER: usize = usize::MAX;
    let (lowest, highest) = (*values.iter().min()?, *values.iter().max()?);
    let span = (highest - lowest) as usize + 1;
    if highest < FEW || highest == u32::MAX || span > values.len() * SPARSE {
        return None;
    }
    let mut first_places = vec![NEVER; span];
    for (at, value) in values.iter().enumerate().rev() {
        first_places[(value - lowest) as usize] = at;
    }
    // The highest codes are new as long as each occurs, and before the one above it.
    let mut above = NEVER;
    let new = first_places.iter().rev().take_while(|place| {
        let in_order = **place < above;
        above = **place;
        in_order
    });
    let first = highest + 1 - new.count() as u32;
    let mut next = first;
    let ages = values.iter().map(|value| {
        let age = i64::from(next - value);
        next += u32::from(age == 0);
        age
    });
    Some((first, ages.collect()))
}

/// Reads all of `bytes` as a page of row numbers or codes; `None` when they are none.
pub fn decode_u32(mut bytes: &[u8]) -> Option<Vec<u32>> {
    let count = usize::try_from(take(&mut bytes)?).ok()?;
    let kind = take_bytes(&mut bytes, 1)?[0];
    if kind != AGES {
        let values = take_values(&mut bytes, kind, count)?;
        // One look at all of them together, then a plain copy: both are many at a time.
        let all = values.iter().fold(0, |all, value| all | value);
        let fit = bytes.is_empty() && u32::try_from(all).is_ok();
        return fit.then(|| values.iter().map(|value| *value as u32).collect());
    }
    let mut next = take_u32(&mut bytes)?;
    let kind = take_bytes(&mut bytes, 1)?[0];
    let ages = take_values(&mut bytes, kind, count)?.into_iter();
    let values: Option<Vec<u32>> = ages
        .map(|age| {
            if age == 0 {
                next = next.checked_add(1)?;
                return Some(next - 1);
            }
            next.checked_sub(u32::try_from(age).ok()?)
        })
        .collect();
    values.filter(|_| bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn size(values: &[i64]) -> usize {
        let mut bytes = Vec::new();
        encode(values, &mut bytes);
        assert_eq!(decode(&bytes).as_deref(), Some(values));
        for (at, value) in values.iter().enumerate().step_by(1 + values.len() / 100) {
            assert_eq!(get(&bytes, at), Some(*value));
        }
        assert_eq!(get(&bytes, values.len()), None);
        bytes.len()
    }

    fn size_u32(values: &[u32]) -> usize {
        let mut bytes = Vec::new();
        encode_u32(values, &mut bytes);
        assert_eq!(decode_u32(&bytes).as_deref(), Some(values));
        bytes.len()
    }

    /// Numbers without a pattern.
    fn noise(count: u64) -> impl Iterator<Item = u64> {
        (1..=count).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) >> 7)
    }

    #[test]
    fn what_has_a_pattern_takes_few_bytes() {
        assert!(size(&[7; 5000]) < 8);
        assert!(
            size(
                &(0..5000)
                    .map(|row| 1_700_000_000_000 + 40 * row)
                    .collect::<Vec<_>>()
            ) < 16
        );
        let small: Vec<i64> = noise(4096).map(|number| (number % 1000) as i64).collect();
        assert!(size(&small) < 4096 * 10 / 8 + 4096 / 32);
        let times: Vec<i64> = (0..)
            .zip(&small)
            .map(|(row, jitter)| 1000 * row + jitter)
            .collect();
        assert!(size(&times) < 4096 * 11 / 8 + 4096 / 16);
        let mut rare = small.clone();
        rare.iter_mut()
            .step_by(100)
            .for_each(|number| *number += 1 << 50);
        assert!(size(&rare) < size(&small) + 41 * 12);
        let skewed: Vec<u32> = noise(4096)
            .map(|number| (number % 4096).leading_zeros())
            .collect();
        assert!(size_u32(&skewed) < 4096 * 3 / 8);
    }

    #[test]
    fn codes_in_the_order_of_their_first_use_take_their_age() {
        let mut next = 70_000_u32;
        let codes: Vec<u32> = noise(8192)
            .map(|number| match number % 8 {
                0 => {
                    next += 1;
                    next - 1
                }
                _ => next - 1 - (number % 60) as u32,
            })
            .collect();
        assert!(size_u32(&codes) < 8192 * 7 / 8);
    }

    proptest! {
        #[test]
        fn numbers_come_back(
            values: Vec<i64>,
            codes: Vec<u32>,
            near in prop::collection::vec(-40..40_i64, 0..400),
            low in prop::collection::vec(250..300_u32, 0..400),
        ) {
            size(&values);
            size(&near);
            size_u32(&codes);
            size_u32(&low);
        }

        #[test]
        fn any_bytes_are_read_or_refused(mut bytes: Vec<u8>, kind in 0..5_u8, count in 0..3_u8) {
            for bytes in [bytes.clone(), { bytes.splice(0..0, [count, kind]); bytes }] {
                let _ = decode(&bytes);
                let _ = decode_u32(&bytes);
                let _ = (get(&bytes, 0), get(&bytes, 1), get(&bytes, 200));
            }
        }
    }
}
