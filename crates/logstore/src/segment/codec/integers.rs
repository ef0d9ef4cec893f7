//! Whole numbers.

use super::compress::{pack, unpack};
use super::varint::{put, put_signed, take, take_signed};

/// Appends a page of numbers.
pub fn encode(values: &[i64], out: &mut Vec<u8>) {
    let mut plain = Vec::with_capacity(values.len() * 2 + 4);
    put(&mut plain, values.len() as u64);
    let mut previous = 0_i64;
    for value in values {
        put_signed(&mut plain, value.wrapping_sub(previous));
        previous = *value;
    }
    pack(&plain, out);
}

/// Reads all of `bytes` as a page of numbers; `None` when they are none.
pub fn decode(bytes: &[u8]) -> Option<Vec<i64>> {
    let plain = unpack(bytes)?;
    let rest = &mut plain.as_slice();
    let count = usize::try_from(take(rest)?).ok()?;
    if count > rest.len() {
        return None;
    }
    let mut previous = 0_i64;
    let mut values = Vec::with_capacity(count);
    for _ in 0..count {
        previous = previous.wrapping_add(take_signed(rest)?);
        values.push(previous);
    }
    rest.is_empty().then_some(values)
}

/// Appends a page of row numbers or codes.
pub fn encode_u32(values: &[u32], out: &mut Vec<u8>) {
    let wide: Vec<i64> = values.iter().copied().map(i64::from).collect();
    encode(&wide, out);
}

/// Reads all of `bytes` as a page of row numbers or codes; `None` when they are none.
pub fn decode_u32(bytes: &[u8]) -> Option<Vec<u32>> {
    let wide = decode(bytes)?.into_iter();
    wide.map(|value| u32::try_from(value).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_come_back(values: Vec<i64>, codes: Vec<u32>) {
            let mut bytes = Vec::new();
            encode(&values, &mut bytes);
            prop_assert_eq!(decode(&bytes), Some(values));
            bytes.clear();
            encode_u32(&codes, &mut bytes);
            prop_assert_eq!(decode_u32(&bytes), Some(codes));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = decode(&bytes);
            let _ = decode_u32(&bytes);
        }
    }
}
