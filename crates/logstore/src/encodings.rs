//! The doorway of measurements and fuzzing to the encodings of segments. Not for other use: what is
//! behind it may change with every version.

use bytes::Bytes;

pub use crate::block::strings::Strings;
pub use crate::segment::codec::{booleans, floats, integers, text};

/// Lines as a column of text in two pages. They come back, all of them and one of each page alone.
///
/// # Panics
/// When that is not so.
pub fn lines_come_back(lines: &str) {
    let texts: Strings = lines.split('\n').collect();
    let half = texts.len() / 2;
    let mut encoder = text::TextEncoder::new();
    let mut tokens = Vec::new();
    let pages = [0..half, half..texts.len()].map(|range| {
        let mut page = Vec::new();
        encoder.page(&texts, range.clone(), &mut page, &mut tokens);
        (range, page)
    });
    let mut dictionary = Vec::new();
    encoder.finish(&mut dictionary);
    let dictionary = text::TextDictionary::decode(&dictionary).expect("what an encoder wrote");
    for (range, page) in pages {
        let back = text::decode_page(&page, &dictionary).expect("what an encoder wrote");
        assert!(back.iter().eq(range.clone().map(|at| texts.get(at))));
        if let Some(last) = range.len().checked_sub(1) {
            let one = some(&page, &dictionary, last as u32).expect("what an encoder wrote");
            assert_eq!(one.get(0), back.get(last));
        }
    }
}

/// Any bytes as the dictionary and a page of a column of text, and as pages of the other kinds: each is
/// read or refused.
///
/// # Panics
/// When what is read of a page of text depends on how it is read.
pub fn any_pages(bytes: &[u8]) {
    let _ = integers::decode(bytes);
    let _ = integers::decode_u32(bytes);
    let _ = floats::decode(bytes);
    let _ = booleans::decode(bytes);
    let Some((length, rest)) = bytes.split_first() else {
        return;
    };
    let Some((dictionary, page)) = rest.split_at_checked(usize::from(*length)) else {
        return;
    };
    let Some(dictionary) = text::TextDictionary::decode(dictionary) else {
        return;
    };
    if let Some(texts) = text::decode_page(page, &dictionary)
        && !texts.is_empty()
    {
        let first = some(page, &dictionary, 0).expect("a text of a page that can be read");
        assert_eq!(first.get(0), texts.get(0));
    }
}

fn some(page: &[u8], dictionary: &text::TextDictionary, place: u32) -> Option<Strings> {
    let page = text::TextPage::take(Bytes::copy_from_slice(page))?;
    page.some(dictionary, &[place])
}
