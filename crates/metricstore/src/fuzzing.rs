//! Doors for the fuzz targets, which hand in any bytes: what is read must be sound, nothing may panic.

use swarmscope_model::metrics::SeriesSamples;

use crate::block;
use crate::chunk::{self, Scratch, TimeRange, float, histogram};
use crate::wal::record;

/// Bytes as a chunk. What can be decoded has as many times as values, and comes back when it is encoded
/// again.
///
/// # Panics
/// When that is not so.
pub fn chunk(bytes: &[u8]) {
    let mut scratch = Scratch::default();
    let mut samples = SeriesSamples::default();
    if chunk::decode(bytes, TimeRange::ALL, &mut scratch, &mut samples).is_err() {
        return;
    }
    assert_eq!(samples.times.len(), samples.floats.len());
    if !samples.times.is_sorted() {
        // No writer makes such chunks; that they are read without harm is all that is asked.
        return;
    }
    let mut encoded = Vec::new();
    if samples.histograms.is_empty() {
        float::encode(&samples.times, &samples.floats, &mut scratch, &mut encoded);
    } else {
        histogram::encode(&samples.histograms, &mut encoded);
    }
    let mut again = SeriesSamples::default();
    let decoded = chunk::decode(&encoded, TimeRange::ALL, &mut scratch, &mut again);
    assert!(decoded.is_ok());
    assert_eq!(again.times, samples.times);
    let bits = |samples: &SeriesSamples| -> Vec<u64> {
        samples.floats.iter().map(|value| value.to_bits()).collect()
    };
    assert_eq!(bits(&again), bits(&samples));
    // As text, because a sum that is no number is unequal to itself.
    assert_eq!(
        format!("{:?}", again.histograms),
        format!("{:?}", samples.histograms)
    );
}

/// Bytes as a record of the log, of which everything is handed out.
pub fn log_record(bytes: &[u8]) {
    let mut events = 0_u64;
    // Whether it is a record is the fuzzer's affair.
    let _ = record::read(bytes, &mut |_| events += 1);
}

/// Bytes as the parts of a block that are read before any chunk.
pub fn block_parts(bytes: &[u8]) {
    block::fuzz(bytes);
}
