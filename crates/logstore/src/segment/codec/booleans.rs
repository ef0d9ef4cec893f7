//! Truth values: a bit each, and one byte for all when they are the same.

use swarmscope_model::limits::MAX_PAGE_VALUES;

use crate::varint::{put, take};

const FALSE: u8 = 0;
const TRUE: u8 = 1;
const MIXED: u8 = 2;

/// Appends a page of truth values.
pub fn encode(values: &[bool], out: &mut Vec<u8>) {
    put(out, values.len() as u64);
    let first = values.first().copied().unwrap_or(false);
    if values.len() <= MAX_PAGE_VALUES && values.iter().all(|value| *value == first) {
        out.push(if first { TRUE } else { FALSE });
        return;
    }
    out.push(MIXED);
    out.extend(values.chunks(8).map(|eight| {
        let bits = (0..).zip(eight);
        bits.fold(0, |byte, (place, value)| byte | u8::from(*value) << place)
    }));
}

/// Reads all of `bytes` as a page of truth values; `None` when they are none.
pub fn decode(mut bytes: &[u8]) -> Option<Vec<bool>> {
    let count = usize::try_from(take(&mut bytes)?).ok()?;
    match bytes.split_first()? {
        (&MIXED, bits) if bits.len() == count.div_ceil(8) => {
            let values = (0..count).map(|at| bits[at / 8] >> (at % 8) & 1 == 1);
            Some(values.collect())
        }
        (same @ &(TRUE | FALSE), []) if count <= MAX_PAGE_VALUES => {
            Some(vec![*same == TRUE; count])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn truth_values_come_back(values: Vec<bool>, same: bool, count in 0..3000_usize) {
            for values in [values, vec![same; count]] {
                let mut bytes = Vec::new();
                encode(&values, &mut bytes);
                prop_assert_eq!(decode(&bytes), Some(values));
            }
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            let _ = decode(&bytes);
        }
    }
}
