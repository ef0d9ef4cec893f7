//! Patterns that are asked of every value of a label: a hundred thousand times in one query.
//!
//! It never decides what a pattern means; that is for `matcher::anchored`.

use std::sync::Arc;

use regex::Regex;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, Input};

use super::matcher::{InvalidMatcher, anchored};
use crate::limits::MAX_QUICK_PATTERN_BYTES;

/// A pattern that has to match a whole value.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    regex: Regex,
    /// The same as one table of states, unless that would be large. Values are short, and the table has
    /// nothing to set up for each of them.
    table: Option<Arc<dense::DFA<Vec<u32>>>>,
}

impl Pattern {
    /// # Errors
    /// As [`anchored`].
    pub(super) fn new(pattern: &str) -> Result<Self, InvalidMatcher> {
        let regex = anchored(pattern)?;
        let table = table(regex.as_str());
        Ok(Self { regex, table })
    }

    pub(super) fn matches(&self, value: &str) -> bool {
        let found = self.table.as_ref().and_then(|table| {
            let input = Input::new(value).anchored(Anchored::Yes).earliest(true);
            table.try_search_fwd(&input).ok()
        });
        // Without a table, or where the table gives up.
        found.map_or_else(|| self.regex.is_match(value), |end| end.is_some())
    }
}

fn table(pattern: &str) -> Option<Arc<dense::DFA<Vec<u32>>>> {
    let size = Some(MAX_QUICK_PATTERN_BYTES);
    dense::Builder::new()
        .configure(
            dense::Config::new()
                .start_kind(StartKind::Anchored)
                .dfa_size_limit(size)
                .determinize_size_limit(size),
        )
        .thompson(thompson::Config::new().nfa_size_limit(size))
        .build(pattern)
        .ok()
        .map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_the_expression_says() {
        let values = [
            "",
            "a",
            "ab",
            "abc",
            "pod-123",
            "pod-125\n",
            "é",
            "xaby",
            "ABC",
            "a b",
        ];
        for text in [
            "",
            ".*",
            ".+",
            "a",
            "a|ab",
            "pod-.*[25]",
            "(?i)abc",
            "a.?",
            "[^a]*",
            "\\w+",
            "a\\b.*",
            "x(a|b)+y",
            "(?s).*",
            "^a$",
            "a$|b",
        ] {
            let pattern = Pattern::new(text).expect(text);
            for value in values {
                let expected = pattern.regex.is_match(value);
                assert_eq!(pattern.matches(value), expected, "{text:?} on {value:?}");
            }
        }
    }

    #[test]
    fn large_patterns_do_without_a_table() {
        // It has to remember which of the last twenty letters were an a.
        let pattern = Pattern::new("[ab]*a[ab]{20}x").expect("a pattern");
        assert!(pattern.table.is_none());
        assert!(
            pattern.matches(&format!("ba{}x", "b".repeat(20)))
                && !pattern.matches(&format!("bb{}x", "b".repeat(20)))
        );
    }
}
