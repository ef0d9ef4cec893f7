//! Short streams of numbers, many a page: a head for each, and the bits of all in one row.

use crate::segment::codec::bits::{self, BitWriter, width};
use crate::varint::{put, put_signed, take, take_bytes, take_signed};

/// Heads up to 64: numbers as they are, in so many bits.
const PLAIN: u32 = 0;
/// What is above the smallest number.
const OFFSET: u32 = 65;
/// The first number, and what the differences are above the smallest of them.
const DELTA: u32 = 130;
/// The distinct numbers, and which one it is.
const CHOICE: u32 = 195;
/// Fewest numbers whose differences or distinct ones are looked at.
const FEW: usize = 16;

/// A stream's head, and where its bits begin.
#[derive(Debug)]
pub struct Stream {
    mode: u32,
    width: u32,
    base: i64,
    step: i64,
    choices: Vec<i64>,
    bit: usize,
}

/// Appends a stream.
pub fn write(values: &[i64], heads: &mut Vec<u8>, out: &mut BitWriter) {
    let (low, high) = values
        .iter()
        .fold((i64::MAX, i64::MIN), |(low, high), value| {
            (low.min(*value), high.max(*value))
        });
    let plain = if low < 0 { 64 } else { width(high as u64) };
    let offset = width(high.wrapping_sub(low) as u64);
    if values.len() >= FEW && offset > 1 {
        if let Some(choices) = choices(values, offset) {
            return write_choices(values, &choices, heads, out);
        }
        let steps = || values.windows(2).map(|two| two[1].wrapping_sub(two[0]));
        let (least, most) = steps().fold((i64::MAX, i64::MIN), |(low, high), step| {
            (low.min(step), high.max(step))
        });
        let delta = width(most.wrapping_sub(least) as u64);
        if delta + 1 < offset {
            heads.push((DELTA + delta) as u8);
            put_signed(heads, values[0]);
            put_signed(heads, least);
            steps().for_each(|step| out.put(step.wrapping_sub(least) as u64, delta));
            return;
        }
    }
    let gain = (plain - offset) as usize * values.len();
    if gain > 8 + 8 * (width(low.unsigned_abs()) / 7) as usize {
        heads.push((OFFSET + offset) as u8);
        put_signed(heads, low);
        for value in values {
            out.put(value.wrapping_sub(low) as u64, offset);
        }
    } else {
        heads.push((PLAIN + plain) as u8);
        values
            .iter()
            .for_each(|value| out.put(*value as u64, plain));
    }
}

/// The distinct numbers in order, when there are so few that telling which is shorter.
fn choices(values: &[i64], offset: u32) -> Option<Vec<i64>> {
    let distinct = |values: &[i64]| {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        sorted
    };
    if distinct(&values[..FEW]).len() > FEW / 2 {
        return None;
    }
    let choices = distinct(values);
    let cost =
        choices.len() * offset as usize + values.len() * width(choices.len() as u64) as usize;
    (cost < offset as usize * values.len()).then_some(choices)
}

fn write_choices(values: &[i64], choices: &[i64], heads: &mut Vec<u8>, out: &mut BitWriter) {
    let width = width(choices.len() as u64 - 1);
    heads.push((CHOICE + width) as u8);
    put(heads, choices.len() as u64);
    let mut previous = 0_i64;
    for choice in choices {
        put_signed(heads, choice.wrapping_sub(previous));
        previous = *choice;
    }
    for value in values {
        let place = choices.partition_point(|choice| choice < value);
        out.put(place as u64, width);
    }
}

impl Stream {
    /// Reads the head of a stream of `count` numbers whose bits begin at `bit`.
    pub fn read(heads: &mut &[u8], bit: usize) -> Option<Self> {
        let head = u32::from(take_bytes(heads, 1)?[0]);
        let mode = *[CHOICE, DELTA, OFFSET, PLAIN]
            .iter()
            .find(|mode| head >= **mode)?;
        let mut stream = Self {
            mode,
            width: head - mode,
            base: 0,
            step: 0,
            choices: Vec::new(),
            bit,
        };
        match mode {
            OFFSET => stream.base = take_signed(heads)?,
            DELTA => (stream.base, stream.step) = (take_signed(heads)?, take_signed(heads)?),
            CHOICE => {
                let mut previous = 0_i64;
                for _ in 0..take(heads)? {
                    previous = previous.wrapping_add(take_signed(heads)?);
                    stream.choices.push(previous);
                }
            }
            _ => {}
        }
        Some(stream)
    }

    /// Where the bits of a stream of `count` numbers end.
    pub fn end(&self, count: usize) -> Option<usize> {
        let stored = count.saturating_sub(usize::from(self.mode == DELTA));
        stored
            .checked_mul(self.width as usize)?
            .checked_add(self.bit)
    }

    /// One of its numbers, when there are so many.
    pub fn get(&self, bytes: &[u8], at: usize) -> Option<i64> {
        if self.end(at.checked_add(1)?)? > bytes.len().checked_mul(8)? {
            return None;
        }
        let one = |at: usize| bits::get(bytes, self.bit + at * self.width as usize, self.width);
        match self.mode {
            DELTA => {
                let mut value = self.base;
                bits::each(bytes, self.bit, self.width, at, |step| {
                    value = value.wrapping_add(self.step).wrapping_add(step as i64);
                });
                Some(value)
            }
            CHOICE => self.choices.get(usize::try_from(one(at)).ok()?).copied(),
            _ => Some(self.base.wrapping_add(one(at) as i64)),
        }
    }

    /// Appends its `count` numbers.
    pub fn unpack(&self, bytes: &[u8], count: usize, out: &mut Vec<i64>) -> Option<()> {
        if self.end(count)? > bytes.len().checked_mul(8)? {
            return None;
        }
        let (bit, width, base) = (self.bit, self.width, self.base);
        match self.mode {
            DELTA => {
                let mut value = base;
                if count > 0 {
                    out.push(value);
                }
                bits::each(bytes, bit, width, count.saturating_sub(1), |step| {
                    value = value.wrapping_add(self.step).wrapping_add(step as i64);
                    out.push(value);
                });
            }
            CHOICE => {
                let start = out.len();
                bits::each(bytes, bit, width, count, |place| {
                    out.extend(self.choices.get(place as usize));
                });
                if out.len() != start + count {
                    return None;
                }
            }
            _ => bits::each(bytes, bit, width, count, |number| {
                out.push(base.wrapping_add(number as i64));
            }),
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn round(values: &[i64]) -> Option<Vec<i64>> {
        let (mut heads, mut out) = (Vec::new(), BitWriter::default());
        write(values, &mut heads, &mut out);
        let bytes = out.finish();
        let rest = &mut heads.as_slice();
        let mut back = Vec::new();
        let stream = Stream::read(rest, 0)?;
        stream.unpack(&bytes, values.len(), &mut back)?;
        for (at, value) in values.iter().enumerate() {
            assert_eq!(stream.get(&bytes, at), Some(*value));
        }
        rest.is_empty().then_some(back)
    }

    proptest! {
        #[test]
        fn streams_come_back(
            any in prop::collection::vec(any::<i64>(), 1..50),
            few in prop::collection::vec(prop::sample::select(vec![200_i64, 404, 500, i64::MIN, -7]), 1..60),
            start: i64,
            steps in prop::collection::vec(0..9_i64, 0..60),
        ) {
            let mut value = start;
            let rising: Vec<i64> = std::iter::once(start)
                .chain(steps.into_iter().map(|step| {
                    value = value.wrapping_add(step);
                    value
                }))
                .collect();
            for values in [any, few, rising] {
                prop_assert_eq!(round(&values), Some(values));
            }
        }
    }
}
