//! Native histograms, each as what changed since the one before it.
//!
//! ```text
//! for each: time (as in `open`), reset hint (2 bits), whether the layout is a new one (1 bit),
//!   the layout if so, then zero count, count, sum and every bucket as what changed
//! ```
//! A number is written as "unchanged" (1 bit), as a whole difference, or as its bits. One encoding
//! therefore serves counts that are whole and counts that are not.

use std::sync::Arc;

use swarmscope_model::metrics::{Buckets, Histogram, ResetHint, Span};

use super::bits::{BitReader, BitWriter};
use super::open::{read_time, write_time};
use super::{MAX_CHUNK_SAMPLES, TimeRange};
use crate::wire::{Malformed, Reader, put_signed, put_varint, unzigzag, zigzag};

/// The first byte of a histogram chunk.
pub const HISTOGRAMS: u8 = 4;
/// Buckets of one sign, at most: twice what Prometheus's client keeps by default, times twenty. A
/// damaged length must not take all memory.
pub const MAX_HISTOGRAM_BUCKETS: usize = 10_000;
/// Bits of a whole difference, shortest first, as for times.
const COUNT_BITS: [u32; 5] = [3, 6, 12, 20, 56];
/// Whole numbers up to here are exact as floats.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

/// A histogram chunk that is appended to.
#[derive(Debug, Clone)]
pub struct OpenHistograms {
    bits: BitWriter,
    pub first_time: i64,
    pub last_time: i64,
    last_delta: i64,
    last: Arc<Histogram>,
    pub samples: u32,
}

impl OpenHistograms {
    /// With its first histogram.
    pub fn new(time: i64, histogram: &Arc<Histogram>) -> Self {
        let mut bits = BitWriter::default();
        write_histogram(&mut bits, None, histogram);
        Self {
            bits,
            first_time: time,
            last_time: time,
            last_delta: 0,
            last: Arc::clone(histogram),
            samples: 1,
        }
    }

    /// Appends a histogram; its time has to be later than all others.
    pub fn push(&mut self, time: i64, histogram: &Arc<Histogram>) {
        write_time(&mut self.bits, self.last_time, &mut self.last_delta, time);
        self.last_time = time;
        write_histogram(&mut self.bits, Some(&self.last), histogram);
        self.last = Arc::clone(histogram);
        self.samples += 1;
    }

    /// The newest one.
    pub fn last(&self) -> &Arc<Histogram> {
        &self.last
    }

    /// Bytes that it takes.
    pub fn length(&self) -> usize {
        self.bits.bytes().len()
    }

    /// The finished chunk.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(HISTOGRAMS);
        put_varint(out, u64::from(self.samples));
        put_signed(out, self.first_time);
        out.extend_from_slice(self.bits.bytes());
    }
}

/// Encodes samples, which have to be at least one and by time.
pub fn encode(samples: &[(i64, Arc<Histogram>)], out: &mut Vec<u8>) {
    let Some(((time, first), rest)) = samples.split_first() else {
        return;
    };
    let mut open = OpenHistograms::new(*time, first);
    for (time, histogram) in rest {
        open.push(*time, histogram);
    }
    open.encode(out);
}

/// Appends the histograms of a chunk that are in the range.
///
/// # Errors
/// When the bytes are no histogram chunk.
pub fn decode(
    bytes: &[u8],
    range: TimeRange,
    into: &mut Vec<(i64, Arc<Histogram>)>,
) -> Result<(), Malformed> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != HISTOGRAMS {
        return Err(Malformed("a chunk has an unknown form"));
    }
    let count = reader.length()?;
    if count == 0 || count > MAX_CHUNK_SAMPLES {
        return Err(Malformed("a chunk has no such number of samples"));
    }
    let (mut time, mut delta) = (reader.signed()?, 0);
    let mut bits = BitReader::new(reader.rest());
    let mut last: Option<Arc<Histogram>> = None;
    for position in 0..count {
        if position > 0 {
            time = read_time(&mut bits, time, &mut delta)?;
        }
        if time > range.end {
            return Ok(());
        }
        let histogram = Arc::new(read_histogram(&mut bits, last.as_deref())?);
        if time >= range.start {
            into.push((time, Arc::clone(&histogram)));
        }
        last = Some(histogram);
    }
    Ok(())
}

fn same_layout(one: &Histogram, other: &Histogram) -> bool {
    one.schema == other.schema
        && one.zero_threshold.to_bits() == other.zero_threshold.to_bits()
        && one.positive.spans == other.positive.spans
        && one.negative.spans == other.negative.spans
        && one.positive.counts.len() == other.positive.counts.len()
        && one.negative.counts.len() == other.negative.counts.len()
        && one.custom_bounds.len() == other.custom_bounds.len()
        && one
            .custom_bounds
            .iter()
            .zip(&other.custom_bounds)
            .all(|(one, other)| one.to_bits() == other.to_bits())
}

fn write_histogram(bits: &mut BitWriter, last: Option<&Histogram>, histogram: &Histogram) {
    let hint = match histogram.reset_hint {
        ResetHint::Unknown => 0,
        ResetHint::Reset => 1,
        ResetHint::NotReset => 2,
        ResetHint::Gauge => 3,
    };
    bits.write(hint, 2);
    let base = last.filter(|last| same_layout(last, histogram));
    bits.write(u64::from(base.is_none()), 1);
    if base.is_none() {
        write_layout(bits, histogram);
    }
    write_number(
        bits,
        base.map_or(0.0, |base| base.zero_count),
        histogram.zero_count,
    );
    write_number(bits, base.map_or(0.0, |base| base.count), histogram.count);
    write_number(bits, base.map_or(0.0, |base| base.sum), histogram.sum);
    for sign in [|h: &Histogram| &h.positive, |h: &Histogram| &h.negative]
        as [fn(&Histogram) -> &Buckets; 2]
    {
        // Of a new layout each bucket is told by its neighbour, which is near in size.
        let mut neighbour = 0.0;
        let before = base.map(|base| sign(base).counts.as_slice());
        for (place, count) in sign(histogram).counts.iter().enumerate() {
            let previous = before
                .and_then(|before| before.get(place).copied())
                .unwrap_or(neighbour);
            write_number(bits, previous, *count);
            neighbour = *count;
        }
    }
}

fn read_histogram(
    bits: &mut BitReader<'_>,
    last: Option<&Histogram>,
) -> Result<Histogram, Malformed> {
    let reset_hint = match bits.read(2)? {
        0 => ResetHint::Unknown,
        1 => ResetHint::Reset,
        2 => ResetHint::NotReset,
        _ => ResetHint::Gauge,
    };
    let (base, mut histogram) = if bits.bit()? {
        (None, read_layout(bits)?)
    } else {
        let last = last.ok_or(Malformed("a histogram has no layout"))?;
        (Some(last), last.clone())
    };
    histogram.reset_hint = reset_hint;
    histogram.zero_count = read_number(bits, base.map_or(0.0, |base| base.zero_count))?;
    histogram.count = read_number(bits, base.map_or(0.0, |base| base.count))?;
    histogram.sum = read_number(bits, base.map_or(0.0, |base| base.sum))?;
    for buckets in [&mut histogram.positive, &mut histogram.negative] {
        let mut neighbour = 0.0;
        for count in &mut buckets.counts {
            // With a base the counts still are the base's own.
            let previous = if base.is_some() { *count } else { neighbour };
            *count = read_number(bits, previous)?;
            neighbour = *count;
        }
    }
    Ok(histogram)
}

fn write_layout(bits: &mut BitWriter, histogram: &Histogram) {
    write_whole(bits, i64::from(histogram.schema));
    bits.write(histogram.zero_threshold.to_bits(), 64);
    for buckets in [&histogram.positive, &histogram.negative] {
        write_whole(bits, buckets.spans.len() as i64);
        for span in &buckets.spans {
            write_whole(bits, i64::from(span.offset));
            write_whole(bits, i64::from(span.length));
        }
        write_whole(bits, buckets.counts.len() as i64);
    }
    write_whole(bits, histogram.custom_bounds.len() as i64);
    for bound in &histogram.custom_bounds {
        bits.write(bound.to_bits(), 64);
    }
}

fn read_layout(bits: &mut BitReader<'_>) -> Result<Histogram, Malformed> {
    let schema = i32::try_from(read_whole(bits)?).map_err(|_| Malformed("a schema is none"))?;
    let zero_threshold = f64::from_bits(bits.read(64)?);
    let positive = read_spans(bits)?;
    let negative = read_spans(bits)?;
    let custom_bounds = (0..read_length(bits)?)
        .map(|_| Ok(f64::from_bits(bits.read(64)?)))
        .collect::<Result<_, Malformed>>()?;
    Ok(Histogram {
        schema,
        zero_threshold,
        positive,
        negative,
        custom_bounds,
        ..Histogram::default()
    })
}

fn read_spans(bits: &mut BitReader<'_>) -> Result<Buckets, Malformed> {
    let wrong = Malformed("a span of buckets is none");
    let spans = (0..read_length(bits)?)
        .map(|_| {
            let offset = i32::try_from(read_whole(bits)?).map_err(|_| wrong)?;
            let length = u32::try_from(read_whole(bits)?).map_err(|_| wrong)?;
            Ok(Span { offset, length })
        })
        .collect::<Result<_, Malformed>>()?;
    let counts = vec![0.0; read_length(bits)?];
    Ok(Buckets { spans, counts })
}

fn read_length(bits: &mut BitReader<'_>) -> Result<usize, Malformed> {
    usize::try_from(read_whole(bits)?)
        .ok()
        .filter(|length| *length <= MAX_HISTOGRAM_BUCKETS)
        .ok_or(Malformed("a histogram has too many buckets"))
}

fn write_number(bits: &mut BitWriter, previous: f64, value: f64) {
    if value.to_bits() == previous.to_bits() {
        bits.write(0, 1);
    } else if let (Some(before), Some(now)) = (exact_whole(previous), exact_whole(value)) {
        bits.write(0b10, 2);
        write_whole(bits, now - before);
    } else {
        bits.write(0b11, 2);
        bits.write(value.to_bits(), 64);
    }
}

fn read_number(bits: &mut BitReader<'_>, previous: f64) -> Result<f64, Malformed> {
    Ok(match bits.ones(2)? {
        0 => previous,
        1 => {
            let before = exact_whole(previous).ok_or(Malformed("a count has no base"))?;
            before.wrapping_add(read_whole(bits)?) as f64
        }
        _ => f64::from_bits(bits.read(64)?),
    })
}

/// The whole number that gives back the very bits of the float.
fn exact_whole(value: f64) -> Option<i64> {
    (value.abs() <= MAX_WHOLE && (value as i64 as f64).to_bits() == value.to_bits())
        .then_some(value as i64)
}

fn write_whole(bits: &mut BitWriter, value: i64) {
    let value = zigzag(value);
    let last = COUNT_BITS.len() - 1;
    for (shorter, count) in COUNT_BITS.into_iter().enumerate() {
        if shorter == last || value < 1 << count {
            bits.write((1 << shorter) - 1, shorter as u32);
            if shorter != last {
                bits.write(0, 1);
            }
            bits.write(value, count);
            return;
        }
    }
}

fn read_whole(bits: &mut BitReader<'_>) -> Result<i64, Malformed> {
    let shorter = bits.ones(COUNT_BITS.len() as u32 - 1)?;
    Ok(unzigzag(bits.read(COUNT_BITS[shorter as usize])?))
}
