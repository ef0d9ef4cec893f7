//! Reads pages of text: all of them, or the texts that are wanted.

use bytes::{Buf, Bytes};
use swarmscope_model::limits::MAX_PAGE_BYTES;

use super::dictionary::TextDictionary;
use super::finder::WordFinder;
use super::layout::{PLAIN, SPLIT};
use super::pieces::Pieces;
use super::split_page::SplitPage;
use crate::block::strings::Strings;

/// How much longer than its page a text may be for room to be made before it is read.
const TRUSTED_RATIO: usize = 64;

/// A page of text that is kept as it is on disk, as far as nobody has asked for what is in it.
#[derive(Debug)]
pub struct TextPage {
    bytes: usize,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Plain(Pieces),
    Split(Box<SplitPage>),
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

impl TextPage {
    /// Takes all of `page` as a page of text; `None` when it is none.
    pub fn take(mut page: Bytes) -> Option<Self> {
        let bytes = page.len();
        let form = match page.try_get_u8().ok()? {
            PLAIN => {
                let pieces = Pieces::take(&mut page)?;
                page.is_empty().then_some(Form::Plain(pieces))?
            }
            SPLIT => Form::Split(Box::new(SplitPage::take(page)?)),
            _ => return None,
        };
        Some(Self { bytes, form })
    }

    /// Memory it takes at most.
    pub fn memory(&self) -> usize {
        self.bytes
            + match &self.form {
                Form::Plain(pieces) => pieces.memory(),
                Form::Split(page) => page.memory(),
            }
    }

    /// All its texts; `None` when they cannot be read.
    pub fn into_texts(self, dictionary: &TextDictionary) -> Option<Strings> {
        match self.form {
            Form::Plain(pieces) => {
                let (ends, text) = pieces.read()?;
                Strings::from_parts(ends, String::from_utf8(text).ok()?)
            }
            Form::Split(page) => {
                let trusted = self.bytes.saturating_mul(TRUSTED_RATIO);
                let room = page.text_bytes().min(trusted);
                let mut ends = Ends::with_capacity(page.len(), page.text_bytes());
                let mut text = Vec::with_capacity(room);
                page.append_all(dictionary, &mut text, |text| ends.push(text.len()))?;
                (text.len() == page.text_bytes()).then(|| ends.finish(text))?
            }
        }
    }

    /// The different texts of a page on which every text is a UUID in lower case and nothing else; `None` of
    /// other pages.
    pub fn distinct_uuids(&self, dictionary: &TextDictionary) -> Option<Vec<[u8; 16]>> {
        match &self.form {
            Form::Plain(_) => None,
            Form::Split(page) => page.distinct_uuids(dictionary),
        }
    }

    /// The texts at places; `None` when they cannot be read, or the page has no such place.
    pub fn some(&self, dictionary: &TextDictionary, places: &[u32]) -> Option<Strings> {
        let mut text = Vec::new();
        let limit = match &self.form {
            Form::Plain(_) => MAX_PAGE_BYTES,
            // No place twice would be longer than all; some are asked for twice.
            Form::Split(page) => page.text_bytes().saturating_mul(places.len().max(1)),
        };
        let mut ends = Ends::with_capacity(places.len(), limit);
        let mut unpacked = None;
        for place in places {
            match &self.form {
                Form::Plain(pieces) => text.extend_from_slice(pieces.get(*place as usize)?),
                Form::Split(page) => {
                    page.append(dictionary, *place, &mut unpacked, &mut text)?;
                }
            }
            ends.push(text.len())?;
        }
        ends.finish(text)
    }

    /// The texts that may hold what the finder looks for, where there is one, and that are `wanted`; `None`
    /// when they cannot be read.
    pub fn selected(
        &self,
        dictionary: &TextDictionary,
        finder: Option<&mut WordFinder>,
        wanted: impl Fn(u32) -> bool,
    ) -> Option<Selected> {
        let Form::Split(page) = &self.form else {
            return Some(Selected::All);
        };
        let mut places = match finder {
            Some(finder) => match finder.places(dictionary, page)? {
                Some(places) => places,
                None => return Some(Selected::All),
            },
            None => (0..page.len() as u32).collect(),
        };
        places.retain(|place| wanted(*place));
        if places.len() * FEW > page.len() {
            return Some(Selected::All);
        }
        let texts = self.some(dictionary, &places)?;
        Some(Selected::Some(places, texts))
    }
}

/// Reads all of `bytes` as a page of text; `None` when they are none.
pub fn decode_page(bytes: &[u8], dictionary: &TextDictionary) -> Option<Strings> {
    TextPage::take(Bytes::copy_from_slice(bytes))?.into_texts(dictionary)
}

/// Where texts under construction end, which are not yet known to be text.
#[derive(Debug)]
struct Ends {
    ends: Vec<u32>,
    /// Length of all of them at most.
    limit: usize,
}

impl Ends {
    fn with_capacity(count: usize, limit: usize) -> Self {
        Self {
            ends: Vec::with_capacity(count),
            limit: limit.min(MAX_PAGE_BYTES),
        }
    }

    fn push(&mut self, end: usize) -> Option<()> {
        self.ends.push((end <= self.limit).then_some(end as u32)?);
        Some(())
    }

    fn finish(self, text: Vec<u8>) -> Option<Strings> {
        Strings::from_parts(self.ends, String::from_utf8(text).ok()?)
    }
}
