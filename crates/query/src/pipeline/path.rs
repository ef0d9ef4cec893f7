//! `buckets_path`: the way from a bucket to a number, such as `a>b.max`, `a['key']>b[50.0]` or `_count`.

/// The names on the way, a key of a bucket in single quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    text: String,
    elements: Vec<Element>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Element {
    name: String,
    key: Option<String>,
}

/// A path that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid path element [{element}] in path [{path}]")]
pub struct BadPath {
    element: String,
    path: String,
}

impl Path {
    /// Reads a path.
    ///
    /// # Errors
    /// When a bracket or point has nothing before or behind it.
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        let parts: Vec<&str> = text.split('>').collect();
        let elements = parts.iter().enumerate().map(|(place, part)| {
            element(part, place + 1 == parts.len()).ok_or_else(|| BadPath {
                element: (*part).to_owned(),
                path: text.to_owned(),
            })
        });
        Ok(Self {
            text: text.to_owned(),
            elements: elements.collect::<Result<_, _>>()?,
        })
    }

    /// As it was given.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the aggregations on the way.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.elements.iter().map(|element| element.name.as_str())
    }

    /// Whether a bucket is chosen by its key, of each name on the way.
    pub fn keyed(&self) -> impl Iterator<Item = bool> {
        let quoted = |key: &String| key.starts_with('\'') && key.ends_with('\'') && key.len() > 1;
        self.elements
            .iter()
            .map(move |element| element.key.as_ref().is_some_and(quoted))
    }

    /// Whether a bucket's own number is meant: `_count` or `_key`.
    pub fn is_of_bucket(&self) -> bool {
        let first = self.names().next();
        matches!(first, Some("_count" | "_key" | "_bucket_count"))
    }

    /// Names and keys, one after the other.
    pub(super) fn steps(&self) -> Vec<&str> {
        let own = self.elements.iter();
        own.flat_map(|element| std::iter::once(element.name.as_str()).chain(element.key.as_deref()))
            .collect()
    }
}

/// A name, with what stands in brackets or, at the end of a path, behind the last point.
fn element(text: &str, is_last: bool) -> Option<Element> {
    let (name, key) = if let Some(at) = text.rfind('[') {
        (&text[..at], Some(text[at + 1..].strip_suffix(']')?))
    } else if let (true, Some(at)) = (is_last, text.rfind('.')) {
        (&text[..at], Some(&text[at + 1..]))
    } else {
        (text, None)
    };
    let is_whole = !name.is_empty() && key.is_none_or(|key| !key.is_empty());
    is_whole.then(|| Element {
        name: name.to_owned(),
        key: key.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_over_names_and_keys() {
        for (text, steps) in [
            ("a", &["a"][..]),
            ("a>b.max", &["a", "b", "max"]),
            ("a['x']>b", &["a", "'x'", "b"]),
            ("p[50.0]", &["p", "50.0"]),
            ("p.99.9", &["p.99", "9"]),
            ("a.b>c", &["a.b", "c"]),
        ] {
            assert_eq!(Path::parse(text).expect("a path").steps(), steps, "{text}");
        }
        for text in ["", "a>", ">a", "a[", "a[]", "[b]", "a.", ".b", "a[b"] {
            assert!(Path::parse(text).is_err(), "{text}");
        }
    }
}
