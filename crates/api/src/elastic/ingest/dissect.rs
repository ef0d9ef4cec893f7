//! Dissect patterns: a line taken apart at the texts that stand between its fields, without expressions.

use std::collections::BTreeMap;

use swarmscope_model::limits::MAX_DISSECT_KEYS;

use super::super::errors::ElasticError;
use super::room::Room;

/// A pattern, read.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    /// What stands before the first field.
    head: String,
    parts: Vec<Part>,
    /// What stands between the parts of a field that is put together.
    between: String,
}

/// A field and what stands behind it.
#[derive(Debug)]
struct Part {
    key: Key,
    name: String,
    /// Whether what stands behind may come several times.
    skips_padding: bool,
    behind: String,
}

/// What becomes of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Field,
    Skipped,
    /// Added to the field, in this order.
    Added(usize),
    /// The name of a field …
    Name,
    /// … and its value.
    Value,
}

/// Why a pattern is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PatternError {
    /// No field is in it.
    #[error("Unable to parse pattern: {0} Reason: Unable to find any keys or delimiters.")]
    NoKeys(String),
    /// The name of a value is missing, or the other way round.
    #[error(
        "Unable to parse pattern: {0} Reason: '*' and '&' have to come in pairs of the same name"
    )]
    Unpaired(String),
    /// It would take long with every line.
    #[error("Unable to parse pattern: it has more than {MAX_DISSECT_KEYS} keys")]
    TooMany,
    /// A key that says too much or nothing.
    #[error("Unable to parse key: {0} Reason: {1}")]
    Key(String, &'static str),
}

impl Pattern {
    /// Reads a pattern. `between` joins the parts of fields that are put together.
    ///
    /// # Errors
    /// When it has no field, or a key cannot be.
    pub fn read(text: &str, between: &str) -> Result<Self, PatternError> {
        let no_keys = || PatternError::NoKeys(text.to_owned());
        let (head, mut rest) = text.split_once("%{").ok_or_else(no_keys)?;
        let mut parts = Vec::new();
        loop {
            if parts.len() == MAX_DISSECT_KEYS {
                return Err(PatternError::TooMany);
            }
            let (key, behind) = rest.split_once('}').ok_or_else(no_keys)?;
            let (behind, next) = match behind.split_once("%{") {
                Some((behind, next)) => (behind, Some(next)),
                None => (behind, None),
            };
            parts.push(part(key, behind, parts.len())?);
            match next {
                Some(next) => rest = next,
                None => break,
            }
        }
        let names = |key: Key| {
            let mut names: Vec<&str> = parts
                .iter()
                .filter(|part| part.key == key)
                .map(|part| part.name.as_str())
                .collect();
            names.sort_unstable();
            names
        };
        if names(Key::Name) != names(Key::Value) {
            return Err(PatternError::Unpaired(text.to_owned()));
        }
        Ok(Self {
            text: text.to_owned(),
            head: head.to_owned(),
            parts,
            between: between.to_owned(),
        })
    }

    /// As it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields of a line, if it is as the pattern says.
    ///
    /// # Errors
    /// When there is no room for them.
    pub fn values(
        &self,
        line: &str,
        room: &mut Room,
    ) -> Result<Option<Vec<(String, String)>>, ElasticError> {
        let found = self.found(line);
        found.map(|found| self.fields(&found, room)).transpose()
    }

    fn found<'l>(&self, line: &'l str) -> Option<Vec<(&Part, &'l str)>> {
        let mut rest = line.strip_prefix(self.head.as_str())?;
        let mut found = Vec::with_capacity(self.parts.len());
        for (place, part) in self.parts.iter().enumerate() {
            let is_last = place + 1 == self.parts.len();
            let value = match (part.behind.as_str(), is_last) {
                ("", true) => std::mem::take(&mut rest),
                // Nothing stands between two fields: the first is empty.
                ("", false) => "",
                (behind, _) => {
                    let (value, after) = rest.split_once(behind)?;
                    rest = after;
                    if part.skips_padding {
                        rest = rest.trim_start_matches(behind);
                    }
                    value
                }
            };
            found.push((part, value));
        }
        Some(found)
    }

    fn fields(
        &self,
        found: &[(&Part, &str)],
        room: &mut Room,
    ) -> Result<Vec<(String, String)>, ElasticError> {
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut joined: BTreeMap<&str, Vec<(usize, &str)>> = BTreeMap::new();
        for (part, value) in found {
            let name = part.name.as_str();
            match part.key {
                Key::Skipped | Key::Value => {}
                Key::Added(place) => joined.entry(name).or_default().push((place, value)),
                // What is added to it, if anything, comes behind it.
                Key::Field if self.is_added_to(name) => {
                    joined.entry(name).or_default().push((0, value));
                }
                Key::Field => {
                    room.take(name.len() + value.len())?;
                    fields.push((name.to_owned(), (*value).to_owned()));
                }
                Key::Name => {
                    let of_name =
                        |(part, _): &&(&Part, &str)| part.key == Key::Value && part.name == name;
                    if let Some((_, own)) = found.iter().find(of_name) {
                        room.take(value.len() + own.len())?;
                        fields.push(((*value).to_owned(), (*own).to_owned()));
                    }
                }
            }
        }
        for (name, mut values) in joined {
            values.sort_by_key(|(place, _)| *place);
            let values: Vec<&str> = values.into_iter().map(|(_, value)| value).collect();
            room.take(name.len() + self.between.len().saturating_mul(values.len() - 1))?;
            room.take(values.iter().map(|value| value.len()).sum())?;
            fields.push((name.to_owned(), values.join(&self.between)));
        }
        Ok(fields)
    }

    fn is_added_to(&self, name: &str) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| matches!(part.key, Key::Added(_)) && part.name == name)
    }
}

/// `place` is that of the part in the pattern: the order in which values are added that say none.
fn part(given: &str, behind: &str, place: usize) -> Result<Part, PatternError> {
    let wrong = |reason| PatternError::Key(given.to_owned(), reason);
    let (key, skips_padding) = match given.strip_suffix("->") {
        Some(key) => (key, true),
        None => (given, false),
    };
    let (kind, name) = match key.chars().next() {
        None => (Key::Skipped, ""),
        Some('?') => (Key::Skipped, &key[1..]),
        Some('*') => (Key::Name, &key[1..]),
        Some('&') => (Key::Value, &key[1..]),
        Some('+') => {
            let (name, order) = match key[1..].split_once('/') {
                None => (&key[1..], place + 1),
                Some((name, order)) => {
                    let order = order.parse().map_err(|_| wrong("the order is no number"))?;
                    (name, order)
                }
            };
            (Key::Added(order), name)
        }
        Some(_) => (Key::Field, key),
    };
    if name.is_empty() && kind != Key::Skipped {
        return Err(wrong("The key name could not be determined"));
    }
    Ok(Part {
        key: kind,
        name: name.to_owned(),
        skips_padding,
        behind: behind.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pattern: &str, line: &str) -> Option<Vec<(String, String)>> {
        let pattern = Pattern::read(pattern, " ").expect("a pattern");
        let values = pattern.values(line, &mut Room::default());
        values.unwrap_or_else(|error| panic!("{}", error.reason()))
    }

    fn pairs(expected: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        let expected = expected.iter();
        Some(
            expected
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn modifiers_do_what_the_documentation_says() {
        for (pattern, line, expected) in [
            (
                "%{a} %{b} %{c}",
                "foo bar baz qux",
                pairs(&[("a", "foo"), ("b", "bar"), ("c", "baz qux")]),
            ),
            (
                "%{ts->} %{level}",
                "1998-08-10     WARN",
                pairs(&[("ts", "1998-08-10"), ("level", "WARN")]),
            ),
            (
                "%{+name} %{+name} %{+name}",
                "john jacob schmidt",
                pairs(&[("name", "john jacob schmidt")]),
            ),
            (
                "%{+name/2} %{+name/4} %{+name/1}",
                "a b c",
                pairs(&[("name", "c a b")]),
            ),
            (
                "%{name} %{x} %{+name}",
                "a b c",
                pairs(&[("x", "b"), ("name", "a c")]),
            ),
            (
                "%{clientip} %{?ident} %{} [%{at}]",
                "1.2.3.4 - - [now]",
                pairs(&[("clientip", "1.2.3.4"), ("at", "now")]),
            ),
            (
                "[%{ts}] %{*p1}:%{&p1} %{*p2}:%{&p2}",
                "[t] ip:1.2.3.4 error:REFUSED",
                pairs(&[("ts", "t"), ("ip", "1.2.3.4"), ("error", "REFUSED")]),
            ),
            ("%{a},%{b}", "no comma", None),
            ("<%{a}", "x<1", None),
        ] {
            assert_eq!(values(pattern, line), expected, "{pattern} on {line}");
        }
    }

    #[test]
    fn what_is_put_together_takes_its_room_before_it_is() {
        let between = "-".repeat(600);
        let pattern = Pattern::read("%{+a} %{+a} %{+a}", &between).expect("a pattern");
        let fits = |room: usize| pattern.values("x y z", &mut Room::new(room, "")).is_ok();
        assert!(fits(1204) && !fits(1203));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        let keys = |count: usize| "%{a} ".repeat(count);
        assert!(Pattern::read(&keys(MAX_DISSECT_KEYS), "").is_ok());
        let refused = Pattern::read(&keys(MAX_DISSECT_KEYS + 1), "").err();
        assert_eq!(refused, Some(PatternError::TooMany));
        for pattern in [
            "bad pattern",
            "%{a",
            "%{*a}:%{b}",
            "%{+}",
            "%{+a/x}",
            "%{&a} x",
        ] {
            assert!(Pattern::read(pattern, "").is_err(), "{pattern}");
        }
    }
}
