//! Floats as the bits in which each differs from the one before, after Facebook's Gorilla.

use super::bits::{BitReader, BitWriter};
use crate::wire::Malformed;

/// Leading zeros that are told apart: five bits.
const MAX_LEADING: u32 = 31;

/// The window of bits that differed last, on either side.
#[derive(Debug, Clone, Copy, Default)]
pub struct Xor {
    previous: u64,
    leading: u8,
    /// Zero before the first difference.
    significant: u8,
}

impl Xor {
    /// Behind this value.
    pub fn after(value: f64) -> Self {
        Self {
            previous: value.to_bits(),
            ..Self::default()
        }
    }

    /// The value written or read last.
    pub fn last(&self) -> f64 {
        f64::from_bits(self.previous)
    }

    /// Appends a value.
    pub fn write(&mut self, writer: &mut BitWriter, value: f64) {
        let difference = value.to_bits() ^ self.previous;
        self.previous = value.to_bits();
        if difference == 0 {
            writer.write(0, 1);
            return;
        }
        let leading = difference.leading_zeros().min(MAX_LEADING);
        let trailing = difference.trailing_zeros();
        let (old_leading, old_significant) = (u32::from(self.leading), u32::from(self.significant));
        let old_trailing = 64 - old_leading - old_significant;
        if old_significant > 0 && leading >= old_leading && trailing >= old_trailing {
            writer.write(0b10, 2);
            writer.write(difference >> old_trailing, old_significant);
            return;
        }
        let significant = 64 - leading - trailing;
        self.leading = leading as u8;
        self.significant = significant as u8;
        writer.write(0b11, 2);
        writer.write(u64::from(leading), 5);
        writer.write(u64::from(significant - 1), 6);
        writer.write(difference >> trailing, significant);
    }

    /// Reads the next value.
    ///
    /// # Errors
    /// When the bits end, or are none that [`Xor::write`] writes.
    pub fn read(&mut self, reader: &mut BitReader<'_>) -> Result<f64, Malformed> {
        if reader.bit()? {
            if reader.bit()? {
                self.leading = reader.read(5)? as u8;
                self.significant = reader.read(6)? as u8 + 1;
            }
            let used = u32::from(self.leading) + u32::from(self.significant);
            if used > 64 || self.significant == 0 {
                return Err(Malformed("a float's window is none"));
            }
            self.previous ^= reader.read(u32::from(self.significant))? << (64 - used);
        }
        Ok(f64::from_bits(self.previous))
    }
}
