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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use swarmscope_model::metrics::{
        Buckets, Exemplar, Histogram, Labels, SampleValue, SeriesId, Span,
    };

    use super::*;
    use crate::block::footer::Footer;
    use crate::block::series_page::{ChunkPlace, SeriesPageBuilder};

    fn floats(value: impl Fn(i32) -> f64) -> Vec<u8> {
        let times: Vec<i64> = (0..60).map(|n| n * 15_000 + n % 3).collect();
        let values: Vec<f64> = (0..60).map(value).collect();
        let chunk = chunk::of_floats(&times, &values, &mut Scratch::default());
        chunk.bytes.into_vec()
    }

    fn some_histogram(count: f64) -> Arc<Histogram> {
        Arc::new(Histogram {
            schema: 3,
            count,
            sum: 2.5,
            positive: Buckets {
                spans: vec![Span {
                    offset: 1,
                    length: 2,
                }],
                counts: vec![count, 0.0],
            },
            ..Histogram::default()
        })
    }

    fn some_record() -> Vec<u8> {
        let labels = Labels::from_pairs([("__name__", "up"), ("job", "a")]);
        let mut record = record::RecordBuilder::default();
        record.series(SeriesId(3), &labels);
        record.sample(SeriesId(3), 5, &SampleValue::Float(1.5), false);
        record.sample(SeriesId(3), 4, &SampleValue::Float(1.5), true);
        record.sample(
            SeriesId(3),
            6,
            &SampleValue::Histogram(some_histogram(3.0)),
            false,
        );
        let exemplar = Exemplar {
            labels,
            value: 1.0,
            timestamp: 4,
        };
        record.exemplar(SeriesId(3), &exemplar);
        record.deletion(SeriesId(3), TimeRange { start: 1, end: 2 });
        let mut bytes = Vec::new();
        record.finish(&mut bytes);
        bytes
    }

    fn some_page() -> Vec<u8> {
        let mut page = SeriesPageBuilder::default();
        let place = ChunkPlace {
            min_time: 1,
            max_time: 9,
            samples: 3,
            page: 0,
            offset: 0,
            length: 20,
        };
        page.add(&Labels::from_pairs([("__name__", "up")]), &[place]);
        page.add(
            &Labels::from_pairs([("__name__", "up"), ("job", "a")]),
            &[place],
        );
        page.finish()
    }

    fn sound() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            Just(floats(|_| 1.0)),
            Just(floats(|n| f64::from(n) * 0.25)),
            Just(floats(|n| f64::from(n) / 7.0)),
            Just(
                chunk::of_histograms(&[(1, some_histogram(1.0)), (9, some_histogram(4.0))])
                    .bytes
                    .into_vec()
            ),
            Just(some_record()),
            Just(some_page()),
            Just(Footer::default().write()),
            prop::collection::vec(any::<u8>(), 0..200),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn damaged_bytes_are_read_or_refused(
            bytes in sound(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            cut in any::<prop::sample::Index>(),
            is_cut in any::<bool>(),
        ) {
            let mut bytes = bytes;
            for (at, change) in changes {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] ^= change;
                }
            }
            if is_cut && !bytes.is_empty() {
                bytes.truncate(cut.index(bytes.len()));
            }
            chunk(&bytes);
            log_record(&bytes);
            block_parts(&bytes);
        }
    }
}
