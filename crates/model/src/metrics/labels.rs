//! The labels of a series: a small sorted map of strings in one allocation.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The label that holds a metric's name.
pub const METRIC_NAME: &str = "__name__";

/// Sorted by name, no name twice, no empty value. Cheap to clone.
///
/// Packed into one string: for each label the name's length, the name, the value's length, the value. A
/// length is written in ASCII characters of six bits each, so that the whole stays UTF-8 and every part
/// can be cut out of it without being checked again.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Labels(Arc<str>);

impl Default for Labels {
    fn default() -> Self {
        Self::empty()
    }
}

impl Labels {
    /// No label at all.
    pub fn empty() -> Self {
        Self(Arc::from(""))
    }

    /// From pairs in any order. Of a name that is there twice the last value counts; empty values are no
    /// labels, as in Prometheus.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let mut builder = LabelsBuilder::default();
        for (name, value) in pairs {
            builder.set(name, value);
        }
        builder.build()
    }

    /// From pairs that are as labels have to be already: sorted by name, no name twice, no empty value. That
    /// is how other programs send them, and needs no map. `None` when they are not.
    pub fn from_sorted<'a>(
        pairs: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    ) -> Option<Self> {
        let mut previous: Option<&str> = None;
        for (name, value) in pairs.clone() {
            if value.is_empty() || previous.is_some_and(|previous| previous >= name) {
                return None;
            }
            previous = Some(name);
        }
        Some(pack(pairs))
    }

    /// Every label, by name.
    pub fn iter(&self) -> Iter<'_> {
        Iter(&self.0)
    }

    /// The value of a label. Labels that are not there have the empty value in queries.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(each, _)| *each == name)
            .map(|(_, value)| value)
    }

    /// The metric's name, when it has one.
    pub fn metric_name(&self) -> Option<&str> {
        self.get(METRIC_NAME)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A builder that starts with these.
    pub fn to_builder(&self) -> LabelsBuilder {
        LabelsBuilder(
            self.iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }

    /// The labels without some, such as the metric's name.
    pub fn without(&self, names: &[&str]) -> Self {
        pack(self.iter().filter(|(name, _)| !names.contains(name)))
    }

    /// The labels with some only.
    pub fn keep(&self, names: &[&str]) -> Self {
        pack(self.iter().filter(|(name, _)| names.contains(name)))
    }

    /// The packed form: what tells two label sets apart, in one piece, for hashing and for disk.
    pub fn packed(&self) -> &str {
        &self.0
    }

    /// Labels from their packed form. `None` when the text is no packed form.
    pub fn from_packed(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut previous: Option<&str> = None;
        while !rest.is_empty() {
            let name = checked_part(&mut rest)?;
            let value = checked_part(&mut rest)?;
            if value.is_empty() || previous.is_some_and(|previous| previous >= name) {
                return None;
            }
            previous = Some(name);
        }
        Some(Self(Arc::from(text)))
    }
}

/// Prometheus's order of series: label by label, by name and then value; of two that agree as far as the
/// shorter goes, the shorter is first.
impl Ord for Labels {
    fn cmp(&self, other: &Self) -> Ordering {
        // What both begin with is passed over as bytes: series that are compared are mostly alike.
        let (mine, theirs) = (self.0.as_bytes(), other.0.as_bytes());
        let pairs = mine.iter().zip(theirs);
        let Some(shared) = pairs.into_iter().position(|(one, other)| one != other) else {
            return mine.len().cmp(&theirs.len());
        };
        let (mut rest, mut begin) = (self.iter(), 0);
        loop {
            let before = rest.clone();
            rest.next();
            let end = self.0.len() - rest.0.len();
            if end > shared || rest.0.is_empty() {
                return before.cmp(Iter(&other.0[begin..]));
            }
            begin = end;
        }
    }
}

impl PartialOrd for Labels {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `{a="1", b="2"}`, every name in its place; names that are no identifiers stand in quotes.
impl fmt::Debug for Labels {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("{")?;
        for (position, (name, value)) in self.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            if is_legacy_label_name(name) {
                write!(out, "{separator}{name}={value:?}")?;
            } else {
                write!(out, "{separator}{name:?}={value:?}")?;
            }
        }
        out.write_str("}")
    }
}

impl<'a> IntoIterator for &'a Labels {
    type Item = (&'a str, &'a str);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// Walks over labels by name.
#[derive(Clone)]
pub struct Iter<'a>(&'a str);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        Some((part(&mut self.0), part(&mut self.0)))
    }
}

/// Collects labels one by one.
#[derive(Debug, Clone, Default)]
pub struct LabelsBuilder(BTreeMap<String, String>);

impl LabelsBuilder {
    /// Sets a label; the empty value removes it.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) -> &mut Self {
        let (name, value) = (name.into(), value.into());
        if value.is_empty() {
            self.0.remove(&name);
        } else {
            self.0.insert(name, value);
        }
        self
    }

    /// Removes a label.
    pub fn remove(&mut self, name: &str) -> &mut Self {
        self.0.remove(name);
        self
    }

    /// The value that is set now.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// What is set now, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The finished labels.
    pub fn build(&self) -> Labels {
        pack(self.iter())
    }
}

/// Whether a name is an identifier as label names had to be before Prometheus 3.
pub fn is_legacy_label_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

/// Whether a name is an identifier as metric names had to be before Prometheus 3: label names and `:`.
pub fn is_legacy_metric_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first == b'_' || first == b':' || first.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte == b':' || byte.is_ascii_alphanumeric())
}

fn pack<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> Labels {
    let mut packed = String::with_capacity(USUAL_BYTES);
    for (name, value) in labels {
        for text in [name, value] {
            push_length(&mut packed, text.len());
            packed.push_str(text);
        }
    }
    Labels(Arc::from(packed))
}

/// Room for the labels of most series, so that packing them grows nothing.
const USUAL_BYTES: usize = 256;

const MORE: u8 = 0x40;

fn push_length(packed: &mut String, mut length: usize) {
    while length >= usize::from(MORE) {
        packed.push(char::from(MORE | (length as u8 & (MORE - 1))));
        length >>= 6;
    }
    packed.push(char::from(length as u8));
}

fn part<'a>(rest: &mut &'a str) -> &'a str {
    let (mut length, mut shift) = (0, 0);
    let bytes = rest.as_bytes();
    let mut used = 0;
    loop {
        let byte = bytes[used];
        used += 1;
        length |= usize::from(byte & (MORE - 1)) << shift;
        shift += 6;
        if byte & MORE == 0 {
            break;
        }
    }
    let (part, after) = rest[used..].split_at(length);
    *rest = after;
    part
}

fn checked_part<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let (mut length, mut shift) = (0_usize, 0_u32);
    let mut used = 0;
    loop {
        let byte = *rest.as_bytes().get(used)?;
        if byte >= 0x80 || shift > 30 {
            return None;
        }
        used += 1;
        length |= usize::from(byte & (MORE - 1)) << shift;
        shift += 6;
        if byte & MORE == 0 {
            break;
        }
    }
    let after_length = rest.get(used..)?;
    let part = after_length.get(..length)?;
    *rest = after_length.get(length..)?;
    Some(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_sorted_unique_and_without_empty_values() {
        let labels = Labels::from_pairs([("b", "1"), ("a", "x"), ("b", "2"), ("c", "")]);
        assert_eq!(labels.iter().collect::<Vec<_>>(), [("a", "x"), ("b", "2")]);
        assert_eq!(labels.get("b"), Some("2"));
        assert_eq!(labels.get("c"), None);
        assert_eq!(labels.without(&["a"]), Labels::from_pairs([("b", "2")]));
        assert_eq!(format!("{labels:?}"), r#"{a="x", b="2"}"#);
    }

    #[test]
    fn long_and_foreign_values_survive_packing() {
        for length in [0, 1, 63, 64, 65, 4_095, 4_096, 300_000] {
            let value = format!("é{}", "x".repeat(length));
            let labels = Labels::from_pairs([("naïve name", value.as_str()), ("z", "ü")]);
            assert_eq!(labels.get("naïve name"), Some(value.as_str()));
            assert_eq!(Labels::from_packed(labels.packed()), Some(labels));
        }
    }

    #[test]
    fn sorted_pairs_need_no_builder_and_others_are_told() {
        let sorted = [("__name__", "up"), ("job", "api")];
        assert_eq!(
            Labels::from_sorted(sorted.into_iter()),
            Some(Labels::from_pairs(sorted))
        );
        for wrong in [
            [("b", "1"), ("a", "2")],
            [("a", "1"), ("a", "2")],
            [("a", "1"), ("b", "")],
        ] {
            assert_eq!(Labels::from_sorted(wrong.into_iter()), None, "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_packed_form_is_refused() {
        for text in [
            "\u{1}",
            "\u{1}a",
            "\u{1}a\u{5}b",
            "é",
            "\u{1}b\u{1}x\u{1}a\u{1}x",
            "\u{1}a\0",
        ] {
            assert_eq!(Labels::from_packed(text), None, "{text:?}");
        }
    }

    #[test]
    fn order_is_that_of_names_and_values() {
        let texts = [
            "",
            "a",
            "aa",
            "ab",
            "b",
            &"x".repeat(70),
            &format!("{}y", "x".repeat(69)),
        ];
        let mut all = Vec::new();
        for one in texts {
            for other in texts {
                all.push(Labels::from_pairs([("a", one), ("b", other)]));
                all.push(Labels::from_pairs([("a", one), ("aa", other), ("c", one)]));
            }
        }
        for one in &all {
            for other in &all {
                assert_eq!(
                    one.cmp(other),
                    one.iter().cmp(other.iter()),
                    "{one:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn order_is_by_labels_and_not_by_their_packing() {
        let order = |a: &[(&str, &str)], b: &[(&str, &str)]| {
            Labels::from_pairs(a.iter().copied()).cmp(&Labels::from_pairs(b.iter().copied()))
        };
        assert_eq!(order(&[("a", "zz")], &[("b", "a")]), Ordering::Less);
        assert_eq!(order(&[("a", "bb")], &[("a", "c")]), Ordering::Less);
        assert_eq!(
            order(&[("a", "b")], &[("a", "b"), ("c", "d")]),
            Ordering::Less
        );
    }
}
