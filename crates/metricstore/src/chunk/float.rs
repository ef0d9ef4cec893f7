//! Finished float chunks: all samples are known, so the shortest of several encodings is taken.
//!
//! ```text
//! form of the values (one byte), count, first time, differences of times as a run of integers, then
//!   SAME      the bits of the one value
//!   DECIMALS  places, count of exceptions, their positions and bits, a run of integers
//!   XOR       bits, see `xor`
//! ```

use super::bits::{BitReader, BitWriter};
use super::decimal::{self, Decimals};
use super::integers;
use super::xor::Xor;
use super::{MAX_CHUNK_SAMPLES, TimeRange};
use crate::wire::{Malformed, Reader, put_float, put_signed, put_varint};

pub const SAME: u8 = 1;
pub const DECIMALS: u8 = 2;
pub const XOR: u8 = 3;

/// Memory that is used again from chunk to chunk.
#[derive(Debug, Default)]
pub struct Scratch {
    numbers: Vec<i64>,
    spare: Vec<i64>,
    decimals: Decimals,
}

/// Encodes samples, which have to be at least one and by time.
pub fn encode(times: &[i64], values: &[f64], scratch: &mut Scratch, out: &mut Vec<u8>) {
    let first = values.first().copied().unwrap_or_default();
    let same = values
        .iter()
        .all(|value| value.to_bits() == first.to_bits());
    let form = if same {
        SAME
    } else if scratch.decimals.split(values) {
        DECIMALS
    } else {
        XOR
    };
    out.push(form);
    put_varint(out, times.len() as u64);
    put_signed(out, times.first().copied().unwrap_or_default());
    scratch.numbers.clear();
    let deltas = times.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]));
    scratch.numbers.extend(deltas);
    integers::write(out, &scratch.numbers, &mut scratch.spare);
    match form {
        SAME => put_float(out, first),
        DECIMALS => {
            out.push(scratch.decimals.places);
            put_varint(out, scratch.decimals.exceptions.len() as u64);
            for (position, bits) in &scratch.decimals.exceptions {
                put_varint(out, *position as u64);
                out.extend_from_slice(&bits.to_le_bytes());
            }
            integers::write(out, &scratch.decimals.whole, &mut scratch.spare);
        }
        _ => {
            let mut bits = BitWriter::default();
            bits.write(first.to_bits(), 64);
            let mut xor = Xor::after(first);
            for value in &values[1..] {
                xor.write(&mut bits, *value);
            }
            out.extend_from_slice(bits.bytes());
        }
    }
}

/// Appends the samples of a chunk that are in the range.
///
/// # Errors
/// When the bytes are no float chunk.
pub fn decode(
    bytes: &[u8],
    range: TimeRange,
    scratch: &mut Scratch,
    times: &mut Vec<i64>,
    values: &mut Vec<f64>,
) -> Result<(), Malformed> {
    let mut reader = Reader::new(bytes);
    let form = reader.byte()?;
    let count = reader.length()?;
    if count == 0 || count > MAX_CHUNK_SAMPLES {
        return Err(Malformed("a chunk has no such number of samples"));
    }
    let first = reader.signed()?;
    integers::read(&mut reader, count - 1, &mut scratch.numbers)?;
    let begin = times.len();
    let mut time = first;
    times.push(time);
    for delta in &scratch.numbers {
        time = time.wrapping_add(*delta);
        times.push(time);
    }
    // Chunks lie mostly inside or outside of what is asked.
    let own = &times[begin..];
    let from = own.partition_point(|time| *time < range.start);
    let to = own.partition_point(|time| *time <= range.end).max(from);
    decode_values(form, &mut reader, count, from..to, scratch, values)?;
    times.truncate(begin + to);
    times.drain(begin..begin + from);
    Ok(())
}

fn decode_values(
    form: u8,
    reader: &mut Reader<'_>,
    count: usize,
    wanted: std::ops::Range<usize>,
    scratch: &mut Scratch,
    values: &mut Vec<f64>,
) -> Result<(), Malformed> {
    match form {
        SAME => {
            let value = reader.float()?;
            values.resize(values.len() + wanted.len(), value);
        }
        DECIMALS => {
            let places = reader.byte()?;
            let exceptions = reader.length()?;
            let mut list = *reader;
            for _ in 0..exceptions {
                reader.varint()?;
                reader.word()?;
            }
            integers::read(reader, count, &mut scratch.numbers)?;
            let begin = values.len();
            let numbers = &scratch.numbers[wanted.clone()];
            values.extend(numbers.iter().map(|whole| decimal::float(*whole, places)));
            for _ in 0..exceptions {
                let (position, bits) = (list.length()?, list.word()?);
                if wanted.contains(&position) {
                    values[begin + position - wanted.start] = f64::from_bits(bits);
                }
            }
        }
        XOR => {
            let mut bits = BitReader::new(reader.rest());
            let mut xor = Xor::after(f64::from_bits(bits.read(64)?));
            if wanted.start == 0 && !wanted.is_empty() {
                values.push(xor.last());
            }
            for position in 1..wanted.end {
                let value = xor.read(&mut bits)?;
                if position >= wanted.start {
                    values.push(value);
                }
            }
        }
        _ => return Err(Malformed("a chunk has an unknown form")),
    }
    Ok(())
}
