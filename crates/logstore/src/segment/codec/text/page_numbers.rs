//! The numbers of a split page: one stream for each fragment that numbers follow. Read all of them, in the
//! order of the texts, or any of them without those before it.

use swarmscope_model::limits::{MAX_PAGE_BYTES, MAX_PAGE_VALUES};

use super::dictionary::TextDictionary;
use super::layout::{FIRST_TEMPLATE, Slots, used_templates};
use super::numbers::Stream;

/// What tells how many streams there are, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Texts<'p> {
    pub codes: &'p [u32],
    pub spelled: &'p [u32],
    /// Length of all texts together, as the page has it.
    pub bytes: usize,
}

/// The streams as they are stored.
#[derive(Debug, Clone, Copy)]
pub struct Streams<'p> {
    pub heads: &'p [u8],
    pub bits: &'p [u8],
}

/// All numbers, unpacked.
#[derive(Debug)]
pub struct AllNumbers {
    slots: Slots,
    values: Vec<i64>,
    /// Where the number of each stream is that comes next.
    next: Vec<u32>,
    /// The first text whose numbers were not passed, and how many spelled parts are before it.
    at: (usize, usize),
}

impl AllNumbers {
    /// Unpacks them; `None` when they are none, or the texts do not fit the dictionary.
    pub fn unpack(
        texts: Texts<'_>,
        dictionary: &TextDictionary,
        stored: Streams<'_>,
    ) -> Option<Self> {
        let slots = slots(texts, dictionary)?;
        let mut values = Vec::with_capacity(slots.total());
        let mut next = Vec::with_capacity(slots.counts().len());
        let (mut heads, mut bit) = (stored.heads, 0);
        for count in slots.counts() {
            let stream = Stream::read(&mut heads, bit)?;
            bit = stream.end(*count as usize)?;
            next.push(values.len() as u32);
            stream.unpack(stored.bits, *count as usize, &mut values)?;
        }
        heads.is_empty().then_some(Self {
            slots,
            values,
            next,
            at: (0, 0),
        })
    }

    /// Moves to the numbers of a text, which has so many spelled parts before it. Whoever takes the text's
    /// numbers says so with [`AllNumbers::passed`].
    pub fn go_to(
        &mut self,
        texts: Texts<'_>,
        dictionary: &TextDictionary,
        place: usize,
        spelled: usize,
    ) -> Option<()> {
        if self.at.0 > place || self.at.1 > spelled {
            self.begin_anew();
        }
        for code in texts.codes.get(self.at.0..place)? {
            if *code >= FIRST_TEMPLATE {
                self.pass(dictionary, dictionary.template(code - FIRST_TEMPLATE)?)?;
            }
        }
        self.pass(dictionary, texts.spelled.get(self.at.1..spelled)?)?;
        self.passed(place, spelled);
        Some(())
    }

    /// The numbers before a text with so many spelled parts before it were taken.
    pub fn passed(&mut self, place: usize, spelled: usize) {
        self.at = (place, spelled);
    }

    fn begin_anew(&mut self) {
        let mut before = 0;
        for (next, count) in self.next.iter_mut().zip(self.slots.counts()) {
            *next = before;
            before += count;
        }
        self.at = (0, 0);
    }

    /// Passes the numbers behind fragments of the page's texts.
    fn pass(&mut self, dictionary: &TextDictionary, parts: &[u32]) -> Option<()> {
        for part in parts.iter().filter(|part| is_number(dictionary, **part)) {
            *self.next.get_mut(self.slots.of(*part))? += 1;
        }
        Some(())
    }

    /// The next number behind a fragment of a text of the page.
    pub fn next(&mut self, fragment: u32) -> Option<i64> {
        let place = self.next.get_mut(self.slots.of(fragment))?;
        let value = self.values.get(*place as usize).copied();
        *place += 1;
        value
    }
}

/// Where each stream is.
#[derive(Debug)]
pub struct NumberPlaces {
    /// The fragment of each stream.
    fragments: Vec<u32>,
    /// Where its head and its bits begin.
    starts: Vec<(u32, u32)>,
    /// The templates of the page's texts that have numbers.
    templates: Vec<u32>,
}

impl NumberPlaces {
    /// Looks where they are; `None` when they are none, or the texts do not fit the dictionary.
    pub fn of(texts: Texts<'_>, dictionary: &TextDictionary, stored: Streams<'_>) -> Option<Self> {
        let slots = slots(texts, dictionary)?;
        let mut starts = Vec::with_capacity(slots.counts().len());
        let (mut heads, mut bit) = (stored.heads, 0);
        for count in slots.counts() {
            let head = stored.heads.len() - heads.len();
            starts.push((head as u32, u32::try_from(bit).ok()?));
            bit = Stream::read(&mut heads, bit)?.end(*count as usize)?;
        }
        if !heads.is_empty() || bit > stored.bits.len() * 8 {
            return None;
        }
        let end = FIRST_TEMPLATE + dictionary.templates() as u32;
        let used = used_templates(texts.codes, end)?.into_iter();
        let with_numbers = |template: &u32| {
            let parts = dictionary.template(*template).unwrap_or_default();
            parts.iter().any(|part| is_number(dictionary, *part))
        };
        Some(Self {
            fragments: slots.into_fragments(),
            starts,
            templates: used
                .map(|(template, _)| template)
                .filter(with_numbers)
                .collect(),
        })
    }

    /// The number behind a fragment, when so many are before it in the page.
    pub fn get(&self, stored: Streams<'_>, fragment: u32, before: usize) -> Option<i64> {
        let stream = self.fragments.iter().position(|own| *own == fragment)?;
        let (head, bit) = self.starts[stream];
        let mut head = stored.heads.get(head as usize..)?;
        Stream::read(&mut head, bit as usize)?.get(stored.bits, before)
    }

    /// How often a fragment that numbers follow is in the first texts of the page, by their codes and by
    /// what is spelled out of them.
    pub fn count(&self, dictionary: &TextDictionary, texts: Texts<'_>, fragment: u32) -> usize {
        // As 32-bit numbers, which are compared and added several at a time.
        let count = |all: &[u32], one: u32| -> usize {
            let times: u32 = all.iter().map(|own| u32::from(*own == one)).sum();
            times as usize
        };
        let mut times = count(texts.spelled, fragment);
        for template in &self.templates {
            let in_one = count(dictionary.template(*template).unwrap_or_default(), fragment);
            if in_one > 0 {
                times += in_one * count(texts.codes, FIRST_TEMPLATE + template);
            }
        }
        times
    }
}

fn is_number(dictionary: &TextDictionary, part: u32) -> bool {
    let fragment = dictionary.fragment(part);
    fragment.is_some_and(|(_, shape)| shape.kind.is_number())
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
