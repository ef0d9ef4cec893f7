//! Makes the chunks of a block from the chunks and samples of a series: few, and not small.

use swarmscope_model::metrics::SeriesSamples;

use crate::chunk::{self, Chunk, Scratch, TimeRange};
use crate::wire::Malformed;

/// Samples in a float chunk of a block: an hour of them at the usual 15 seconds. Longer chunks are hardly
/// smaller, and a look at a single point has to decode all of one.
pub const BLOCK_CHUNK_SAMPLES: usize = 240;
/// Samples in a histogram chunk of a block.
const BLOCK_CHUNK_HISTOGRAMS: usize = 120;

/// Joins neighbours that are small together. The chunks are by time and do not overlap.
///
/// # Errors
/// When a chunk is damaged.
pub fn join(chunks: Vec<Chunk>, scratch: &mut Scratch) -> Result<Vec<Chunk>, Malformed> {
    let mut joined: Vec<Chunk> = Vec::with_capacity(chunks.len());
    let mut group: Vec<Chunk> = Vec::new();
    let mut samples = 0;
    for chunk in chunks {
        let fits = samples + chunk.samples as usize <= BLOCK_CHUNK_SAMPLES
            && !chunk::is_histograms(&chunk.bytes)
            && !group.iter().any(|each| chunk::is_histograms(&each.bytes));
        if !fits {
            close(&mut group, &mut joined, scratch)?;
            samples = 0;
        }
        samples += chunk.samples as usize;
        group.push(chunk);
    }
    close(&mut group, &mut joined, scratch)?;
    Ok(joined)
}

fn close(
    group: &mut Vec<Chunk>,
    joined: &mut Vec<Chunk>,
    scratch: &mut Scratch,
) -> Result<(), Malformed> {
    if group.len() < 2 {
        joined.append(group);
        return Ok(());
    }
    let mut samples = SeriesSamples::default();
    for chunk in group.drain(..) {
        chunk::decode(&chunk.bytes, TimeRange::ALL, scratch, &mut samples)?;
    }
    joined.push(chunk::of_floats(&samples.times, &samples.floats, scratch));
    Ok(())
}

/// Chunks of samples, by time.
pub fn cut(samples: &SeriesSamples, scratch: &mut Scratch) -> Vec<Chunk> {
    let floats = samples
        .times
        .chunks(BLOCK_CHUNK_SAMPLES)
        .zip(samples.floats.chunks(BLOCK_CHUNK_SAMPLES));
    let mut chunks: Vec<Chunk> = floats
        .map(|(times, values)| chunk::of_floats(times, values, scratch))
        .collect();
    let histograms = samples.histograms.chunks(BLOCK_CHUNK_HISTOGRAMS);
    chunks.extend(histograms.map(chunk::of_histograms));
    chunks.sort_by_key(|chunk| chunk.min_time);
    chunks
}

/// Whether a chunk begins before the one before it has ended.
pub fn overlap(chunks: &[Chunk]) -> bool {
    chunks
        .windows(2)
        .any(|pair| pair[1].min_time <= pair[0].max_time)
}
