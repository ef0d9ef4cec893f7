//! Blocks of 128 numbers, each with its own smallest number and width; few wide ones are patched.

use crate::segment::codec::bits::{self, BitWriter, width};
use crate::varint::{put, put_signed, take, take_bytes, take_signed};

/// Numbers of a block.
const BLOCK: usize = 128;
/// Set in the width of a block that has exceptions.
const PATCHED: u8 = 0x80;

/// How a block is packed.
#[derive(Debug, Clone, Copy)]
struct Plan {
    base: i64,
    width: u32,
    exceptions: usize,
    bits: usize,
}

impl Plan {
    fn of(values: &[i64]) -> Self {
        let base = values.iter().copied().min().unwrap_or(0);
        let mut widths = [0_usize; 65];
        for value in values {
            widths[width(value.wrapping_sub(base) as u64) as usize] += 1;
        }
        let widest = widths.iter().rposition(|count| *count > 0).unwrap_or(0);
        let mut best = Self {
            base,
            width: widest as u32,
            exceptions: 0,
            bits: widest * values.len(),
        };
        let mut exceptions = 0;
        for own in (0..widest).rev() {
            exceptions += widths[own + 1];
            let each = 8 + 8 * (widest - own).div_ceil(7);
            let bits = own * values.len() + 8 + exceptions * each;
            if exceptions >= BLOCK / 4 {
                break;
            }
            if bits < best.bits {
                best = Self {
                    width: own as u32,
                    exceptions,
                    bits,
                    ..best
                };
            }
        }
        best
    }

    /// How many bits the block takes, about.
    fn cost(&self) -> usize {
        self.bits + 16
    }

    fn write(&self, block: &[i64], out: &mut Vec<u8>) {
        let mut packed = BitWriter::with_room(block.len() * self.width as usize);
        let mut exceptions = Vec::new();
        for (at, value) in block.iter().enumerate() {
            let number = value.wrapping_sub(self.base) as u64;
            packed.put(number & bits::mask(self.width), self.width);
            let high = number.checked_shr(self.width).unwrap_or(0);
            if high > 0 {
                exceptions.push(at as u8);
                put(&mut exceptions, high);
            }
        }
        if self.exceptions > 0 {
            out.extend([self.width as u8 | PATCHED, self.exceptions as u8]);
        } else {
            out.push(self.width as u8);
        }
        out.extend_from_slice(&packed.finish());
        out.extend_from_slice(&exceptions);
    }
}

/// How numbers are packed, block by block.
#[derive(Debug)]
pub struct Blocks<'a> {
    values: &'a [i64],
    plans: Vec<Plan>,
}

/// How many bits blocks of these numbers take, about.
pub fn cost(values: &[i64]) -> usize {
    values
        .chunks(BLOCK)
        .map(|block| Plan::of(block).cost())
        .sum()
}

impl<'a> Blocks<'a> {
    /// Of these numbers.
    pub fn of(values: &'a [i64]) -> Self {
        let plans = values.chunks(BLOCK).map(Plan::of);
        Self {
            values,
            plans: plans.collect(),
        }
    }

    /// How many bits they take, about.
    pub fn cost(&self) -> usize {
        self.plans.iter().map(Plan::cost).sum()
    }

    /// Appends them.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut previous = 0_i64;
        for (block, plan) in self.values.chunks(BLOCK).zip(&self.plans) {
            put_signed(out, plan.base.wrapping_sub(previous));
            previous = plan.base;
            plan.write(block, out);
        }
    }
}

/// Takes blocks of `count` numbers.
pub fn take_blocks(bytes: &mut &[u8], count: usize) -> Option<Vec<i64>> {
    // A block takes at least two bytes.
    if count.div_ceil(BLOCK) * 2 > bytes.len() {
        return None;
    }
    let mut values = Vec::with_capacity(count);
    let mut base = 0_i64;
    while values.len() < count {
        base = base.wrapping_add(take_signed(bytes)?);
        take_block(bytes, base, BLOCK.min(count - values.len()), &mut values)?;
    }
    Some(values)
}

/// One number of blocks of `count`, without those in the other blocks.
pub fn get(mut bytes: &[u8], count: usize, at: usize) -> Option<i64> {
    let (mut base, mut values) = (0_i64, Vec::with_capacity(BLOCK));
    for first in (0..count).step_by(BLOCK) {
        base = base.wrapping_add(take_signed(&mut bytes)?);
        let own = BLOCK.min(count - first);
        if at < first + own {
            take_block(&mut bytes, base, own, &mut values)?;
            return values.get(at - first).copied();
        }
        pass_block(&mut bytes, own)?;
    }
    None
}

/// The first numbers of blocks of `count` together.
pub fn sum(mut bytes: &[u8], count: usize, numbers: usize) -> Option<i64> {
    let (mut base, mut values) = (0_i64, Vec::with_capacity(BLOCK));
    let mut sum = 0_i64;
    for first in (0..numbers).step_by(BLOCK) {
        base = base.wrapping_add(take_signed(&mut bytes)?);
        values.clear();
        take_block(
            &mut bytes,
            base,
            BLOCK.min(count.checked_sub(first)?),
            &mut values,
        )?;
        let wanted = values.iter().take(numbers - first);
        sum = wanted.fold(sum, |sum, value| sum.wrapping_add(*value));
    }
    Some(sum)
}

fn pass_block(bytes: &mut &[u8], count: usize) -> Option<()> {
    let (width, exceptions) = take_head(bytes)?;
    take_bytes(bytes, (count * width as usize).div_ceil(8))?;
    for _ in 0..exceptions {
        take_bytes(bytes, 1)?;
        take(bytes)?;
    }
    Some(())
}

/// How wide a block's numbers are, and how many exceptions it has.
fn take_head(bytes: &mut &[u8]) -> Option<(u32, u8)> {
    let head = take_bytes(bytes, 1)?[0];
    let width = u32::from(head & !PATCHED);
    let exceptions = match head & PATCHED {
        0 => 0,
        _ => take_bytes(bytes, 1)?[0],
    };
    (width <= u64::BITS).then_some((width, exceptions))
}

fn take_block(bytes: &mut &[u8], base: i64, count: usize, values: &mut Vec<i64>) -> Option<()> {
    let (width, exceptions) = take_head(bytes)?;
    let start = values.len();
    // Numbers are read from all that is left: only the last ones of a page are near its end.
    let packed = *bytes;
    take_bytes(bytes, (count * width as usize).div_ceil(8))?;
    bits::each(packed, 0, width, count, |number| {
        values.push(base.wrapping_add(number as i64));
    });
    for _ in 0..exceptions {
        let at = usize::from(take_bytes(bytes, 1)?[0]);
        let high = take(bytes)?.checked_shl(width)?;
        let value = values.get_mut(start + at)?;
        *value = value.wrapping_add(high as i64);
    }
    Some(())
}
