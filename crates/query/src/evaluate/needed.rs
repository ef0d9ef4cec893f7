//! Words without which a text cannot satisfy a test: what a token index may rule out.

use crate::analysis::words;
use crate::ast::Case;

use super::field::View;
use super::term::TermTest;
use super::test::ValueTest;

/// A condition on the words of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeededWords {
    /// Any text may satisfy the test.
    Unknown,
    /// A text that satisfies the test holds all words of one of these; with none, no text does.
    AnyOf(Vec<Vec<String>>),
}

pub(super) fn needed_words(test: &ValueTest, view: View) -> NeededWords {
    let all = |text: &str| NeededWords::AnyOf(vec![own_words(text)]);
    match (test, view) {
        (ValueTest::Match(test), View::Whole) => all(&test.whole),
        (ValueTest::Phrase(test), View::Whole) if !test.prefix => all(&test.whole),
        (ValueTest::Match(test), View::Text) => {
            if test.words.is_empty() {
                NeededWords::AnyOf(Vec::new())
            } else if test.required >= test.words.len() {
                NeededWords::AnyOf(vec![test.words.clone()])
            } else {
                NeededWords::AnyOf(test.words.iter().map(|word| vec![word.clone()]).collect())
            }
        }
        (ValueTest::Phrase(test), View::Text) => {
            let certain = test.words.len() - usize::from(test.prefix && !test.words.is_empty());
            if test.words.is_empty() {
                NeededWords::AnyOf(Vec::new())
            } else if certain == 0 {
                NeededWords::Unknown
            } else {
                NeededWords::AnyOf(vec![test.words[..certain].to_vec()])
            }
        }
        (ValueTest::Term(test), view) => match of_term(test, view) {
            Some(needed) => NeededWords::AnyOf(needed.into_iter().collect()),
            None => NeededWords::Unknown,
        },
        (ValueTest::Terms(test), view) => test
            .terms
            .iter()
            .map(|term| of_term(term, view))
            .collect::<Option<Vec<_>>>()
            .map_or(NeededWords::Unknown, |needed| {
                NeededWords::AnyOf(needed.into_iter().flatten().collect())
            }),
        _ => NeededWords::Unknown,
    }
}

/// Characters that a text has to hold in some case to satisfy a test, when the test is a pattern or
/// begins a word. Only ever said of texts and tests in ASCII, where case changes no length.
pub(super) fn needed_characters(test: &ValueTest) -> Option<&str> {
    let characters = match test {
        ValueTest::Prefix(test) => test.beginning(),
        ValueTest::Pattern(test) => test.literal(),
        ValueTest::Phrase(test) if test.prefix => test.words.last()?,
        _ => return None,
    };
    (characters.is_ascii() && !characters.is_empty()).then_some(characters)
}

/// The words that a term needs: `None` when unknown, `Some(None)` when no text has it.
fn of_term(test: &TermTest, view: View) -> Option<Option<Vec<String>>> {
    match view {
        View::Text if test.words.is_empty() => Some(None),
        View::Text => Some(Some(test.words.clone())),
        // Beyond ASCII, changing the case may change what is a word.
        View::Whole if test.case == Case::Insensitive && !test.whole.is_ascii() => None,
        View::Whole => Some(Some(own_words(&test.whole))),
    }
}

fn own_words(text: &str) -> Vec<String> {
    words(text).map(|word| word.into_owned()).collect()
}
