//! The numbers of a split page: one stream for each fragment that numbers follow, unpacked when it is needed.

use std::borrow::Cow;

use swarmscope_model::limits::{MAX_PAGE_BYTES, MAX_PAGE_VALUES};

use super::dictionary::TextDictionary;
use super::layout::{FIRST_TEMPLATE, Slots, used_templates};
use super::numbers::Stream;
use crate::segment::codec::compress::Section;

/// See the head of this module.
#[derive(Debug)]
pub struct PageNumbers<'a> {
    slots: Slots,
    streams: Vec<Stream>,
    bits: Cow<'a, [u8]>,
    values: Vec<i64>,
    /// Where the values of each stream begin, of those that were unpacked.
    starts: Vec<Option<u32>>,
}

/// What tells how many streams there are, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'p> {
    pub codes: &'p [u32],
    pub spelled: &'p [u32],
    /// Length of all texts together, as the page has it.
    pub bytes: usize,
}

impl<'a> PageNumbers<'a> {
    /// Reads the heads of the streams; `None` when they are none, or the texts do not fit the dictionary.
    pub fn open(
        texts: Texts<'_>,
        dictionary: &TextDictionary,
        heads: Section<'a>,
        bits: Section<'a>,
    ) -> Option<Self> {
        let slots = slots(texts, dictionary)?;
        let heads = heads.bytes()?;
        let mut heads = &*heads;
        let mut streams = Vec::with_capacity(slots.counts().len());
        let mut bit = 0;
        for count in slots.counts() {
            let stream = Stream::read(&mut heads, bit)?;
            bit = stream.end(*count as usize)?;
            streams.push(stream);
        }
        heads.is_empty().then_some(Self {
            starts: vec![None; streams.len()],
            slots,
            streams,
            bits: bits.bytes()?,
            values: Vec::new(),
        })
    }

    /// The stream of the numbers behind a fragment of a text of the page.
    pub fn stream_of(&self, fragment: u32) -> usize {
        self.slots.of(fragment)
    }

    /// Unpacks all streams.
    pub fn unpack_all(&mut self) -> Option<()> {
        self.values.reserve_exact(self.slots.total());
        (0..self.streams.len()).try_for_each(|stream| self.unpack(stream))
    }

    /// Unpacks a stream, unless it was.
    pub fn unpack(&mut self, stream: usize) -> Option<()> {
        if self.starts[stream].is_none() {
            let count = self.slots.counts()[stream] as usize;
            self.starts[stream] = Some(self.values.len() as u32);
            self.streams[stream].unpack(&self.bits, count, &mut self.values)?;
        }
        Some(())
    }

    /// A number of a stream that was unpacked.
    pub fn get(&self, stream: usize, at: u32) -> Option<i64> {
        let place = self.starts[stream]?.checked_add(at)?;
        self.values.get(place as usize).copied()
    }
}

/// The streams of a page, when its codes and what is spelled out fit the dictionary, and are no more than
/// texts of that length can have.
fn slots(texts: Texts<'_>, dictionary: &TextDictionary) -> Option<Slots> {
    let Texts {
        codes,
        spelled,
        bytes,
    } = texts;
    let mut slots = Slots::new(dictionary.len());
    let end = FIRST_TEMPLATE + dictionary.templates() as u32;
    // Every variable has a byte at least, and every text has an end.
    let mut room = bytes.min(MAX_PAGE_BYTES) + codes.len();
    room = room.checked_sub(spelled.len())?;
    for (template, times) in used_templates(codes, end)? {
        let parts = dictionary.template(template)?;
        room = room.checked_sub(parts.len().checked_mul(times as usize)?)?;
        for part in parts {
            if dictionary.fragment(*part)?.1.kind.is_number() {
                slots.add(*part, times);
            }
        }
    }
    for part in spelled {
        if dictionary.fragment(*part)?.1.kind.is_number() {
            slots.add(*part, 1);
        }
    }
    (slots.total() <= MAX_PAGE_VALUES).then_some(slots)
}
