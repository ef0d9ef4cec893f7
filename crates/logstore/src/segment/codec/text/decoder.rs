//! Reads pages of text: all of them, or the texts that are wanted.

use std::borrow::Cow;

use swarmscope_model::limits::MAX_PAGE_BYTES;

use super::dictionary::TextDictionary;
use super::hex;
use super::layout::{FIRST_TEMPLATE, LITERAL, PLAIN, SPELLED, SPLIT, Slots, used_templates};
use super::numbers::Stream;
use super::pieces::{Pieces, numbers};
use super::shape::{Kind, Shape};
use super::time;
use super::uuids::Uuids;
use crate::block::strings::Strings;
use crate::segment::codec::compress::take_section;
use crate::segment::codec::integers;
use crate::segment::codec::varint::take;

/// How much longer than its page a text may be for room to be made before it is read.
const TRUSTED_RATIO: usize = 64;

/// Reads all of `bytes` as a page of text; `None` when they are none.
pub fn decode_page(bytes: &[u8], dictionary: &TextDictionary) -> Option<Strings> {
    match bytes.split_first()? {
        (&PLAIN, rest) => {
            let (ends, text) = plain_page(rest)?.read()?;
            Strings::from_parts(ends, String::from_utf8(text.into_owned()).ok()?)
        }
        (&SPLIT, rest) => {
            let mut page = SplitPage::take(rest, dictionary)?;
            page.unpack_all()?;
            let room = page
                .text_bytes
                .min(bytes.len().saturating_mul(TRUSTED_RATIO));
            let mut texts = Texts::with_capacity(page.codes.len(), room, page.text_bytes);
            let mut cursor = page.cursor();
            for at in 0..page.codes.len() {
                page.append(page.codes[at], &mut cursor, &mut texts.text)?;
                texts.end()?;
            }
            (texts.text.len() == page.text_bytes).then(|| texts.finish())?
        }
        _ => None,
    }
}

/// Reads the texts at the places `wanted`, which rise, of a page; `None` when it is none or has no such
/// place.
pub fn decode_some(bytes: &[u8], dictionary: &TextDictionary, wanted: &[u32]) -> Option<Strings> {
    let mut texts = Texts::with_capacity(wanted.len(), 0, MAX_PAGE_BYTES);
    match bytes.split_first()? {
        (&PLAIN, rest) => {
            let pieces = plain_page(rest)?;
            for place in wanted {
                texts.text.extend_from_slice(pieces.get(*place as usize)?);
                texts.end()?;
            }
        }
        (&SPLIT, rest) => {
            let mut page = SplitPage::take(rest, dictionary)?;
            texts.limit = page.text_bytes.min(MAX_PAGE_BYTES);
            let mut cursor = page.cursor();
            let mut next = 0;
            for place in wanted {
                let place = *place as usize;
                for at in next..place {
                    page.skip(*page.codes.get(at)?, &mut cursor)?;
                }
                let code = *page.codes.get(place)?;
                page.unpack(code, cursor.spelled)?;
                page.append(code, &mut cursor, &mut texts.text)?;
                texts.end()?;
                next = place + 1;
            }
        }
        _ => return None,
    }
    texts.finish()
}

fn plain_page(mut bytes: &[u8]) -> Option<Pieces<'_>> {
    let pieces = Pieces::take(&mut bytes)?;
    bytes.is_empty().then_some(pieces)
}

/// Strings under construction, not yet known to be text.
#[derive(Debug)]
struct Texts {
    ends: Vec<u32>,
    text: Vec<u8>,
    /// Length of all of them at most.
    limit: usize,
}

impl Texts {
    fn with_capacity(count: usize, bytes: usize, limit: usize) -> Self {
        Self {
            ends: Vec::with_capacity(count),
            text: Vec::with_capacity(bytes),
            limit: limit.min(MAX_PAGE_BYTES),
        }
    }

    fn end(&mut self) -> Option<()> {
        let end = self.text.len();
        self.ends.push((end <= self.limit).then_some(end as u32)?);
        Some(())
    }

    fn finish(self) -> Option<Strings> {
        Strings::from_parts(self.ends, String::from_utf8(self.text).ok()?)
    }
}

/// A page whose texts are split into fragments and variables.
#[derive(Debug)]
struct SplitPage<'a> {
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
struct Cursor {
    numbers: Vec<u32>,
    spelled: usize,
    uuids: usize,
    hex: usize,
    words: usize,
    literals: usize,
}

impl<'a> SplitPage<'a> {
    fn take(mut bytes: &'a [u8], dictionary: &'a TextDictionary) -> Option<Self> {
        let rest = &mut bytes;
        let text_bytes = usize::try_from(take(rest)?).ok()?;
        let codes = integers::decode_u32(&take_section(rest)?)?;
        let spelled = numbers(&take_section(rest)?)?;
        let slots = slots(&codes, &spelled, dictionary)?;
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

    fn cursor(&self) -> Cursor {
        Cursor {
            numbers: vec![0; self.streams.len()],
            spelled: 0,
            uuids: 0,
            hex: 0,
            words: 0,
            literals: 0,
        }
    }

    fn unpack_all(&mut self) -> Option<()> {
        let total = self.slots.counts().iter().map(|count| *count as usize);
        self.numbers.reserve_exact(total.sum());
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

    /// Unpacks the streams that a text needs.
    fn unpack(&mut self, code: u32, spelled: usize) -> Option<()> {
        let parts = self.parts(code, spelled)?.to_vec();
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

    /// Moves behind a text.
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

    /// Appends a text and moves behind it.
    fn append(&self, code: u32, cursor: &mut Cursor, out: &mut Vec<u8>) -> Option<()> {
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

/// The streams of a page, when its codes and what is spelled out fit the dictionary.
fn slots(codes: &[u32], spelled: &[u32], dictionary: &TextDictionary) -> Option<Slots> {
    let mut slots = Slots::new(dictionary.len());
    let end = FIRST_TEMPLATE + dictionary.templates() as u32;
    for (template, times) in used_templates(codes, end)? {
        for part in dictionary.template(template)? {
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
    Some(slots)
}
