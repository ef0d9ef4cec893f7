//! Reads a page whose texts are split, text by text.

use super::dictionary::TextDictionary;
use super::finder::WordFinder;
use super::hex;
use super::layout::{FIRST_TEMPLATE, LITERAL, SPELLED};
use super::page_numbers::{self, PageNumbers};
use super::pieces::{Pieces, numbers};
use super::shape::{Kind, Shape};
use super::time;
use super::uuids::Uuids;
use crate::segment::codec::compress::{LazySection, Section, take_section};
use crate::segment::codec::integers;
use crate::varint::take;

/// Such a page. What a text does not need is not decompressed.
#[derive(Debug)]
pub struct SplitPage<'a> {
    dictionary: &'a TextDictionary,
    text_bytes: usize,
    codes: Vec<u32>,
    spelled: Vec<u32>,
    heads: Section<'a>,
    bits: Section<'a>,
    numbers: Option<PageNumbers<'a>>,
    uuids: Uuids<'a>,
    hex: LazySection<'a>,
    words: Pieces<'a>,
    literals: Pieces<'a>,
}

/// How far the streams have been read.
#[derive(Debug)]
pub struct Cursor {
    /// The place of the text that comes next.
    place: usize,
    /// Texts of each template that were skipped, and are not yet in the counts below.
    skipped: Vec<u32>,
    /// The templates among those.
    met: Vec<u32>,
    numbers: Vec<u32>,
    spelled: usize,
    uuids: usize,
    hex: usize,
    words: usize,
    literals: usize,
}

impl Cursor {
    fn skip_template(&mut self, template: u32) {
        let at = template as usize;
        if at >= self.skipped.len() {
            self.skipped.resize(at + 1, 0);
        }
        if self.skipped[at] == 0 {
            self.met.push(template);
        }
        self.skipped[at] += 1;
    }

    /// How many numbers of a stream were read.
    fn number(&mut self, stream: usize) -> &mut u32 {
        if stream >= self.numbers.len() {
            self.numbers.resize(stream + 1, 0);
        }
        &mut self.numbers[stream]
    }
}

impl<'a> SplitPage<'a> {
    /// Takes all of `bytes` as such a page.
    pub fn take(mut bytes: &'a [u8], dictionary: &'a TextDictionary) -> Option<Self> {
        let rest = &mut bytes;
        let text_bytes = usize::try_from(take(rest)?).ok()?;
        let codes = integers::decode_u32(&take_section(rest)?)?;
        let page = Self {
            dictionary,
            text_bytes,
            codes,
            spelled: numbers(&take_section(rest)?)?,
            heads: Section::take(rest)?,
            bits: Section::take(rest)?,
            numbers: None,
            uuids: Uuids::take(rest)?,
            hex: LazySection::take(rest)?,
            words: Pieces::take(rest)?,
            literals: Pieces::take(rest)?,
        };
        rest.is_empty().then_some(page)
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
            skipped: Vec::new(),
            met: Vec::new(),
            numbers: Vec::new(),
            spelled: 0,
            uuids: 0,
            hex: 0,
            words: 0,
            literals: 0,
        }
    }

    /// Unpacks the numbers of all texts.
    pub fn unpack_all(&mut self) -> Option<()> {
        self.open_numbers()?.unpack_all()
    }

    fn open_numbers(&mut self) -> Option<&mut PageNumbers<'a>> {
        if self.numbers.is_none() {
            let texts = page_numbers::Texts {
                codes: &self.codes,
                spelled: &self.spelled,
                bytes: self.text_bytes,
            };
            let numbers = PageNumbers::open(texts, self.dictionary, self.heads, self.bits)?;
            self.numbers = Some(numbers);
        }
        self.numbers.as_mut()
    }

    /// Unpacks the numbers that the next text needs.
    pub fn unpack_next(&mut self, cursor: &Cursor) -> Option<()> {
        let code = *self.codes.get(cursor.place)?;
        let parts = self.parts(code, cursor.spelled)?.to_vec();
        for part in parts {
            let (_, shape) = self.dictionary.fragment(part)?;
            if shape.kind.is_number() {
                let numbers = self.open_numbers()?;
                numbers.unpack(numbers.stream_of(part))?;
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
    pub fn skip_to(&mut self, place: usize, cursor: &mut Cursor) -> Option<()> {
        let codes = self.codes.get(cursor.place..place)?;
        cursor.place = place;
        let (mut spelled, from) = (cursor.spelled, cursor.spelled);
        let templates = self.dictionary.templates();
        for code in codes {
            match *code {
                LITERAL => cursor.literals += 1,
                SPELLED => spelled += self.parts(SPELLED, spelled)?.len(),
                code => {
                    let template = code - FIRST_TEMPLATE;
                    ((template as usize) < templates).then_some(())?;
                    cursor.skip_template(template);
                }
            }
        }
        cursor.spelled = spelled;
        for at in from..spelled {
            self.skip_part(self.spelled[at], 1, cursor)?;
        }
        self.settle(cursor)
    }

    /// Counts what the skipped texts have: for all texts of one template at once.
    fn settle(&mut self, cursor: &mut Cursor) -> Option<()> {
        for template in std::mem::take(&mut cursor.met) {
            let times = std::mem::take(&mut cursor.skipped[template as usize]);
            let dictionary = self.dictionary;
            for part in dictionary.template(template)? {
                self.skip_part(*part, times as usize, cursor)?;
            }
        }
        Some(())
    }

    fn skip_part(&mut self, part: u32, times: usize, cursor: &mut Cursor) -> Option<()> {
        let (_, shape) = self.dictionary.fragment(part)?;
        match shape.kind {
            Kind::End => {}
            Kind::Integer | Kind::Padded | Kind::Decimal | Kind::Time => {
                let stream = self.open_numbers()?.stream_of(part);
                *cursor.number(stream) += times as u32;
            }
            Kind::HexLower | Kind::HexUpper => {
                cursor.hex += times * usize::from(shape.length).div_ceil(2);
            }
            Kind::UuidLower | Kind::UuidUpper => cursor.uuids += times,
            Kind::Word => cursor.words += times,
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
                let numbers = self.numbers.as_ref()?;
                let stream = numbers.stream_of(part);
                let at = cursor.number(stream);
                write_number(shape, numbers.get(stream, *at)?, out)?;
                *at += 1;
            }
            Kind::HexLower | Kind::HexUpper => {
                let length = usize::from(shape.length);
                let end = cursor.hex + length.div_ceil(2);
                hex::unpack(
                    self.hex.bytes()?.get(cursor.hex..end)?,
                    length,
                    shape.kind,
                    out,
                );
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
