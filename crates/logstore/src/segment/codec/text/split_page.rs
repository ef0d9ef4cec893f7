//! Reads a page whose texts are split, text by text.

use std::borrow::Cow;

use swarmscope_model::limits::{MAX_PAGE_BYTES, MAX_PAGE_VALUES};

use super::dictionary::TextDictionary;
use super::finder::WordFinder;
use super::hex;
use super::layout::{FIRST_TEMPLATE, LITERAL, SPELLED, Slots, used_templates};
use super::numbers::Stream;
use super::pieces::{Pieces, numbers};
use super::shape::{Kind, Shape};
use super::time;
use super::uuids::Uuids;
use crate::segment::codec::compress::take_section;
use crate::segment::codec::integers;
use crate::varint::take;

/// The streams of such a page; those of numbers are unpacked when they are needed.
#[derive(Debug)]
pub struct SplitPage<'a> {
    dictionary: &'a TextDictionary,
    text_bytes: usize,
    codes: Vec<u32>,
    spelled: Vec<u32>,
    slots: Slots,
    streams: Vec<Stream>,
    bits: Cow<'a, [u8]>,
    numbers: Vec<i64>,
    /// Where the numbers of each stream begin, of those that were unpacked.
    starts: Vec<Option<u32>>,
    uuids: Uuids<'a>,
    hex: Cow<'a, [u8]>,
    words: Pieces<'a>,
    literals: Pieces<'a>,
}

/// How far the streams have been read.
#[derive(Debug)]
pub struct Cursor {
    /// The place of the text that comes next.
    place: usize,
    numbers: Vec<u32>,
    spelled: usize,
    uuids: usize,
    hex: usize,
    words: usize,
    literals: usize,
}

impl<'a> SplitPage<'a> {
    /// Takes all of `bytes` as such a page.
    pub fn take(mut bytes: &'a [u8], dictionary: &'a TextDictionary) -> Option<Self> {
        let rest = &mut bytes;
        let text_bytes = usize::try_from(take(rest)?).ok()?;
        let codes = integers::decode_u32(&take_section(rest)?)?;
        let spelled = numbers(&take_section(rest)?)?;
        let slots = slots(&codes, &spelled, dictionary, text_bytes)?;
        let heads = take_section(rest)?;
        let bits = take_section(rest)?;
        let mut heads = &*heads;
        let mut streams = Vec::with_capacity(slots.counts().len());
        let mut bit = 0;
        for count in slots.counts() {
            let stream = Stream::read(&mut heads, bit)?;
            bit = stream.end(*count as usize)?;
            streams.push(stream);
        }
        let page = Self {
            dictionary,
            text_bytes,
            codes,
            spelled,
            starts: vec![None; streams.len()],
            slots,
            streams,
            bits,
            numbers: Vec::new(),
            uuids: Uuids::take(rest)?,
            hex: take_section(rest)?,
            words: Pieces::take(rest)?,
            literals: Pieces::take(rest)?,
        };
        (heads.is_empty() && rest.is_empty()).then_some(page)
    }

    /// The places of the texts that may hold what the finder looks for. `None` when the page is none,
    /// `Some(None)` when every text may.
    pub fn places(&self, finder: &mut WordFinder) -> Option<Option<Vec<u32>>> {
        finder.places(self.dictionary, &self.codes, &self.spelled, &self.words)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Length of all texts together, as the page has it.
    pub fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// Before the first text.
    pub fn cursor(&self) -> Cursor {
        Cursor {
            place: 0,
            numbers: vec![0; self.streams.len()],
            spelled: 0,
            uuids: 0,
            hex: 0,
            words: 0,
            literals: 0,
        }
    }

    /// Unpacks the numbers of all texts.
    pub fn unpack_all(&mut self) -> Option<()> {
        self.numbers.reserve_exact(self.slots.total());
        (0..self.streams.len()).try_for_each(|slot| self.unpack_stream(slot))
    }

    fn unpack_stream(&mut self, slot: usize) -> Option<()> {
        if self.starts[slot].is_none() {
            let count = self.slots.counts()[slot] as usize;
            self.starts[slot] = Some(self.numbers.len() as u32);
            self.streams[slot].unpack(&self.bits, count, &mut self.numbers)?;
        }
        Some(())
    }

    /// Unpacks the numbers that the next text needs.
    pub fn unpack_next(&mut self, cursor: &Cursor) -> Option<()> {
        let code = *self.codes.get(cursor.place)?;
        let parts = self.parts(code, cursor.spelled)?.to_vec();
        for part in parts {
            let (_, shape) = self.dictionary.fragment(part)?;
            if shape.kind.is_number() {
                self.unpack_stream(self.slots.of(part))?;
            }
        }
        Some(())
    }

    /// The fragments of a text, the spelled ones from a place on.
    fn parts(&self, code: u32, spelled: usize) -> Option<&[u32]> {
        match code {
            LITERAL => Some(&[]),
            SPELLED => {
                let rest = self.spelled.get(spelled..)?;
                let last = rest.iter().position(|part| {
                    let fragment = self.dictionary.fragment(*part);
                    fragment.is_some_and(|(_, shape)| shape == Shape::END)
                })?;
                Some(&rest[..=last])
            }
            _ => self.dictionary.template(code - FIRST_TEMPLATE),
        }
    }

    /// Moves to a text that is not before the next one.
    pub fn skip_to(&self, place: usize, cursor: &mut Cursor) -> Option<()> {
        let skipped = self.codes.get(cursor.place..place)?;
        cursor.place = place;
        skipped.iter().try_for_each(|code| self.skip(*code, cursor))
    }

    fn skip(&self, code: u32, cursor: &mut Cursor) -> Option<()> {
        let parts = self.parts(code, cursor.spelled)?;
        match code {
            LITERAL => cursor.literals += 1,
            SPELLED => cursor.spelled += parts.len(),
            _ => {}
        }
        for part in parts {
            let (_, shape) = self.dictionary.fragment(*part)?;
            match shape.kind {
                Kind::End => {}
                Kind::Integer | Kind::Padded | Kind::Decimal | Kind::Time => {
                    cursor.numbers[self.slots.of(*part)] += 1;
                }
                Kind::HexLower | Kind::HexUpper => {
                    cursor.hex += usize::from(shape.length).div_ceil(2);
                }
                Kind::UuidLower | Kind::UuidUpper => cursor.uuids += 1,
                Kind::Word => cursor.words += 1,
            }
        }
        Some(())
    }

    /// Appends the next text, whose numbers are unpacked.
    pub fn append_next(&self, cursor: &mut Cursor, out: &mut Vec<u8>) -> Option<()> {
        let code = *self.codes.get(cursor.place)?;
        cursor.place += 1;
        let parts = self.parts(code, cursor.spelled)?;
        match code {
            LITERAL => {
                out.extend_from_slice(self.literals.get(cursor.literals)?);
                cursor.literals += 1;
            }
            SPELLED => cursor.spelled += parts.len(),
            _ => {}
        }
        for part in parts {
            let (text, shape) = self.dictionary.fragment(*part)?;
            out.extend_from_slice(text);
            self.append_variable(*part, shape, cursor, out)?;
        }
        Some(())
    }

    fn append_variable(
        &self,
        part: u32,
        shape: Shape,
        cursor: &mut Cursor,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        match shape.kind {
            Kind::End => {}
            Kind::Integer | Kind::Padded | Kind::Decimal | Kind::Time => {
                let slot = self.slots.of(part);
                let place = self.starts[slot]? + cursor.numbers[slot];
                cursor.numbers[slot] += 1;
                write_number(shape, *self.numbers.get(place as usize)?, out)?;
            }
            Kind::HexLower | Kind::HexUpper => {
                let length = usize::from(shape.length);
                let end = cursor.hex + length.div_ceil(2);
                hex::unpack(self.hex.get(cursor.hex..end)?, length, shape.kind, out);
                cursor.hex = end;
            }
            Kind::UuidLower | Kind::UuidUpper => {
                hex::write_uuid(self.uuids.get(cursor.uuids)?, shape.kind, out);
                cursor.uuids += 1;
            }
            Kind::Word => {
                out.extend_from_slice(self.words.get(cursor.words)?);
                cursor.words += 1;
            }
        }
        Some(())
    }
}

fn write_number(shape: Shape, number: i64, out: &mut Vec<u8>) -> Option<()> {
    let mut buffer = itoa::Buffer::new();
    match shape.kind {
        Kind::Time => return time::write(shape.length, number, out),
        Kind::Padded => padded(number, shape.length, out),
        Kind::Decimal => {
            let power = 10_i64.checked_pow(u32::from(shape.length))?;
            let whole = number.div_euclid(power);
            out.extend_from_slice(buffer.format(whole).as_bytes());
            out.push(b'.');
            padded(number.rem_euclid(power), shape.length, out);
        }
        _ => out.extend_from_slice(buffer.format(number).as_bytes()),
    }
    Some(())
}

fn padded(number: i64, length: u8, out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + usize::from(length), b'0');
    time::put(&mut out[start..], number.max(0));
}

/// The streams of a page, when its codes and what is spelled out fit the dictionary, and are no more than
/// texts of that length can have.
fn slots(
    codes: &[u32],
    spelled: &[u32],
    dictionary: &TextDictionary,
    text_bytes: usize,
) -> Option<Slots> {
    let mut slots = Slots::new(dictionary.len());
    let end = FIRST_TEMPLATE + dictionary.templates() as u32;
    // Every variable has a byte at least, and every text has an end.
    let mut room = text_bytes.min(MAX_PAGE_BYTES) + codes.len();
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
