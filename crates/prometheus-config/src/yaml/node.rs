//! A YAML document as a tree that knows its lines, aliases and merges already resolved.

/// One value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// From 1.
    pub line: usize,
    pub content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// `quoted` scalars are text whatever they look like.
    Scalar {
        text: String,
        quoted: bool,
    },
    Sequence(Vec<Node>),
    /// No key twice.
    Mapping(Vec<(Key, Node)>),
}

/// A key of a mapping and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    pub line: usize,
    pub name: String,
}

impl Node {
    /// Whether it is an empty value, `~` or `null`.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar { text, quoted: false }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.content {
            _ if self.is_null() => "nothing",
            Content::Scalar { .. } => "a single value",
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "a mapping",
        }
    }

    /// How many values it holds, itself included.
    pub(crate) fn size(&self) -> usize {
        1 + match &self.content {
            Content::Scalar { .. } => 0,
            Content::Sequence(items) => items.iter().map(Self::size).sum(),
            Content::Mapping(entries) => entries.iter().map(|(_, value)| value.size()).sum(),
        }
    }
}
