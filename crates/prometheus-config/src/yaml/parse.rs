//! From YAML text to a tree: aliases written out, merges applied, no key twice.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};
use swarmscope_model::limits::{MAX_YAML_DEPTH, MAX_YAML_VALUES};

use super::YamlError;
use super::node::{Content, Key, Node};

const MERGE: &str = "<<";

/// A collection whose end has not come yet.
struct Open {
    line: usize,
    anchor: usize,
    items: Vec<Node>,
    mapping: bool,
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    values: usize,
    root: Option<Node>,
}

/// The one document of a text; an empty text is a null.
pub(super) fn parse(text: &str) -> Result<Node, YamlError> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| YamlError::new(error.marker().line(), error.info()))?;
        builder.event(event, span.start.line())?;
    }
    Ok(builder.root.unwrap_or(Node {
        line: 1,
        content: Content::Scalar {
            text: String::new(),
            quoted: false,
        },
    }))
}

impl Builder {
    fn event(&mut self, event: Event<'_>, line: usize) -> Result<(), YamlError> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(YamlError::new(
                line,
                "a second document begins here; the file may have one",
            )),
            Event::Scalar(text, style, anchor, tag) => {
                let text_tag =
                    tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                let quoted = style != ScalarStyle::Plain || text_tag;
                let text = text.into_owned();
                self.add(Content::Scalar { text, quoted }, line, anchor)
            }
            Event::SequenceStart(anchor, _) => self.start(line, anchor, false),
            Event::MappingStart(anchor, _) => self.start(line, anchor, true),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned().ok_or_else(|| {
                    YamlError::new(line, "the alias names an anchor that is not complete yet")
                })?;
                self.count(node.size(), line)?;
                self.place(node);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn start(&mut self, line: usize, anchor: usize, mapping: bool) -> Result<(), YamlError> {
        if self.open.len() >= MAX_YAML_DEPTH {
            return Err(YamlError::new(
                line,
                format!("nested deeper than {MAX_YAML_DEPTH} levels"),
            ));
        }
        self.open.push(Open {
            line,
            anchor,
            items: Vec::new(),
            mapping,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), YamlError> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let content = if open.mapping {
            Content::Mapping(entries(open.items)?)
        } else {
            Content::Sequence(open.items)
        };
        self.add(content, open.line, open.anchor)
    }

    fn add(&mut self, content: Content, line: usize, anchor: usize) -> Result<(), YamlError> {
        self.count(1, line)?;
        let node = Node { line, content };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.place(node);
        Ok(())
    }

    fn place(&mut self, node: Node) {
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.root = Some(node),
        }
    }

    fn count(&mut self, values: usize, line: usize) -> Result<(), YamlError> {
        self.values += values;
        if self.values > MAX_YAML_VALUES {
            return Err(YamlError::new(
                line,
                format!(
                    "the file holds more than {MAX_YAML_VALUES} values with its aliases written out"
                ),
            ));
        }
        Ok(())
    }
}

/// Pairs keys with values and applies merges, which never replace what the mapping says itself.
fn entries(items: Vec<Node>) -> Result<Vec<(Key, Node)>, YamlError> {
    let mut entries: Vec<(Key, Node)> = Vec::with_capacity(items.len() / 2);
    let mut known = std::collections::HashSet::new();
    let mut merges = Vec::new();
    let mut items = items.into_iter();
    while let (Some(key), Some(value)) = (items.next(), items.next()) {
        let line = key.line;
        let Content::Scalar { text: name, quoted } = key.content else {
            return Err(YamlError::new(line, "a key has to be a single value"));
        };
        if name == MERGE && !quoted {
            merges.push(value);
            continue;
        }
        if !known.insert(name.clone()) {
            return Err(YamlError::new(
                line,
                format!("key {name:?} is already set in this mapping"),
            ));
        }
        entries.push((Key { line, name }, value));
    }
    for (key, value) in merges
        .into_iter()
        .map(merged)
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
    {
        if known.insert(key.name.clone()) {
            entries.push((key, value));
        }
    }
    Ok(entries)
}

fn merged(value: Node) -> Result<Vec<(Key, Node)>, YamlError> {
    let line = value.line;
    match value.content {
        Content::Mapping(entries) => Ok(entries),
        Content::Sequence(items) => {
            let mut all = Vec::new();
            for item in items {
                all.extend(merged(item)?);
            }
            Ok(all)
        }
        Content::Scalar { .. } => Err(YamlError::new(
            line,
            "only a mapping, or a list of mappings, can be merged with <<",
        )),
    }
}
