//! Reads pages of text: all of them, or the texts that are wanted.

use swarmscope_model::limits::MAX_PAGE_BYTES;

use super::dictionary::TextDictionary;
use super::finder::WordFinder;
use super::layout::{PLAIN, SPLIT};
use super::pieces::Pieces;
use super::split_page::SplitPage;
use crate::block::strings::Strings;

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
            let trusted = bytes.len().saturating_mul(TRUSTED_RATIO);
            let room = page.text_bytes().min(trusted);
            let mut texts = Texts::with_capacity(page.len(), room, page.text_bytes());
            let mut cursor = page.cursor();
            for _ in 0..page.len() {
                page.append_next(&mut cursor, &mut texts.text)?;
                texts.end()?;
            }
            (texts.text.len() == page.text_bytes()).then(|| texts.finish())?
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
            return spell(&mut page, wanted);
        }
        _ => return None,
    }
    texts.finish()
}

/// Texts of a page, or that all are wanted.
#[derive(Debug, PartialEq)]
pub enum Selected {
    /// Their places, which rise, and the texts.
    Some(Vec<u32>, Strings),
    /// So many that reading the page as a whole costs less, or it has no way to tell.
    All,
}

/// Part of a page's texts up to which they are spelled one by one.
const FEW: usize = 8;

/// Reads the texts of a page that may hold what the finder looks for, where there is one, and that are
/// `wanted`; `None` when the page is none.
pub fn decode_selected(
    bytes: &[u8],
    dictionary: &TextDictionary,
    finder: Option<&mut WordFinder>,
    wanted: impl Fn(u32) -> bool,
) -> Option<Selected> {
    let (&SPLIT, rest) = bytes.split_first()? else {
        return Some(Selected::All);
    };
    let mut page = SplitPage::take(rest, dictionary)?;
    let mut places = match finder {
        Some(finder) => match page.places(finder)? {
            Some(places) => places,
            None => return Some(Selected::All),
        },
        None => (0..page.len() as u32).collect(),
    };
    places.retain(|place| wanted(*place));
    if places.len() * FEW > page.len() {
        return Some(Selected::All);
    }
    let texts = spell(&mut page, &places)?;
    Some(Selected::Some(places, texts))
}

/// The texts at places that rise.
fn spell(page: &mut SplitPage<'_>, places: &[u32]) -> Option<Strings> {
    let mut texts = Texts::with_capacity(places.len(), 0, page.text_bytes());
    let mut cursor = page.cursor();
    for place in places {
        page.skip_to(*place as usize, &mut cursor)?;
        page.unpack_next(&cursor)?;
        page.append_next(&mut cursor, &mut texts.text)?;
        texts.end()?;
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
