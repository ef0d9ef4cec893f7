//! What is put into the queue comes out, whatever happens to its end.

use std::sync::Arc;

use proptest::prelude::*;
use swarmscope_model::metrics::{Buckets, Exemplar, Histogram, Labels, SampleValue};

use super::*;

fn sample(number: i64) -> QueuedSample {
    let histogram = Histogram {
        count: 3.0,
        sum: 1.5,
        positive: Buckets::from_indexed([(1, 2.0), (4, 1.0)]),
        ..Histogram::default()
    };
    let exemplar = Exemplar {
        labels: Labels::from_pairs([("trace_id", "t")]),
        value: 0.5,
        timestamp: number,
    };
    QueuedSample {
        labels: Labels::from_pairs([("__name__", "m"), ("n", &number.to_string())]),
        timestamp: number,
        value: if number % 3 == 0 {
            SampleValue::Histogram(Arc::new(histogram))
        } else {
            SampleValue::Float(number as f64)
        },
        exemplar: (number % 2 == 0).then_some(exemplar),
    }
}

const START: Place = Place {
    segment: 1,
    offset: 0,
};

fn all(queue: &Queue, from: Place) -> Vec<QueuedSample> {
    let mut reader = Reader::new(queue, from);
    let mut found = Vec::new();
    loop {
        let read = reader.read(7).expect("read");
        if read.is_empty() {
            return found;
        }
        found.extend(read);
    }
}

#[test]
fn samples_come_out_as_they_went_in_and_from_where_one_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let samples: Vec<_> = (0..100).map(sample).collect();
    {
        let queue = Queue::open(folder.path()).expect("a queue");
        for batch in samples.chunks(9) {
            queue.append(batch, Durability::Buffered).expect("written");
        }
        assert_eq!(all(&queue, START), samples);
    }
    let queue = Queue::open(folder.path()).expect("the same queue");
    let mut reader = Reader::new(&queue, START);
    let first = reader.read(1).expect("read");
    assert_eq!(first.len(), 9, "records are read whole");
    save_position(queue.folder(), "r", reader.place()).expect("saved");
    let place = load_position(queue.folder(), "r").expect("a position");
    assert_eq!(all(&queue, place), samples[9..]);
    assert_eq!(load_position(queue.folder(), "other"), None);
}

#[test]
fn segments_that_all_have_read_are_removed() {
    let folder = tempfile::tempdir().expect("a folder");
    let queue = Queue::open(folder.path()).expect("a queue");
    // Texts that do not compress fill segments.
    let mut state = 1_u64;
    let mut noise = || {
        let mut text = String::new();
        for _ in 0..65_536 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            text.push(char::from(33 + (state >> 57) as u8 % 90));
        }
        text
    };
    for number in 0..600 {
        let labels = Labels::from_pairs([("__name__", "m".to_owned()), ("v", noise())]);
        let sample = QueuedSample {
            labels,
            ..sample(number)
        };
        queue
            .append(&[sample], Durability::Buffered)
            .expect("written");
    }
    let end = *queue.end().borrow();
    assert!(end.segment >= 3, "{end:?}");
    assert!(
        !queue.trim(START).expect("trimmed"),
        "nothing that is needed goes"
    );
    assert_eq!(segment::numbers(folder.path()).expect("numbers")[0], 1);
    queue.trim(end).expect("trimmed");
    assert_eq!(
        segment::numbers(folder.path()).expect("numbers"),
        [end.segment]
    );
    // Whoever was in a segment that is gone goes on with the oldest there is.
    let left = all(&queue, START);
    assert!(left.iter().all(|sample| sample.timestamp > 300) && !left.is_empty());
}

#[test]
fn a_damaged_record_costs_its_segment_and_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let queue = Queue::open(folder.path()).expect("a queue");
    queue
        .append(&[sample(1)], Durability::Synced)
        .expect("written");
    queue
        .append(&[sample(2)], Durability::Synced)
        .expect("written");
    let path = segment::path(folder.path(), 1);
    let mut bytes = std::fs::read(&path).expect("the segment");
    bytes[10] ^= 1;
    std::fs::write(&path, bytes).expect("damaged");
    // Opened again, the segment ends before the damage, and new samples follow there.
    let queue = Queue::open(folder.path()).expect("the same queue");
    queue
        .append(&[sample(3)], Durability::Synced)
        .expect("written");
    assert_eq!(all(&queue, START), [sample(3)]);
}

proptest! {
    /// Cut anywhere, the queue gives a first part of what was written, and takes more after it.
    #[test]
    fn a_torn_end_costs_only_what_is_torn(
        batches in proptest::collection::vec(1_usize..5, 1..6),
        cut in 0.0_f64..1.0,
    ) {
        let folder = tempfile::tempdir()?;
        let mut ends = vec![(0, 0)];
        let mut number = 0;
        {
            let queue = Queue::open(folder.path())?;
            for batch in &batches {
                let samples: Vec<_> = (0..*batch as i64).map(|each| sample(number + each)).collect();
                queue.append(&samples, Durability::Buffered)?;
                number += *batch as i64;
                ends.push((queue.end().borrow().offset, number));
            }
        }
        let path = segment::path(folder.path(), 1);
        let length = std::fs::metadata(&path)?.len();
        let kept = (length as f64 * cut) as u64;
        File::options().write(true).open(&path)?.set_len(kept)?;
        let whole = ends.iter().rev().find(|(end, _)| *end <= kept).map_or(0, |(_, count)| *count);
        let queue = Queue::open(folder.path())?;
        queue.append(&[sample(999)], Durability::Buffered)?;
        let mut expected: Vec<_> = (0..whole).map(sample).collect();
        expected.push(sample(999));
        prop_assert_eq!(all(&queue, START), expected);
    }
}
