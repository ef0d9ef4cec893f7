//! What a frame says: new series, samples, exemplars, deletions.
//!
//! ```text
//! form (one byte): 0 as it is, 1 compressed with zstd behind its length
//! then sections, each: what (one byte), count, entries
//! ```
//! Floats stand in columns (series, times, values), which compress better than rows. Histograms stand before
//! floats; samples of a record that has both are handed out by time, so that those of one series are in order.

use std::sync::Arc;

use swarmscope_model::metrics::{Exemplar, Histogram, Labels, SampleValue, SeriesId};

use crate::chunk::{self, TimeRange, histogram};
use crate::wire::{Malformed, Reader, put_bytes, put_float, put_signed, put_varint};

const PLAIN: u8 = 0;
const COMPRESSED: u8 = 1;
const SERIES: u8 = 1;
const FLOATS: u8 = 2;
const HISTOGRAMS: u8 = 3;
const EXEMPLARS: u8 = 4;
const DELETIONS: u8 = 5;
/// Added to the kind of section whose samples were written out of order.
const OUT_OF_ORDER: u8 = 0x10;

/// Records shorter than this are not compressed.
const COMPRESS_FROM: usize = 512;
/// The fastest level: what the log saves in writing it must not cost in time.
const LEVEL: i32 = -3;
/// Largest record after decompression; a damaged length must not take all memory. Requests are far
/// smaller.
const MAX_RECORD: usize = 1024 * 1024 * 1024;

/// One thing that a record says.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    Series {
        id: SeriesId,
        labels: Labels,
    },
    Sample {
        id: SeriesId,
        time: i64,
        value: SampleValue,
        out_of_order: bool,
    },
    Exemplar {
        id: SeriesId,
        exemplar: Exemplar,
    },
    /// Both ends of the span are inside.
    Deletion {
        id: SeriesId,
        start: i64,
        end: i64,
    },
}

/// Columns of floats.
#[derive(Debug, Default)]
struct Floats {
    count: u64,
    ids: Vec<u8>,
    times: Vec<u8>,
    values: Vec<u8>,
    last_id: u64,
    last_time: i64,
}

/// Entries of one kind, one after the other.
#[derive(Debug, Default)]
struct Entries {
    count: u64,
    bytes: Vec<u8>,
}

/// Gathers what becomes one record.
#[derive(Debug, Default)]
pub struct RecordBuilder {
    series: Entries,
    floats: [Floats; 2],
    histograms: [Entries; 2],
    exemplars: Entries,
    deletions: Entries,
}

impl RecordBuilder {
    /// A series that was not there before.
    pub fn series(&mut self, id: SeriesId, labels: &Labels) {
        self.series.count += 1;
        put_varint(&mut self.series.bytes, id.0);
        put_bytes(&mut self.series.bytes, labels.packed().as_bytes());
    }

    /// A sample.
    pub fn sample(&mut self, id: SeriesId, time: i64, value: &SampleValue, out_of_order: bool) {
        match value {
            SampleValue::Float(value) => {
                let floats = &mut self.floats[usize::from(out_of_order)];
                floats.count += 1;
                put_signed(&mut floats.ids, id.0.wrapping_sub(floats.last_id) as i64);
                put_signed(&mut floats.times, time.wrapping_sub(floats.last_time));
                put_float(&mut floats.values, *value);
                (floats.last_id, floats.last_time) = (id.0, time);
            }
            SampleValue::Histogram(value) => {
                let entries = &mut self.histograms[usize::from(out_of_order)];
                entries.count += 1;
                put_varint(&mut entries.bytes, id.0);
                let mut chunk = Vec::new();
                histogram::encode(&[(time, Arc::clone(value))], &mut chunk);
                put_bytes(&mut entries.bytes, &chunk);
            }
        }
    }

    /// An exemplar.
    pub fn exemplar(&mut self, id: SeriesId, exemplar: &Exemplar) {
        self.exemplars.count += 1;
        let bytes = &mut self.exemplars.bytes;
        put_varint(bytes, id.0);
        put_bytes(bytes, exemplar.labels.packed().as_bytes());
        put_signed(bytes, exemplar.timestamp);
        put_float(bytes, exemplar.value);
    }

    /// A deletion.
    pub fn deletion(&mut self, id: SeriesId, span: TimeRange) {
        self.deletions.count += 1;
        put_varint(&mut self.deletions.bytes, id.0);
        put_signed(&mut self.deletions.bytes, span.start);
        put_signed(&mut self.deletions.bytes, span.end);
    }

    /// Whether nothing was gathered.
    pub fn is_empty(&self) -> bool {
        self.series.count
            + self.exemplars.count
            + self.deletions.count
            + self.floats.iter().map(|floats| floats.count).sum::<u64>()
            + self
                .histograms
                .iter()
                .map(|entries| entries.count)
                .sum::<u64>()
            == 0
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        let Self {
            series,
            floats,
            histograms: [histograms, late],
            exemplars,
            deletions,
        } = self;
        for entries in [series, histograms, late, exemplars, deletions] {
            entries.count = 0;
            entries.bytes.clear();
        }
        for floats in floats {
            *floats = Floats {
                ids: emptied(&mut floats.ids),
                times: emptied(&mut floats.times),
                values: emptied(&mut floats.values),
                ..Floats::default()
            };
        }
    }

    /// Appends the record.
    pub fn finish(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.push(PLAIN);
        put_section(out, SERIES, &self.series);
        for (late, entries) in [0, OUT_OF_ORDER].into_iter().zip(&self.histograms) {
            put_section(out, HISTOGRAMS | late, entries);
        }
        for (late, floats) in [0, OUT_OF_ORDER].into_iter().zip(&self.floats) {
            if floats.count > 0 {
                out.push(FLOATS | late);
                put_varint(out, floats.count);
                put_bytes(out, &floats.ids);
                put_bytes(out, &floats.times);
                out.extend_from_slice(&floats.values);
            }
        }
        put_section(out, EXEMPLARS, &self.exemplars);
        put_section(out, DELETIONS, &self.deletions);
        compress(out, start);
    }
}

fn emptied(bytes: &mut Vec<u8>) -> Vec<u8> {
    bytes.clear();
    std::mem::take(bytes)
}

fn put_section(out: &mut Vec<u8>, kind: u8, entries: &Entries) {
    if entries.count > 0 {
        out.push(kind);
        put_varint(out, entries.count);
        out.extend_from_slice(&entries.bytes);
    }
}

/// Compresses a long record in its place, if that makes it shorter.
fn compress(out: &mut Vec<u8>, start: usize) {
    let plain = &out[start + 1..];
    if plain.len() < COMPRESS_FROM {
        return;
    }
    if let Ok(compressed) = zstd::bulk::compress(plain, LEVEL)
        && compressed.len() < plain.len()
    {
        let length = plain.len() as u64;
        out.truncate(start);
        out.push(COMPRESSED);
        put_varint(out, length);
        out.extend_from_slice(&compressed);
    }
}

/// Hands out everything that a record says, in order.
///
/// # Errors
/// When it is no record; what was understood before was handed out.
pub fn read(record: &[u8], apply: &mut dyn FnMut(Event)) -> Result<(), Malformed> {
    let mut reader = Reader::new(record);
    match reader.byte()? {
        PLAIN => read_sections(reader, apply),
        COMPRESSED => {
            let length = reader.length()?;
            if length > MAX_RECORD {
                return Err(Malformed("a record is too large"));
            }
            let plain = zstd::bulk::decompress(reader.rest(), length)
                .map_err(|_| Malformed("a record cannot be decompressed"))?;
            read_sections(Reader::new(&plain), apply)
        }
        _ => Err(Malformed("a record has an unknown form")),
    }
}

fn read_sections(mut reader: Reader<'_>, apply: &mut dyn FnMut(Event)) -> Result<(), Malformed> {
    let mut held: Vec<(i64, Event)> = Vec::new();
    while !reader.is_empty() {
        let kind = reader.byte()?;
        let out_of_order = kind & OUT_OF_ORDER != 0;
        let count = reader.length()?;
        if kind & !OUT_OF_ORDER == FLOATS {
            if held.is_empty() {
                read_floats(&mut reader, count, out_of_order, &mut |_, event| {
                    apply(event);
                })?;
            } else {
                read_floats(&mut reader, count, out_of_order, &mut |time, event| {
                    held.push((time, event));
                })?;
            }
            continue;
        }
        if kind & !OUT_OF_ORDER != HISTOGRAMS {
            release(&mut held, apply);
        }
        for _ in 0..count {
            let id = SeriesId(reader.varint()?);
            match kind & !OUT_OF_ORDER {
                SERIES => apply(Event::Series {
                    id,
                    labels: read_labels(&mut reader)?,
                }),
                HISTOGRAMS => {
                    let (time, value) = read_histogram(reader.bytes()?)?;
                    let event = Event::Sample {
                        id,
                        time,
                        value: SampleValue::Histogram(value),
                        out_of_order,
                    };
                    held.push((time, event));
                }
                EXEMPLARS => {
                    let labels = read_labels(&mut reader)?;
                    let exemplar = Exemplar {
                        labels,
                        timestamp: reader.signed()?,
                        value: reader.float()?,
                    };
                    apply(Event::Exemplar { id, exemplar });
                }
                DELETIONS => apply(Event::Deletion {
                    id,
                    start: reader.signed()?,
                    end: reader.signed()?,
                }),
                _ => return Err(Malformed("a record says something unknown")),
            }
        }
    }
    release(&mut held, apply);
    Ok(())
}

/// Hands out samples by time.
fn release(held: &mut Vec<(i64, Event)>, apply: &mut dyn FnMut(Event)) {
    held.sort_by_key(|(time, _)| *time);
    for (_, event) in held.drain(..) {
        apply(event);
    }
}

fn read_floats(
    reader: &mut Reader<'_>,
    count: usize,
    out_of_order: bool,
    apply: &mut dyn FnMut(i64, Event),
) -> Result<(), Malformed> {
    let mut ids = Reader::new(reader.bytes()?);
    let mut times = Reader::new(reader.bytes()?);
    let (mut id, mut time) = (0_u64, 0_i64);
    for _ in 0..count {
        id = id.wrapping_add(ids.signed()? as u64);
        time = time.wrapping_add(times.signed()?);
        let event = Event::Sample {
            id: SeriesId(id),
            time,
            value: SampleValue::Float(reader.float()?),
            out_of_order,
        };
        apply(time, event);
    }
    Ok(())
}

fn read_labels(reader: &mut Reader<'_>) -> Result<Labels, Malformed> {
    Labels::from_packed(reader.text()?).ok_or(Malformed("labels are none"))
}

fn read_histogram(bytes: &[u8]) -> Result<(i64, Arc<Histogram>), Malformed> {
    if !chunk::is_histograms(bytes) {
        return Err(Malformed("a histogram is none"));
    }
    let mut samples = Vec::new();
    histogram::decode(bytes, TimeRange::ALL, &mut samples)?;
    samples.pop().ok_or(Malformed("a histogram is none"))
}
