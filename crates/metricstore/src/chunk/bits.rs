//! Single bits, highest first, appended to and read from bytes.

use crate::wire::Malformed;

/// Appends bits.
#[derive(Debug, Clone, Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte that are not used yet.
    free: u8,
}

/// Memory that a writer takes at a time: chunks are a few hundred bytes, and there is one a series.
const GROWTH: usize = 32;

impl BitWriter {
    /// What is written, the last byte filled with zeros.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The lowest `count` bits of a value, at most 64.
    pub fn write(&mut self, value: u64, count: u32) {
        let mut left = count;
        while left > 0 {
            if self.free == 0 {
                if self.bytes.len() == self.bytes.capacity() {
                    let step = GROWTH.max(self.bytes.len() / 4);
                    self.bytes.reserve_exact(step);
                }
                self.bytes.push(0);
                self.free = 8;
            }
            let taken = left.min(u32::from(self.free));
            let part = (value >> (left - taken)) as u8 & (0xff >> (8 - taken));
            if let Some(last) = self.bytes.last_mut() {
                *last |= part << (u32::from(self.free) - taken);
            }
            self.free -= taken as u8;
            left -= taken;
        }
    }
}

/// Bits that are at hand at once: a word less what the first byte may have been read of.
const PEEKED: u32 = 56;

/// Reads bits.
#[derive(Debug, Clone)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    /// Bits that are read.
    at: usize,
}

impl<'a> BitReader<'a> {
    /// From the first bit on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `count` bits, at most 64.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn read(&mut self, count: u32) -> Result<u64, Malformed> {
        if count > PEEKED {
            let high = self.read(count - 32)?;
            return Ok(high << 32 | self.read(32)?);
        }
        if count == 0 {
            return Ok(0);
        }
        let bits = self.peek() >> (64 - count);
        self.skip(count)?;
        Ok(bits)
    }

    /// The next bit.
    ///
    /// # Errors
    /// When there is none.
    pub fn bit(&mut self) -> Result<bool, Malformed> {
        Ok(self.read(1)? == 1)
    }

    /// How many ones come before the next zero, at most `most`; the zero is read, too.
    ///
    /// # Errors
    /// When the bits end before.
    pub fn ones(&mut self, most: u32) -> Result<u32, Malformed> {
        let count = self.peek().leading_ones().min(most);
        self.skip(count + u32::from(count < most))?;
        Ok(count)
    }

    /// The next bits from the highest on, [`PEEKED`] of them at least; behind the end there are zeros.
    fn peek(&self) -> u64 {
        let (byte, bit) = (self.at / 8, self.at % 8);
        let mut word = [0; 8];
        match self.bytes.get(byte..byte + 8) {
            Some(whole) => word.copy_from_slice(whole),
            None => {
                let rest = self.bytes.get(byte..).unwrap_or_default();
                word[..rest.len()].copy_from_slice(rest);
            }
        }
        u64::from_be_bytes(word) << bit
    }

    fn skip(&mut self, count: u32) -> Result<(), Malformed> {
        self.at += count as usize;
        if self.at > self.bytes.len() * 8 {
            return Err(Malformed("a chunk ends too early"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_every_count_come_back() {
        let mut writer = BitWriter::default();
        for count in 0..=64 {
            writer.write(0x9e37_79b9_7f4a_7c15, count);
            writer.write(1, 1);
        }
        let mut reader = BitReader::new(writer.bytes());
        for count in 0..=64 {
            let mask = if count == 64 {
                u64::MAX
            } else {
                (1 << count) - 1
            };
            assert_eq!(reader.read(count), Ok(0x9e37_79b9_7f4a_7c15 & mask));
            assert_eq!(reader.bit(), Ok(true));
        }
        assert!(reader.read(8).is_err());
    }
}
