//! Tells which texts of a split page may hold some words, without spelling the texts.
//!
//! A word of letters stands whole in a fragment or whole among the page's words: texts are cut at numbers,
//! hex digits and UUIDs, which have digits or hex letters alone, and at words as a whole. So the fragments
//! that hold a word are looked up once in the dictionary, and a page is gone through by the codes of its
//! texts. Only ever rules out; what is left is spelled and tested.

use memchr::memmem;

use super::dictionary::TextDictionary;
use super::layout::{FIRST_TEMPLATE, LITERAL, SPELLED};
use super::pieces::Pieces;
use super::shape::Kind;

/// Words that are looked for at most; the others are left to the test.
const MOST_WORDS: usize = 32;
/// Longest word that is looked for: longer runs of letters may be cut.
const LONGEST_WORD: usize = 64;

/// What is looked for in the pages of one dictionary.
#[derive(Debug)]
pub struct WordFinder {
    finders: Vec<memmem::Finder<'static>>,
    /// Of each fragment, a bit for each word that it may hold.
    in_fragments: Vec<u32>,
    /// Of each template that was met.
    templates: Vec<Option<Parts>>,
}

/// What the fragments of a text hold, and how many of the page's words go with them.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    found: u32,
    words: u32,
}

impl WordFinder {
    /// For these words, in lower case; `None` when none of them is of a kind that can be looked for.
    pub fn new<'a>(
        dictionary: &TextDictionary,
        words: impl Iterator<Item = &'a str>,
    ) -> Option<Self> {
        let finders: Vec<_> = words
            .filter(|word| is_sure(word))
            .take(MOST_WORDS)
            .map(|word| memmem::Finder::new(word).into_owned())
            .collect();
        if finders.is_empty() {
            return None;
        }
        let mut in_fragments = vec![0; dictionary.len()];
        let text = dictionary.text().to_ascii_lowercase();
        for (word, finder) in finders.iter().enumerate() {
            for at in finder.find_iter(&text) {
                if let Some(own) = in_fragments.get_mut(dictionary.fragment_at(at)) {
                    *own |= 1 << word;
                }
            }
        }
        // Beyond ASCII, other letters may be the wanted ones in lower case.
        if !text.is_ascii() {
            for at in (0..text.len()).filter(|at| !text[*at].is_ascii()) {
                if let Some(own) = in_fragments.get_mut(dictionary.fragment_at(at)) {
                    *own = u32::MAX;
                }
            }
        }
        Some(Self {
            templates: vec![None; dictionary.templates()],
            finders,
            in_fragments,
        })
    }

    /// All words found.
    fn all(&self) -> u32 {
        u32::MAX >> (32 - self.finders.len())
    }

    /// The places of the texts of a page that may hold all words. `None` when the page is none, `Some(None)`
    /// when every text may.
    pub fn places(
        &mut self,
        dictionary: &TextDictionary,
        codes: &[u32],
        spelled: &[u32],
        words: &Pieces<'_>,
    ) -> Option<Option<Vec<u32>>> {
        let (ends, text) = words.open()?;
        if !text.is_ascii() {
            return Some(None);
        }
        let in_words = self.in_words(ends, text);
        let all = self.all();
        let mut places = Vec::new();
        let (mut spelled, mut word, mut next) = (spelled, 0, 0);
        for (place, code) in (0..).zip(codes) {
            let parts = match *code {
                LITERAL => {
                    places.push(place);
                    continue;
                }
                SPELLED => {
                    let (parts, rest) = self.spelled(dictionary, spelled)?;
                    spelled = rest;
                    parts
                }
                code => self.template(dictionary, code - FIRST_TEMPLATE)?,
            };
            let mut found = parts.found;
            word += parts.words;
            while let Some((at, bits)) = in_words.get(next)
                && *at < word
            {
                found |= bits;
                next += 1;
            }
            if found & all == all {
                places.push(place);
            }
        }
        Some(Some(places))
    }

    /// The page's words that hold what is looked for, with a bit for each.
    fn in_words(&self, ends: &[u32], text: &[u8]) -> Vec<(u32, u32)> {
        let text = text.to_ascii_lowercase();
        let mut found = Vec::new();
        for (word, finder) in self.finders.iter().enumerate() {
            found.extend(finder.find_iter(&text).map(|at| {
                let piece = ends.partition_point(|end| *end as usize <= at);
                (piece as u32, 1 << word)
            }));
        }
        found.sort_unstable();
        found
    }

    fn template(&mut self, dictionary: &TextDictionary, number: u32) -> Option<Parts> {
        if let Some(parts) = *self.templates.get(number as usize)? {
            return Some(parts);
        }
        let mut parts = Parts::default();
        for part in dictionary.template(number)? {
            self.add(dictionary, *part, &mut parts)?;
        }
        self.templates[number as usize] = Some(parts);
        Some(parts)
    }

    /// The parts of the text whose fragments come next, and the fragments behind them.
    fn spelled<'a>(
        &self,
        dictionary: &TextDictionary,
        fragments: &'a [u32],
    ) -> Option<(Parts, &'a [u32])> {
        let mut parts = Parts::default();
        for (at, part) in fragments.iter().enumerate() {
            if self.add(dictionary, *part, &mut parts)? == Kind::End {
                return Some((parts, &fragments[at + 1..]));
            }
        }
        None
    }

    fn add(&self, dictionary: &TextDictionary, part: u32, parts: &mut Parts) -> Option<Kind> {
        let (_, shape) = dictionary.fragment(part)?;
        parts.found |= self.in_fragments.get(part as usize)?;
        parts.words += u32::from(shape.kind == Kind::Word);
        Some(shape.kind)
    }
}

/// Whether the word is always in one piece: of ASCII letters, not all of which are hex digits.
fn is_sure(word: &str) -> bool {
    word.len() <= LONGEST_WORD
        && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_'))
        && word.bytes().any(|byte| !matches!(byte, b'a'..=b'f'))
}
