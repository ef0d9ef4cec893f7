//! Serde over the tree: what a type wants meets what stands in the file, and errors get its line.

use serde::Deserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};

use super::node::{Content, Key, Node};
use super::{INLINE, LINE, YamlError};

pub(super) fn from_node<T: DeserializeOwned>(node: &Node) -> Result<T, YamlError> {
    T::deserialize(Source::Node(node)).map_err(|error| error.at(node.line))
}

/// What a value is read from.
enum Source<'a> {
    Node(&'a Node),
    /// The keys that the struct around an inlined one does not know.
    Inline {
        entries: Vec<&'a (Key, Node)>,
        line: usize,
        outer: &'static [&'static str],
    },
    Line(usize),
}

impl<'a> Source<'a> {
    fn wrong(&self, expected: &str) -> YamlError {
        match self {
            Self::Node(node) => YamlError::new(
                node.line,
                format!("expected {expected}, found {}", node.kind()),
            ),
            Self::Inline { line, .. } | Self::Line(line) => {
                YamlError::new(*line, format!("expected {expected}, found a mapping"))
            }
        }
    }

    fn scalar(&self, expected: &str) -> Result<&'a str, YamlError> {
        match self {
            Self::Node(Node {
                content: Content::Scalar { text, .. },
                ..
            }) => Ok(text),
            _ => Err(self.wrong(expected)),
        }
    }

    fn number<T: std::str::FromStr>(&self, expected: &str) -> Result<T, YamlError> {
        let text = match self {
            Self::Line(line) => &line.to_string(),
            _ => self.scalar(expected)?,
        };
        text.replace('_', "")
            .parse()
            .map_err(|_| self.unfit(text, expected))
    }

    fn unfit(&self, text: &str, expected: &str) -> YamlError {
        let mut error = self.wrong(expected);
        if let Self::Node(node) = self {
            error = YamlError::new(node.line, format!("expected {expected}, found {text:?}"));
        }
        error
    }

    fn entries(self) -> Result<Vec<&'a (Key, Node)>, YamlError> {
        match self {
            Self::Inline { entries, .. } => Ok(entries),
            Self::Node(node) if node.is_null() => Ok(Vec::new()),
            Self::Node(Node {
                content: Content::Mapping(entries),
                ..
            }) => Ok(entries.iter().collect()),
            _ => Err(self.wrong("a mapping")),
        }
    }

    fn line(&self) -> usize {
        match self {
            Self::Node(node) => node.line,
            Self::Inline { line, .. } | Self::Line(line) => *line,
        }
    }
}

macro_rules! numbers {
    ($($method:ident, $visit:ident, $what:literal;)*) => {
        $(fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
            visitor.$visit(self.number($what)?)
        })*
    };
}

impl<'a> Deserializer<'a> for Source<'a> {
    type Error = YamlError;

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
        match &self {
            Self::Node(node) if node.is_null() => visitor.visit_unit(),
            Self::Node(node) => match &node.content {
                Content::Scalar { text, quoted: true } => visitor.visit_borrowed_str(text),
                Content::Scalar { text, .. } => plain(text, visitor),
                Content::Sequence(_) => self.deserialize_seq(visitor),
                Content::Mapping(_) => self.deserialize_map(visitor),
            },
            _ => self.deserialize_map(visitor),
        }
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
        let text = self.scalar("true or false")?;
        match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => visitor.visit_bool(true),
            "false" | "no" | "off" | "n" => visitor.visit_bool(false),
            _ => Err(self.unfit(text, "true or false")),
        }
    }

    numbers! {
        deserialize_i8, visit_i8, "a whole number";
        deserialize_i16, visit_i16, "a whole number";
        deserialize_i32, visit_i32, "a whole number";
        deserialize_i64, visit_i64, "a whole number";
        deserialize_u8, visit_u8, "a whole number from 0";
        deserialize_u16, visit_u16, "a whole number from 0";
        deserialize_u32, visit_u32, "a whole number from 0";
        deserialize_u64, visit_u64, "a whole number from 0";
        deserialize_f32, visit_f32, "a number";
        deserialize_f64, visit_f64, "a number";
        deserialize_char, visit_char, "one character";
    }

    fn deserialize_str<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
        visitor.visit_borrowed_str(self.scalar("a text")?)
    }

    fn deserialize_string<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
        match &self {
            Self::Node(node) if node.is_null() => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, YamlError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, YamlError> {
        visitor.visit_enum(self.scalar("a text")?.into_deserializer())
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
        match &self {
            Self::Node(node) if node.is_null() => visitor.visit_seq(Items([].iter())),
            Self::Node(Node {
                content: Content::Sequence(items),
                ..
            }) => visitor.visit_seq(Items(items.iter())),
            _ => Err(self.wrong("a list")),
        }
    }

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
        let entries = self.entries()?;
        let parts = entries
            .into_iter()
            .map(|(key, node)| (key.name.as_str(), key.line, Source::Node(node)))
            .collect();
        visitor.visit_map(Entries::new(parts))
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, YamlError> {
        let line = self.line();
        let outer = match &self {
            Self::Inline { outer, .. } => *outer,
            _ => &[],
        };
        let inlines = fields.contains(&INLINE);
        let (own, rest): (Vec<_>, Vec<_>) = self
            .entries()?
            .into_iter()
            .partition(|(key, _)| !inlines || fields.contains(&key.name.as_str()));
        let mut parts: Vec<_> = own
            .into_iter()
            .filter(|(key, node)| !node.is_null() || !fields.contains(&key.name.as_str()))
            .map(|(key, node)| (key.name.as_str(), key.line, Source::Node(node)))
            .collect();
        if inlines {
            let source = Source::Inline {
                entries: rest,
                line,
                outer: fields,
            };
            parts.push((INLINE, line, source));
        }
        if fields.contains(&LINE) {
            parts.push((LINE, line, Source::Line(line)));
        }
        visitor
            .visit_map(Entries::new(parts))
            .map_err(|error| error.also_known(outer).at(line))
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, YamlError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        <W: Visitor<'a>>
        i128 u128 bytes byte_buf unit unit_struct tuple tuple_struct
    }
}

/// An unquoted scalar for whoever takes anything.
fn plain<'a, V: Visitor<'a>>(text: &'a str, visitor: V) -> Result<V::Value, YamlError> {
    if let Ok(number) = text.parse() {
        visitor.visit_i64(number)
    } else if let Ok(number) = text.parse() {
        visitor.visit_f64(number)
    } else {
        match text {
            "true" | "True" | "TRUE" => visitor.visit_bool(true),
            "false" | "False" | "FALSE" => visitor.visit_bool(false),
            _ => visitor.visit_borrowed_str(text),
        }
    }
}

struct Items<'a>(std::slice::Iter<'a, Node>);

impl<'a> SeqAccess<'a> for Items<'a> {
    type Error = YamlError;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, YamlError> {
        self.0
            .next()
            .map(|node| {
                seed.deserialize(Source::Node(node))
                    .map_err(|error| error.at(node.line))
            })
            .transpose()
    }
}

struct Entries<'a> {
    parts: std::vec::IntoIter<(&'a str, usize, Source<'a>)>,
    value: Option<(usize, Source<'a>)>,
}

impl<'a> Entries<'a> {
    fn new(parts: Vec<(&'a str, usize, Source<'a>)>) -> Self {
        Self {
            parts: parts.into_iter(),
            value: None,
        }
    }
}

impl<'a> MapAccess<'a> for Entries<'a> {
    type Error = YamlError;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, YamlError> {
        let Some((name, line, value)) = self.parts.next() else {
            return Ok(None);
        };
        self.value = Some((line, value));
        let name = serde::de::value::BorrowedStrDeserializer::<YamlError>::new(name);
        seed.deserialize(name)
            .map(Some)
            .map_err(|error| error.at(line))
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, YamlError> {
        match self.value.take() {
            Some((line, source)) => seed.deserialize(source).map_err(|error| error.at(line)),
            None => Err(YamlError::new(0, "a value was asked for before its key")),
        }
    }
}
