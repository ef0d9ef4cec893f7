//! Reads the queue from a place on.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::position::Place;
use super::record::{self, QueuedSample};
use super::{Queue, QueueError, segment};

/// One receiver's way through the queue.
#[derive(Debug)]
pub(crate) struct Reader {
    queue: Queue,
    place: Place,
    /// Records that were damaged and are skipped.
    pub damaged: usize,
}

impl Reader {
    /// Begins at a place, or at the oldest segment when that place is gone.
    pub(crate) fn new(queue: &Queue, place: Place) -> Self {
        Self {
            queue: queue.clone(),
            place,
            damaged: 0,
        }
    }

    /// Where the next record is.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The samples of the next records, at least so many when they are there. Empty at the end.
    pub(crate) fn read(&mut self, samples: usize) -> Result<Vec<QueuedSample>, QueueError> {
        let end = *self.queue.end().borrow();
        let mut read = Vec::new();
        while read.len() < samples && self.place < end {
            if !self.read_segment(end, samples, &mut read)? {
                match self.next_segment()? {
                    Some(number) => {
                        self.place = Place {
                            segment: number,
                            offset: 0,
                        };
                    }
                    None => break,
                }
            }
        }
        Ok(read)
    }

    /// Reads on in the segment. False at its end.
    fn read_segment(
        &mut self,
        end: Place,
        samples: usize,
        read: &mut Vec<QueuedSample>,
    ) -> Result<bool, QueueError> {
        let path = segment::path(self.queue.folder(), self.place.segment);
        let Ok(mut file) = File::open(&path) else {
            // Removed because the queue had become too large.
            return Ok(false);
        };
        let length = if self.place.segment == end.segment {
            end.offset
        } else {
            file.metadata()
                .map_err(QueueError::io("reading", &path))?
                .len()
        };
        file.seek(SeekFrom::Start(self.place.offset))
            .map_err(QueueError::io("reading", &path))?;
        let mut bytes = Vec::new();
        file.take(length.saturating_sub(self.place.offset))
            .read_to_end(&mut bytes)
            .map_err(QueueError::io("reading", &path))?;
        let mut rest = bytes.as_slice();
        while read.len() < samples && !rest.is_empty() {
            let Some((body, used)) = record::cut(rest) else {
                return self.skip_segment(&path, end);
            };
            match record::decode(body) {
                Ok(decoded) => read.extend(decoded),
                Err(error) => {
                    self.damaged += 1;
                    let offset = self.place.offset;
                    tracing::error!(path = %path.display(), offset, %error, "a record of samples to be sent makes no sense and is skipped");
                }
            }
            self.place.offset += used as u64;
            rest = &rest[used..];
        }
        Ok(!rest.is_empty() || self.place.segment == end.segment)
    }

    /// Where a record ends is told by the record; after a damaged one nothing more can be found.
    fn skip_segment(&mut self, path: &std::path::Path, end: Place) -> Result<bool, QueueError> {
        self.damaged += 1;
        let offset = self.place.offset;
        tracing::error!(path = %path.display(), offset, "a record of samples to be sent is damaged; the rest of the segment is skipped");
        self.place = match self.next_segment()? {
            Some(segment) => Place { segment, offset: 0 },
            None => end,
        };
        Ok(true)
    }

    fn next_segment(&self) -> Result<Option<u64>, QueueError> {
        let numbers = segment::numbers(self.queue.folder())?;
        Ok(numbers
            .into_iter()
            .find(|number| *number > self.place.segment))
    }
}
