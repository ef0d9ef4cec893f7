//! Checkpoints: the head as it was when a segment began, so that the segments before it are needless.
//!
//! It is taken while samples are written; what of them is in it already is in later segments, too, and
//! recognised when they are replayed. A file of frames, each holding one of:
//! ```text
//! HEAD       number of the newest frame before the checkpoint's segment
//! SERIES     series, each: id, labels, newest time, chunks in order, chunks out of order; zstd
//! EXEMPLARS  a record as in the log
//! ```

use std::io;
use std::path::Path;
use std::sync::Arc;

use swarmscope_files::{FileSystem, StoredFile, durable};
use swarmscope_model::metrics::{Labels, SeriesId};

use super::frame::{self, Frames, Next};
use super::record::{self, Event, RecordBuilder};
use crate::chunk::{Chunk, Scratch};
use crate::filenames;
use crate::head::Head;
use crate::head::series::MemorySeries;
use crate::wire::{Malformed, Reader, put_bytes, put_signed, put_varint};

const HEAD: u8 = 1;
const SERIES: u8 = 2;
const EXEMPLARS: u8 = 3;
/// Raw bytes of a frame of series: enough to compress their labels well.
const FRAME_BYTES: usize = 256 * 1024;
/// Largest frame after decompression; one series has far less.
const MAX_FRAME: usize = 256 * 1024 * 1024;
/// Exemplars of one frame.
const FRAME_EXEMPLARS: usize = 1_024;
/// Chunks hardly compress; labels do at any level.
const LEVEL: i32 = 1;

/// One series of a checkpoint.
#[derive(Debug)]
pub struct SavedSeries {
    pub id: SeriesId,
    pub labels: Labels,
    pub last_time: i64,
    pub in_order: Vec<Chunk>,
    pub out_of_order: Vec<Chunk>,
}

/// What a checkpoint says.
#[derive(Debug)]
pub enum Saved {
    /// The number of the newest frame that is contained.
    Number(u64),
    Series(SavedSeries),
    Exemplar(Event),
}

/// Writes the checkpoint of a segment, leaving out chunks that end before `from`. Gives its length.
///
/// # Errors
/// When the file system refuses.
pub fn write(
    files: &dyn FileSystem,
    folder: &Path,
    segment: u64,
    number: u64,
    head: &Head,
    from: i64,
) -> io::Result<u64> {
    let path = filenames::checkpoint(folder, segment);
    let mut out = Output {
        file: durable::begin(files, &path)?,
        frames: 0,
        buffer: Vec::new(),
    };
    let mut start = vec![HEAD];
    put_varint(&mut start, number);
    out.frame(&start)?;
    let mut scratch = Scratch::default();
    let mut raw = Vec::new();
    let all: Vec<Arc<MemorySeries>> = head.index().iter().cloned().collect();
    for series in all {
        put_series(&mut raw, &series, from, &mut scratch);
        if raw.len() >= FRAME_BYTES {
            out.series(&raw)?;
            raw.clear();
        }
    }
    if !raw.is_empty() {
        out.series(&raw)?;
    }
    write_exemplars(&mut out, head)?;
    out.file.sync()?;
    let length = out.file.length()?;
    durable::publish(files, &path)?;
    Ok(length)
}

struct Output {
    file: Arc<dyn StoredFile>,
    frames: u64,
    buffer: Vec<u8>,
}

impl Output {
    fn frame(&mut self, payload: &[u8]) -> io::Result<()> {
        self.frames += 1;
        self.buffer.clear();
        frame::write(&mut self.buffer, self.frames, payload);
        self.file.append(&self.buffer)
    }

    fn series(&mut self, raw: &[u8]) -> io::Result<()> {
        let mut payload = vec![SERIES];
        put_varint(&mut payload, raw.len() as u64);
        payload.extend_from_slice(&zstd::bulk::compress(raw, LEVEL)?);
        self.frame(&payload)
    }
}

fn put_series(raw: &mut Vec<u8>, series: &MemorySeries, from: i64, scratch: &mut Scratch) {
    let state = series.state();
    put_varint(raw, series.id.0);
    put_bytes(raw, series.labels.packed().as_bytes());
    // Not the newest that was accepted: a batch may be on its way, and is in the log behind the checkpoint.
    put_signed(raw, state.pushed_time);
    let mut in_order = state.chunks_before(i64::MAX, scratch);
    in_order.retain(|chunk| chunk.max_time >= from);
    put_chunks(raw, &in_order);
    let late = state.out_of_order.as_ref();
    put_chunks(
        raw,
        &late.map_or_else(Vec::new, |late| late.chunks(scratch)),
    );
}

fn put_chunks(raw: &mut Vec<u8>, chunks: &[Chunk]) {
    put_varint(raw, chunks.len() as u64);
    for chunk in chunks {
        put_signed(raw, chunk.min_time);
        put_varint(raw, chunk.max_time.wrapping_sub(chunk.min_time) as u64);
        put_varint(raw, u64::from(chunk.samples));
        put_bytes(raw, &chunk.bytes);
    }
}

fn write_exemplars(out: &mut Output, head: &Head) -> io::Result<()> {
    let (exemplars, index) = (head.exemplars(), head.index());
    let mut record = RecordBuilder::default();
    let mut flush = |record: &mut RecordBuilder| {
        let mut payload = vec![EXEMPLARS];
        record.finish(&mut payload);
        record.clear();
        out.frame(&payload)
    };
    for (count, (labels, exemplar)) in exemplars.iter().enumerate() {
        // Those of a series that is gone have nobody to belong to after a restart.
        if let Some(series) = index.find(labels) {
            record.exemplar(series.id, exemplar);
        }
        if count % FRAME_EXEMPLARS == FRAME_EXEMPLARS - 1 {
            flush(&mut record)?;
        }
    }
    if record.is_empty() {
        return Ok(());
    }
    flush(&mut record)
}

/// Hands out everything in a checkpoint. Gives how many places in it could not be read.
///
/// # Errors
/// When the file cannot be read.
pub fn read(
    files: &dyn FileSystem,
    folder: &Path,
    segment: u64,
    apply: &mut dyn FnMut(Saved),
) -> io::Result<u64> {
    let path = filenames::checkpoint(folder, segment);
    let mut frames = Frames::new(files.open(&path)?)?;
    let mut damaged = 0;
    loop {
        let what = match frames.next()? {
            Next::End => return Ok(damaged),
            Next::Frame(_) => match read_frame(frames.payload(), apply) {
                Ok(()) => continue,
                Err(Malformed(what)) => what,
            },
            Next::Damage { .. } | Next::Torn { .. } => "bytes are no frame",
        };
        damaged += 1;
        tracing::error!(
            file = %path.display(), what,
            "the checkpoint is damaged: acknowledged samples may be lost; check the disk"
        );
    }
}

fn read_frame(payload: &[u8], apply: &mut dyn FnMut(Saved)) -> Result<(), Malformed> {
    let mut reader = Reader::new(payload);
    match reader.byte()? {
        HEAD => apply(Saved::Number(reader.varint()?)),
        SERIES => {
            let length = reader.length()?;
            if length > MAX_FRAME {
                return Err(Malformed("a frame is too large"));
            }
            let raw = zstd::bulk::decompress(reader.rest(), length)
                .map_err(|_| Malformed("a frame cannot be decompressed"))?;
            let mut reader = Reader::new(&raw);
            while !reader.is_empty() {
                apply(Saved::Series(read_series(&mut reader)?));
            }
        }
        EXEMPLARS => record::read(reader.rest(), &mut |event| apply(Saved::Exemplar(event)))?,
        _ => return Err(Malformed("a frame holds something unknown")),
    }
    Ok(())
}

fn read_series(reader: &mut Reader<'_>) -> Result<SavedSeries, Malformed> {
    let id = SeriesId(reader.varint()?);
    let labels = Labels::from_packed(reader.text()?).ok_or(Malformed("labels are none"))?;
    Ok(SavedSeries {
        id,
        labels,
        last_time: reader.signed()?,
        in_order: read_chunks(reader)?,
        out_of_order: read_chunks(reader)?,
    })
}

fn read_chunks(reader: &mut Reader<'_>) -> Result<Vec<Chunk>, Malformed> {
    (0..reader.varint()?)
        .map(|_| {
            let min_time = reader.signed()?;
            Ok(Chunk {
                min_time,
                max_time: min_time.wrapping_add(reader.varint()? as i64),
                samples: u32::try_from(reader.varint()?)
                    .map_err(|_| Malformed("a chunk has too many samples"))?,
                bytes: reader.bytes()?.into(),
            })
        })
        .collect()
}
