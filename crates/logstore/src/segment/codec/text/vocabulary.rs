//! The fragments and templates that an encoder has met in a column of a row group.

use hashbrown::HashTable;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::dictionary;
use super::shape::{Kind, Shape};
use super::tokens::of_fragment;
use crate::equal::is_equal;

/// Most fragments, and most templates.
const MAX_ENTRIES: usize = 60_000;
/// Most bytes of all fragments: a search reads them before anything else.
const MAX_TEXT: usize = 1024 * 1024;
/// Most parts of all templates.
const MAX_PARTS: usize = 512 * 1024;

/// Most fragments without words in a row that are told apart by those before them.
const MAX_DEPTH: u8 = 8;

/// A fragment: text, and what follows it.
#[derive(Debug, Clone, Copy)]
pub struct Fragment<'a> {
    pub text: &'a str,
    pub shape: Shape,
    /// Tells apart what follows fragments without words: the place of the fragment before it.
    pub context: u32,
    /// Whether it begins its text.
    pub first: bool,
}

/// A fragment in the dictionary.
#[derive(Debug)]
struct Entry {
    text: [u32; 2],
    shape: Shape,
    context: u32,
    depth: u8,
    first: bool,
    /// The place and length of the same fragment before padded numbers.
    padded: Option<(u32, u8)>,
    tokens: [u32; 2],
    /// The page that its tokens were given to last.
    page: u32,
    /// What came next the last time.
    next: u32,
    /// The template of the last text that it ended.
    template: u32,
}

/// A sequence of fragments.
#[derive(Debug)]
struct Template {
    parts: [u32; 2],
    /// Its number once it was met twice.
    number: Option<u32>,
}

/// What may be forgotten again.
#[derive(Debug, Clone, Copy)]
pub struct Mark {
    entries: usize,
    templates: usize,
    numbered: usize,
}

/// See the head of this module.
#[derive(Debug, Default)]
pub struct Vocabulary {
    text: String,
    entries: Vec<Entry>,
    by_fragment: HashTable<u32>,
    /// What the last text began with.
    beginning: u32,
    tokens: Vec<u32>,
    parts: Vec<u32>,
    templates: Vec<Template>,
    by_parts: HashTable<u32>,
    /// The templates with a number, in the order of these.
    numbered: Vec<u32>,
}

impl Vocabulary {
    /// The place of a fragment.
    fn find(&self, fragment: Fragment<'_>) -> Option<u32> {
        let found = self
            .by_fragment
            .find(hash(fragment), |place| self.is_at(fragment, *place));
        found.copied()
    }

    /// The place of a fragment behind another, or at the beginning of a text. Most often it is where it
    /// was the last time.
    pub fn find_behind(&mut self, previous: Option<u32>, fragment: Fragment<'_>) -> Option<u32> {
        let guess = match previous {
            Some(previous) => self.entries[previous as usize].next,
            None => self.beginning,
        };
        if self.is_at(fragment, guess) {
            return Some(guess);
        }
        let found = self.find(fragment)?;
        match previous {
            Some(previous) => self.entries[previous as usize].next = found,
            None => self.beginning = found,
        }
        Some(found)
    }

    fn is_at(&self, fragment: Fragment<'_>, place: u32) -> bool {
        let Some(entry) = self.entries.get(place as usize) else {
            return false;
        };
        let [start, end] = entry.text;
        (end - start) as usize == fragment.text.len()
            && entry.shape == fragment.shape
            && entry.context == fragment.context
            && entry.first == fragment.first
            && is_equal(
                &self.text.as_bytes()[start as usize..end as usize],
                fragment.text.as_bytes(),
            )
    }

    /// Where a fragment stands from now on, or `None` when the dictionary is full.
    pub fn admit(&mut self, fragment: Fragment<'_>) -> Option<u32> {
        if fragment.shape.kind != Kind::Padded {
            return self.push(fragment);
        }
        let plain = Fragment {
            shape: Shape::plain(Kind::Integer),
            ..fragment
        };
        let plain = match self.find(plain) {
            Some(found) => found,
            None => self.push(plain)?,
        };
        let place = self.push(fragment)?;
        self.entries[plain as usize].padded = Some((place, fragment.shape.length));
        Some(place)
    }

    fn push(&mut self, fragment: Fragment<'_>) -> Option<u32> {
        let start = self.text.len();
        let end = start + fragment.text.len();
        if self.entries.len() >= MAX_ENTRIES || end > MAX_TEXT {
            return None;
        }
        let place = self.entries.len() as u32;
        let tokens = self.tokens.len() as u32;
        let (shape, first) = (fragment.shape, fragment.first);
        self.text.push_str(fragment.text);
        of_fragment(fragment.text, shape, first, &mut self.tokens);
        let before = fragment.context.checked_sub(1);
        let depth = before.map_or(0, |before| self.entries[before as usize].depth + 1);
        self.entries.push(Entry {
            text: [start as u32, end as u32],
            shape,
            context: fragment.context,
            depth,
            first,
            padded: None,
            tokens: [tokens, self.tokens.len() as u32],
            page: 0,
            next: place,
            template: 0,
        });
        let (text, entries) = (&self.text, &self.entries);
        self.by_fragment
            .insert_unique(hash(fragment), place, |place| {
                hash(entries[*place as usize].fragment(text))
            });
        Some(place)
    }

    /// The fragment for a number of so many digits in place of this one, when such numbers have been seen
    /// with leading zeros.
    pub fn padded(&self, place: u32, digits: usize) -> Option<u32> {
        let (padded, length) = self.entries[place as usize].padded?;
        (usize::from(length) == digits).then_some(padded)
    }

    /// What a fragment without words has for context behind another.
    pub fn context_behind(&self, place: Option<u32>) -> u32 {
        match place {
            Some(place) if self.entries[place as usize].depth < MAX_DEPTH => place + 1,
            _ => 0,
        }
    }

    /// The hashes of the words of a fragment, unless they were given for this page.
    pub fn tokens(&mut self, place: u32, page: u32) -> &[u32] {
        let entry = &mut self.entries[place as usize];
        if entry.page == page {
            return &[];
        }
        entry.page = page;
        &self.tokens[entry.tokens[0] as usize..entry.tokens[1] as usize]
    }

    /// The number of a sequence of fragments, from the second time that it is met.
    pub fn template(&mut self, parts: &[u32]) -> Option<u32> {
        let last = *parts.last()? as usize;
        let is_same = |place: &u32| {
            let template = self.templates.get(*place as usize);
            template.is_some_and(|template| template.parts(&self.parts) == parts)
        };
        let guess = Some(self.entries[last].template).filter(is_same);
        let found = guess.or_else(|| self.by_parts.find(hash_parts(parts), is_same).copied());
        if let Some(place) = found {
            self.entries[last].template = place;
            let template = &mut self.templates[place as usize];
            if template.number.is_none() {
                template.number = Some(self.numbered.len() as u32);
                self.numbered.push(place);
            }
            return template.number;
        }
        let start = self.parts.len();
        let end = start + parts.len();
        if self.templates.len() < MAX_ENTRIES && end <= MAX_PARTS {
            let place = self.templates.len() as u32;
            self.parts.extend_from_slice(parts);
            self.templates.push(Template {
                parts: [start as u32, end as u32],
                number: None,
            });
            let (templates, all) = (&self.templates, &self.parts);
            self.by_parts
                .insert_unique(hash_parts(parts), place, |place| {
                    hash_parts(templates[*place as usize].parts(all))
                });
        }
        None
    }

    /// The parts of a template with a number.
    pub fn parts(&self, number: u32) -> &[u32] {
        let place = self.numbered[number as usize];
        self.templates[place as usize].parts(&self.parts)
    }

    /// How many fragments there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// What follows a fragment.
    pub fn shape(&self, place: u32) -> Shape {
        self.entries[place as usize].shape
    }

    /// Marks what there is.
    pub fn mark(&self) -> Mark {
        Mark {
            entries: self.entries.len(),
            templates: self.templates.len(),
            numbered: self.numbered.len(),
        }
    }

    /// Forgets what came after the mark.
    pub fn forget(&mut self, mark: Mark) {
        for place in self.numbered.drain(mark.numbered..) {
            self.templates[place as usize].number = None;
        }
        if let Some(template) = self.templates.get(mark.templates) {
            self.parts.truncate(template.parts[0] as usize);
            self.templates.truncate(mark.templates);
            self.by_parts
                .retain(|place| (*place as usize) < mark.templates);
        }
        if let Some(entry) = self.entries.get(mark.entries) {
            self.text.truncate(entry.text[0] as usize);
            self.tokens.truncate(entry.tokens[0] as usize);
            self.entries.truncate(mark.entries);
            self.by_fragment
                .retain(|place| (*place as usize) < mark.entries);
            for entry in &mut self.entries {
                entry.padded = entry
                    .padded
                    .filter(|(place, _)| (*place as usize) < mark.entries);
            }
        }
    }

    /// Appends all of it as a dictionary.
    pub fn write(&self, out: &mut Vec<u8>) {
        let fragments = self
            .entries
            .iter()
            .map(|entry| (entry.shape, entry.fragment(&self.text).text));
        let templates = (0..self.numbered.len() as u32).map(|number| self.parts(number));
        dictionary::write(fragments, templates, out);
    }
}

impl Entry {
    fn fragment<'a>(&self, text: &'a str) -> Fragment<'a> {
        Fragment {
            text: &text[self.text[0] as usize..self.text[1] as usize],
            shape: self.shape,
            context: self.context,
            first: self.first,
        }
    }
}

impl Template {
    fn parts<'a>(&self, parts: &'a [u32]) -> &'a [u32] {
        &parts[self.parts[0] as usize..self.parts[1] as usize]
    }
}

fn hash(fragment: Fragment<'_>) -> u64 {
    let Shape { kind, length } = fragment.shape;
    let rest = u64::from(fragment.context) << 24
        | u64::from(fragment.first) << 16
        | u64::from(kind as u8) << 8
        | u64::from(length);
    xxh3_64_with_seed(fragment.text.as_bytes(), rest)
}

fn hash_parts(parts: &[u32]) -> u64 {
    parts.iter().fold(0, |hash: u64, part| {
        (hash ^ u64::from(*part))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
            .rotate_left(29)
    })
}
