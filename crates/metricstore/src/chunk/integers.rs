//! Runs of whole numbers in as few bits as the widest of a small group needs.
//!
//! A run is written as it is, as differences, or as differences of differences, whichever is shortest;
//! groups of numbers are stored as their least one and the distance from it.

use crate::wire::{Malformed, Reader, put_signed, put_varint, varint_length, zigzag};

/// Numbers in a group: few enough that a leap widens few others, enough that its head costs little.
const GROUP: usize = 32;
/// Of differences of differences. More do not help with what machines count.
const MAX_ORDER: u8 = 2;

/// Appends a run. Its length is not written.
pub fn write(out: &mut Vec<u8>, values: &[i64], scratch: &mut Vec<i64>) {
    scratch.clear();
    scratch.extend_from_slice(values);
    let (mut best, mut best_cost) = (0, cost(scratch));
    for order in 1..=MAX_ORDER {
        differences(scratch, usize::from(order) - 1);
        let cost = cost(&scratch[usize::from(order).min(values.len())..])
            + scratch
                .iter()
                .take(usize::from(order))
                .map(|value| varint_length(zigzag(*value)))
                .sum::<usize>();
        if cost < best_cost {
            (best, best_cost) = (order, cost);
        }
    }
    scratch.clear();
    scratch.extend_from_slice(values);
    for order in 0..usize::from(best) {
        differences(scratch, order);
    }
    let heads = usize::from(best).min(values.len());
    let rest = &scratch[heads..];
    let same = rest.windows(2).all(|pair| pair[0] == pair[1]);
    out.push(best << 1 | u8::from(same));
    for head in &scratch[..heads] {
        put_signed(out, *head);
    }
    if same {
        if let Some(first) = rest.first() {
            put_signed(out, *first);
        }
        return;
    }
    for group in rest.chunks(GROUP) {
        write_group(out, group);
    }
}

/// Reads a run of a known length.
///
/// # Errors
/// When the bytes end, or are no run.
pub fn read(reader: &mut Reader<'_>, count: usize, into: &mut Vec<i64>) -> Result<(), Malformed> {
    into.clear();
    let head = reader.byte()?;
    let (order, same) = (head >> 1, head & 1 == 1);
    if order > MAX_ORDER {
        return Err(Malformed("a run of numbers has an unknown form"));
    }
    let heads = usize::from(order).min(count);
    for _ in 0..heads {
        into.push(reader.signed()?);
    }
    if same {
        if count > heads {
            let value = reader.signed()?;
            into.resize(count, value);
        }
    } else {
        while into.len() < count {
            read_group(reader, GROUP.min(count - into.len()), into)?;
        }
    }
    for order in (0..heads).rev() {
        let mut sum = into[order];
        for value in &mut into[order + 1..] {
            sum = sum.wrapping_add(*value);
            *value = sum;
        }
    }
    Ok(())
}

/// Replaces all but the first `keep + 1` values by what they differ from the one before.
fn differences(values: &mut [i64], keep: usize) {
    for at in (keep + 1..values.len()).rev() {
        values[at] = values[at].wrapping_sub(values[at - 1]);
    }
}

/// Bytes that the groups would take.
fn cost(values: &[i64]) -> usize {
    if values.windows(2).all(|pair| pair[0] == pair[1]) {
        return values
            .first()
            .map_or(0, |value| varint_length(zigzag(*value)));
    }
    values
        .chunks(GROUP)
        .map(|group| {
            let (least, width) = least_and_width(group);
            varint_length(zigzag(least)) + 1 + (width as usize * group.len()).div_ceil(8)
        })
        .sum()
}

fn least_and_width(group: &[i64]) -> (i64, u32) {
    let least = group.iter().copied().min().unwrap_or_default();
    let most = group.iter().copied().max().unwrap_or_default();
    (
        least,
        64 - (most.wrapping_sub(least) as u64).leading_zeros(),
    )
}

fn write_group(out: &mut Vec<u8>, group: &[i64]) {
    let (least, width) = least_and_width(group);
    put_signed(out, least);
    put_varint(out, u64::from(width));
    let (mut word, mut filled) = (0_u128, 0);
    for value in group {
        word |= u128::from(value.wrapping_sub(least) as u64) << filled;
        filled += width;
        while filled >= 8 {
            out.push(word as u8);
            word >>= 8;
            filled -= 8;
        }
    }
    if filled > 0 {
        out.push(word as u8);
    }
}

fn read_group(reader: &mut Reader<'_>, count: usize, into: &mut Vec<i64>) -> Result<(), Malformed> {
    let least = reader.signed()?;
    let width = u32::from(reader.byte()?);
    if width > 64 {
        return Err(Malformed("a number is wider than 64 bits"));
    }
    let packed = reader.take((width as usize * count).div_ceil(8))?;
    if width == 0 {
        into.resize(into.len() + count, least);
        return Ok(());
    }
    let mask = u64::MAX >> (64 - width);
    let (mut word, mut filled) = (0_u128, 0);
    let mut bytes = packed.iter();
    for _ in 0..count {
        while filled < width {
            word |= u128::from(bytes.next().copied().unwrap_or_default()) << filled;
            filled += 8;
        }
        into.push(least.wrapping_add((word as u64 & mask) as i64));
        word >>= width;
        filled -= width;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(values: &[i64]) -> usize {
        let mut out = Vec::new();
        write(&mut out, values, &mut Vec::new());
        let mut reader = Reader::new(&out);
        let mut back = Vec::new();
        read(&mut reader, values.len(), &mut back).expect("a run");
        assert_eq!(back, values);
        assert!(reader.is_empty());
        out.len()
    }

    #[test]
    fn steady_runs_take_next_to_nothing() {
        assert!(round_trip(&[7; 240]) <= 2);
        let line: Vec<i64> = (0..240).map(|n| 1_700_000_000_000 + n * 15_000).collect();
        assert!(round_trip(&line) <= 10);
        let noisy: Vec<i64> = (0..240).map(|n| n * 1000 + n * n % 3).collect();
        assert!(round_trip(&noisy) <= 240 / 2);
    }

    proptest! {
        #[test]
        fn any_run_comes_back(values in prop::collection::vec(
            prop_oneof![any::<i64>(), -5..5_i64, Just(i64::MIN), Just(i64::MAX)], 0..200)) {
            round_trip(&values);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut back = Vec::new();
            if read(&mut Reader::new(&bytes), 64, &mut back).is_ok() {
                prop_assert_eq!(back.len(), 64);
            }
        }
    }
}
