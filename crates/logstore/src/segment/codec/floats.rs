//! Floating point numbers, bit for bit: decimals as whole numbers, what is none as it is.

use super::compress::{put_section, take_section};
use super::integers;
use crate::varint::{put, take_bytes, take_u32};

/// The planes of the numbers' bytes.
const BYTES: u8 = u8::MAX;
/// Most decimal places: a power of ten beyond is no longer exact.
const MAX_PLACES: usize = 17;
/// Whole numbers up to here are exact.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Numbers that are looked at to find the decimal places.
const SAMPLE: usize = 64;
/// Of how many numbers one may be no decimal.
const EXCEPTIONS: usize = 8;

const POWERS: [f64; MAX_PLACES + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17,
];

/// The whole number that gives this one when divided by the power.
fn scaled(value: f64, power: f64) -> Option<i64> {
    let scaled = (value * power).round();
    // Not a number is not below it, and becomes 0.
    let (number, fits) = (scaled as i64, scaled.abs() < EXACT);
    (fits && (number as f64 / power).to_bits() == value.to_bits()).then_some(number)
}

/// Appends a page of numbers.
pub fn encode(values: &[f64], out: &mut Vec<u8>) {
    if let Some((places, numbers, exceptions)) = decimals(values) {
        out.push(places as u8);
        put(out, exceptions.len() as u64);
        for at in exceptions {
            put(out, u64::from(at));
            out.extend_from_slice(&values[at as usize].to_bits().to_le_bytes());
        }
        return integers::encode(&numbers, out);
    }
    out.push(BYTES);
    let bytes: Vec<[u8; 8]> = values.iter().map(|value| value.to_le_bytes()).collect();
    for at in 0..8 {
        let plane: Vec<u8> = bytes.iter().map(|bytes| bytes[at]).collect();
        put_section(&plane, out);
    }
}

/// The decimal places, the whole numbers, and the places of those that are none.
fn decimals(values: &[f64]) -> Option<(usize, Vec<i64>, Vec<u32>)> {
    let apart = values.len().div_ceil(SAMPLE).max(1);
    let sample: Vec<f64> = values.iter().copied().step_by(apart).collect();
    let places = (0..=MAX_PLACES).find(|places| {
        let fits = |value: &&f64| scaled(**value, POWERS[*places]).is_some();
        sample.iter().filter(fits).count() * EXCEPTIONS >= sample.len() * (EXCEPTIONS - 1)
    })?;
    // Some more places for the few that did not fit, when that helps them all.
    let all_fit = |power: &f64| sample.iter().all(|value| scaled(*value, *power).is_some());
    let more = POWERS[places..].iter().position(all_fit);
    let places = places + more.unwrap_or(0);
    let mut exceptions = Vec::new();
    let mut previous = 0;
    let mut numbers = Vec::with_capacity(values.len());
    for (at, value) in (0..).zip(values) {
        match scaled(*value, POWERS[places]) {
            Some(number) => previous = number,
            None => exceptions.push(at),
        }
        numbers.push(previous);
    }
    (exceptions.len() * EXCEPTIONS <= values.len()).then_some((places, numbers, exceptions))
}

/// Reads all of `bytes` as a page of numbers; `None` when they are none.
pub fn decode(mut bytes: &[u8]) -> Option<Vec<f64>> {
    let kind = take_bytes(&mut bytes, 1)?[0];
    if kind == BYTES {
        return decode_planes(bytes);
    }
    let power = *POWERS.get(usize::from(kind))?;
    let mut exceptions = Vec::new();
    for _ in 0..take_u32(&mut bytes)? {
        let at = take_u32(&mut bytes)? as usize;
        let bits = take_bytes(&mut bytes, 8)?.first_chunk()?;
        exceptions.push((at, f64::from_le_bytes(*bits)));
    }
    let numbers = integers::decode(bytes)?.into_iter();
    let mut values: Vec<f64> = numbers.map(|number| number as f64 / power).collect();
    for (at, value) in exceptions {
        *values.get_mut(at)? = value;
    }
    Some(values)
}

fn decode_planes(mut bytes: &[u8]) -> Option<Vec<f64>> {
    let mut values: Vec<u64> = Vec::new();
    for at in 0..8 {
        let plane = take_section(&mut bytes)?;
        if at == 0 {
            values = vec![0; plane.len()];
        }
        if plane.len() != values.len() {
            return None;
        }
        for (value, byte) in values.iter_mut().zip(&*plane) {
            *value |= u64::from(*byte) << (8 * at);
        }
    }
    bytes
        .is_empty()
        .then(|| values.into_iter().map(f64::from_bits).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn size(values: &[f64]) -> usize {
        let mut bytes = Vec::new();
        encode(values, &mut bytes);
        let bits = |values: &[f64]| {
            values
                .iter()
                .map(|value| value.to_bits())
                .collect::<Vec<_>>()
        };
        assert_eq!(decode(&bytes).map(|back| bits(&back)), Some(bits(values)));
        bytes.len()
    }

    #[test]
    fn decimals_take_as_much_as_their_digits() {
        let mut values: Vec<f64> = (0..4096_u32)
            .map(|number| f64::from(number.wrapping_mul(2_654_435_761) % 30_000) / 1000.0)
            .collect();
        let decimals = size(&values);
        assert!(decimals < 4096 * 15 / 8 + 200, "{decimals}");
        for (at, value) in [
            (5, f64::NAN),
            (9, -0.0),
            (700, f64::INFINITY),
            (4000, 1e300),
        ] {
            values[at] = value;
        }
        assert!(size(&values) < decimals + 60);
        size(&[
            f64::from_bits(0x7ff8_dead_beef_0001),
            -0.0,
            0.1 + 0.2,
            f64::MIN_POSITIVE,
        ]);
        size(&[]);
    }

    proptest! {
        #[test]
        fn numbers_come_back_bit_for_bit(
            any: Vec<u64>,
            whole in prop::collection::vec(any::<i32>(), 0..300),
            places in 0..6_i32,
        ) {
            size(&any.into_iter().map(f64::from_bits).collect::<Vec<_>>());
            let power = 10_f64.powi(places);
            size(&whole.into_iter().map(|number| f64::from(number) / power).collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, kind in 0..4_u8) {
            let _ = decode(&bytes);
            let _ = decode(&[&[kind], bytes.as_slice()].concat());
        }
    }
}
