//! Numbers of a fixed count of bits, one behind the other, the lowest bits first.

/// How many bits a number needs.
pub fn width(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

/// Writes numbers bit by bit.
#[derive(Debug, Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    pending: u64,
    filled: u32,
}

impl BitWriter {
    /// A writer with memory for so many bits.
    pub fn with_room(bits: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bits / 8 + size_of::<u64>()),
            ..Self::default()
        }
    }

    /// Appends a number that fits `width` bits.
    pub fn put(&mut self, number: u64, width: u32) {
        self.pending |= number << self.filled;
        let free = u64::BITS - self.filled;
        if width < free {
            self.filled += width;
            return;
        }
        self.bytes.extend_from_slice(&self.pending.to_le_bytes());
        self.pending = number.checked_shr(free).unwrap_or(0);
        self.filled = width - free;
    }

    /// Fills the last byte up with zeros and gives the bytes.
    pub fn finish(mut self) -> Vec<u8> {
        let rest = self.filled.div_ceil(8) as usize;
        self.bytes
            .extend_from_slice(&self.pending.to_le_bytes()[..rest]);
        self.bytes
    }
}

/// The number of `width` bits that begins at a bit; what lies beyond the bytes is zero.
pub fn get(bytes: &[u8], bit: usize, width: u32) -> u64 {
    let (at, shift) = (bit / 8, (bit % 8) as u32);
    let tail = bytes.get(at..).unwrap_or_default();
    let word = tail
        .first_chunk()
        .map_or_else(|| partial(tail), |eight| u64::from_le_bytes(*eight));
    let mut number = word >> shift;
    if shift + width > u64::BITS {
        let next = tail.get(8).copied().unwrap_or(0);
        number |= u64::from(next) << (u64::BITS - shift);
    }
    number & mask(width)
}

/// Calls with each of `count` numbers of `width` bits that begin at a bit.
pub fn each(bytes: &[u8], bit: usize, width: u32, count: usize, mut visit: impl FnMut(u64)) {
    /// Widest numbers that always are within eight bytes.
    const NARROW: u32 = 57;
    let (mut bit, mask, wide) = (bit, mask(width), width as usize);
    // So many have eight bytes behind their beginning.
    let quick = match bytes.len().saturating_sub(8) * 8 {
        _ if width == 0 => count,
        room if width <= NARROW => count.min(room.saturating_sub(bit) / wide),
        _ => 0,
    };
    for _ in 0..quick {
        let word = bytes.get(bit / 8..).and_then(<[u8]>::first_chunk);
        let word = u64::from_le_bytes(*word.unwrap_or(&[0; 8]));
        visit(word >> (bit % 8) & mask);
        bit += wide;
    }
    for _ in quick..count {
        visit(get(bytes, bit, width));
        bit += wide;
    }
}

/// The lowest bits.
pub fn mask(width: u32) -> u64 {
    u64::MAX.checked_shr(u64::BITS - width).unwrap_or(0)
}

fn partial(tail: &[u8]) -> u64 {
    let bytes = tail.iter().rev();
    bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_of_any_width_come_back(numbers: Vec<(u64, u8)>) {
            let mut writer = BitWriter::default();
            let numbers: Vec<(u64, u32)> = numbers
                .into_iter()
                .map(|(number, width)| (number & mask(u32::from(width) % 65), u32::from(width) % 65))
                .collect();
            for (number, width) in &numbers {
                writer.put(*number, *width);
            }
            let bytes = writer.finish();
            let mut bit = 0;
            for (number, width) in numbers {
                prop_assert_eq!(get(&bytes, bit, width), number);
                bit += width as usize;
            }
        }
    }
}
