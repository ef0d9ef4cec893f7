//! `match` and `match_phrase`: a text's words, any, all, or in order.

use std::borrow::Cow;

use crate::analysis::{may_contain, words};
use crate::ast::{MinimumMatch, Operator};

use super::field::View;
use super::term::Equal;

/// The text's words: any, all or so many of them.
#[derive(Debug)]
pub struct MatchTest {
    pub(super) whole: String,
    /// Each word once.
    pub(super) words: Vec<String>,
    /// How many of them have to be there.
    pub(super) required: usize,
    pub(super) equal: Equal,
}

impl MatchTest {
    pub(super) fn new(text: &str, operator: Operator, minimum: Option<&MinimumMatch>) -> Self {
        let mut own: Vec<String> = words(text).map(Cow::into_owned).collect();
        own.sort_unstable();
        own.dedup();
        let required = match (minimum, operator) {
            (Some(minimum), _) => minimum.of(own.len()).max(1),
            (None, Operator::And) => own.len(),
            (None, Operator::Or) => 1,
        };
        Self {
            whole: text.to_owned(),
            words: own,
            required,
            equal: Equal::to_text(text),
        }
    }

    pub(super) fn text(&self, text: &str, view: View) -> bool {
        if view == View::Whole {
            return text == self.whole;
        }
        if self.words.is_empty() || self.required > self.words.len() {
            return false;
        }
        let mut missing: Vec<&str> = self.words.iter().map(String::as_str).collect();
        let spare = self.words.len() - self.required;
        for word in words(text) {
            if let Some(place) = missing.iter().position(|wanted| *wanted == word) {
                missing.swap_remove(place);
                if missing.len() <= spare {
                    return true;
                }
            }
        }
        false
    }
}

/// The text's words in order.
#[derive(Debug)]
pub struct PhraseTest {
    pub(super) whole: String,
    pub(super) words: Vec<String>,
    pub(super) slop: u32,
    pub(super) prefix: bool,
    pub(super) equal: Equal,
}

impl PhraseTest {
    pub(super) fn new(text: &str, slop: u32, prefix: bool) -> Self {
        Self {
            whole: text.to_owned(),
            words: words(text).map(Cow::into_owned).collect(),
            slop,
            prefix,
            equal: Equal::to_text(text),
        }
    }

    pub(super) fn text(&self, text: &str, view: View) -> bool {
        match view {
            View::Whole if self.prefix => text.starts_with(&self.whole),
            View::Whole => text == self.whole,
            View::Text if self.slop == 0 => contains_phrase(text, &self.words, self.prefix),
            View::Text => contains_sloppily(text, &self.words, self.prefix, self.slop),
        }
    }
}

/// Whether the words stand one after the other in the text; the last may be a beginning only.
pub(super) fn contains_phrase(text: &str, phrase: &[String], prefix: bool) -> bool {
    let Some((last, before)) = phrase.split_last() else {
        return false;
    };
    if !may_contain(text, last) {
        return false;
    }
    let is_last = |word: &str| {
        if prefix {
            word.starts_with(last.as_str())
        } else {
            word == last
        }
    };
    let mut here = words(text);
    loop {
        let mut ahead = here.clone();
        if before
            .iter()
            .all(|wanted| ahead.next().is_some_and(|word| word == *wanted))
        {
            match ahead.next() {
                Some(word) if is_last(&word) => return true,
                Some(_) => {}
                None => return false,
            }
        }
        if here.next().is_none() {
            return false;
        }
    }
}

/// Whether the words stand in the text with at most `slop` moves, as Lucene counts them: with each
/// word's position taken relative to its place in the phrase, the spread of positions.
fn contains_sloppily(text: &str, phrase: &[String], prefix: bool, slop: u32) -> bool {
    if phrase.is_empty() {
        return false;
    }
    let all: Vec<Cow<'_, str>> = words(text).collect();
    let last = phrase.len() - 1;
    let mut places: Vec<Vec<i64>> = Vec::with_capacity(phrase.len());
    for (at, wanted) in phrase.iter().enumerate() {
        let found: Vec<i64> = (0_i64..)
            .zip(&all)
            .filter(|(_, word)| {
                **word == *wanted || prefix && at == last && word.starts_with(wanted.as_str())
            })
            .map(|(position, _)| position - at as i64)
            .collect();
        let alike = phrase.iter().filter(|other| *other == wanted).count();
        if found.len() < alike {
            return false;
        }
        places.push(found);
    }
    smallest_spread(&places) <= i64::from(slop)
}

/// The smallest difference between largest and smallest when one is taken from each sorted list.
fn smallest_spread(lists: &[Vec<i64>]) -> i64 {
    let mut heads = vec![0; lists.len()];
    let mut best = i64::MAX;
    loop {
        let current = lists.iter().zip(&heads).map(|(list, head)| list[*head]);
        let (mut lowest, mut low, mut high) = (0, i64::MAX, i64::MIN);
        for (list, value) in current.enumerate() {
            if value < low {
                (lowest, low) = (list, value);
            }
            high = high.max(value);
        }
        best = best.min(high - low);
        heads[lowest] += 1;
        if heads[lowest] == lists[lowest].len() {
            return best;
        }
    }
}
