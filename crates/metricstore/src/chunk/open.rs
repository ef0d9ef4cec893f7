//! The chunk at the end of a float series, which grows sample by sample.
//!
//! Times are differences of differences, values are XORed; a full chunk is encoded anew by
//! [`super::float`], which sees all its samples at once.

use super::bits::{BitReader, BitWriter};
use super::xor::Xor;
use crate::wire::{Malformed, unzigzag, zigzag};

/// Bits of a difference of differences, shortest first; each is preceded by as many ones as there are
/// shorter ones, and a zero. Scrapes that are some milliseconds off take the first.
const TIME_BITS: [u32; 4] = [7, 14, 20, 64];

/// A float chunk that is appended to.
#[derive(Debug, Clone)]
pub struct OpenFloats {
    bits: BitWriter,
    pub first_time: i64,
    pub last_time: i64,
    last_delta: i64,
    xor: Xor,
    pub samples: u32,
}

impl OpenFloats {
    /// With its first sample.
    pub fn new(time: i64, value: f64) -> Self {
        let mut bits = BitWriter::default();
        bits.write(value.to_bits(), 64);
        Self {
            bits,
            first_time: time,
            last_time: time,
            last_delta: 0,
            xor: Xor::after(value),
            samples: 1,
        }
    }

    /// Appends a sample; its time has to be later than all others.
    pub fn push(&mut self, time: i64, value: f64) {
        write_time(&mut self.bits, self.last_time, &mut self.last_delta, time);
        self.last_time = time;
        self.xor.write(&mut self.bits, value);
        self.samples += 1;
    }

    /// The newest value.
    pub fn last_value(&self) -> f64 {
        self.xor.last()
    }

    /// Hands out every sample, by time.
    ///
    /// # Errors
    /// Never for a chunk that was made by appending.
    pub fn read(&self, mut sample: impl FnMut(i64, f64)) -> Result<(), Malformed> {
        let mut reader = BitReader::new(self.bits.bytes());
        let first = f64::from_bits(reader.read(64)?);
        let (mut xor, mut time, mut delta) = (Xor::after(first), self.first_time, 0);
        sample(time, first);
        for _ in 1..self.samples {
            time = read_time(&mut reader, time, &mut delta)?;
            sample(time, xor.read(&mut reader)?);
        }
        Ok(())
    }
}

/// Appends a time behind the last one.
pub fn write_time(bits: &mut BitWriter, last: i64, last_delta: &mut i64, time: i64) {
    let delta = time.wrapping_sub(last);
    let change = zigzag(delta.wrapping_sub(*last_delta));
    *last_delta = delta;
    if change == 0 {
        bits.write(0, 1);
        return;
    }
    for (shorter, count) in TIME_BITS.into_iter().enumerate() {
        if count == 64 || change < 1 << count {
            // One for "not zero", one for each shorter length, and a zero unless it is the longest.
            let ones = shorter as u32 + 1;
            bits.write((1 << ones) - 1, ones);
            if count != 64 {
                bits.write(0, 1);
            }
            bits.write(change, count);
            return;
        }
    }
}

/// Reads the time behind the last one.
///
/// # Errors
/// When the bits end.
pub fn read_time(
    reader: &mut BitReader<'_>,
    last: i64,
    last_delta: &mut i64,
) -> Result<i64, Malformed> {
    let ones = reader.ones(TIME_BITS.len() as u32)?;
    if ones > 0 {
        let change = reader.read(TIME_BITS[ones as usize - 1])?;
        *last_delta = last_delta.wrapping_add(unzigzag(change));
    }
    Ok(last.wrapping_add(*last_delta))
}
