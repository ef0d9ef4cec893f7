//! Floating point numbers, bit for bit.

use super::compress::{pack, unpack};

/// Appends a page of numbers.
pub fn encode(values: &[f64], out: &mut Vec<u8>) {
    let plain: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_bits().to_le_bytes())
        .collect();
    pack(&plain, out);
}

/// Reads all of `bytes` as a page of numbers; `None` when they are none.
pub fn decode(bytes: &[u8]) -> Option<Vec<f64>> {
    let plain = unpack(bytes)?;
    let (bits, rest) = plain.as_chunks::<8>();
    rest.is_empty().then(|| {
        bits.iter()
            .map(|bits| f64::from_bits(u64::from_le_bytes(*bits)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back_bit_for_bit(bits: Vec<u64>) {
            let values: Vec<f64> = bits.iter().copied().map(f64::from_bits).collect();
            let mut bytes = Vec::new();
            encode(&values, &mut bytes);
            let back = decode(&bytes).map(|values| values.into_iter().map(f64::to_bits).collect());
            prop_assert_eq!(back, Some(bits));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
