//! Tells at once which texts of a page cannot hold the words that a test needs: one search for a word
//! in all texts of the page instead of a look at each.
//!
//! Only ever rules out; what is left is tested.

use memchr::memmem::Finder;
use swarmscope_query::evaluate::{NeededWords, ValueTest, View};

use crate::block::strings::Strings;

/// Alternatives beyond which looking at each text costs less.
const MAX_ALTERNATIVES: usize = 4;

/// What is looked for.
pub struct Prefilter {
    /// In lower case; a text that the test holds for has one of them.
    needed: Vec<Finder<'static>>,
}

impl Prefilter {
    /// For a test; `None` when every text may satisfy it.
    pub fn new(test: &ValueTest, view: View) -> Option<Self> {
        let needed = needed(test, view)?;
        let finders = needed.iter().map(|text| Finder::new(text).into_owned());
        Some(Self {
            needed: finders.collect(),
        })
    }

    /// The places of texts that the test may hold for, in order. `None` when every text may.
    pub fn places(&self, strings: &Strings) -> Option<Vec<usize>> {
        // Beyond ASCII, other letters may be the wanted ones in lower case.
        if !strings.text().is_ascii() {
            return None;
        }
        let lower = strings.text().to_ascii_lowercase();
        let mut places = Vec::new();
        for wanted in &self.needed {
            let mut from = 0;
            while let Some(at) = wanted.find(&lower.as_bytes()[from..]) {
                let place = strings.place_at(from + at);
                places.push(place);
                from = strings.end(place);
            }
        }
        places.sort_unstable();
        places.dedup();
        Some(places)
    }
}

/// In lower case, characters of which a text has to hold one of these. `None` when they are unknown.
fn needed(test: &ValueTest, view: View) -> Option<Vec<String>> {
    let NeededWords::AnyOf(alternatives) = test.needed_words(view) else {
        return Some(vec![test.needed_characters()?.to_ascii_lowercase()]);
    };
    if alternatives.len() > MAX_ALTERNATIVES {
        return None;
    }
    let alternatives = alternatives.into_iter();
    alternatives
        .map(|words| {
            let longest = words.into_iter().max_by_key(String::len)?;
            longest.is_ascii().then_some(longest)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use swarmscope_query::ast::{Case, Field, Operator, Query};
    use swarmscope_query::document::ValueRef;
    use swarmscope_query::evaluate::{Matcher, compile};

    proptest! {
        #[test]
        fn no_text_is_ruled_out_that_the_test_holds_for(
            texts in prop::collection::vec("([aAbBkK\u{212a}é]{0,3}[ .-]?){0,4}", 0..12),
            asked in "[abk]{1,3}( [abk]{1,2})?",
            form in 0..4,
            case in prop::sample::select(vec![Case::AsGiven, Case::Analyzed, Case::Insensitive]),
        ) {
            let field = Field::from_text("f");
            let query = match form {
                0 | 1 => Query::Match {
                    field,
                    text: asked,
                    operator: if form == 0 { Operator::And } else { Operator::Or },
                    minimum: None,
                },
                2 => Query::Prefix { field, value: asked, case },
                _ => Query::Wildcard { field, pattern: format!("*{asked}?*"), case },
            };
            let Ok(Matcher::Leaf { test, .. }) = compile(&query) else {
                return Ok(());
            };
            let strings: Strings = texts.iter().collect();
            for view in [View::Text, View::Whole] {
                let prefilter = Prefilter::new(&test, view);
                let Some(places) = prefilter.and_then(|prefilter| prefilter.places(&strings)) else {
                    continue;
                };
                for (at, text) in texts.iter().enumerate() {
                    if test.holds("f", ValueRef::Text(text), view) {
                        prop_assert!(places.contains(&at), "{text:?} of {texts:?}");
                    }
                }
            }
        }
    }
}
