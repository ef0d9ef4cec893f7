//! The documents seen so far as a tree: what stands before a value, the value's kind, and so on to the
//! end.
//!
//! What follows a fragment depends on the fragments and kinds before it alone: keys, nesting and
//! paths. So a document that goes the way of another one is read without a look at any of them. Of the
//! fragments behind a node at most one fits a document: a fragment ends where the first value begins.

use std::ops::Range;

use swarmscope_model::limits::{MAX_FRAGMENT_BRANCHES, MAX_LEARNED_BYTES};
use swarmscope_query::document::scan::{Scanned, Value, scalar};
use swarmscope_query::document::spelling::Spelling;

use super::{Found, Reading};
use crate::block::column::Kind;
use crate::equal::begins_with;

/// The kind and spelling of a value, as one number.
pub type Variant = u8;

/// The variant of a value.
#[inline]
pub fn variant(scanned: &Scanned) -> Variant {
    kind(scanned.value).code() << 2 | scanned.spelling.code()
}

/// The kind of a value.
#[inline]
pub fn kind(value: Value) -> Kind {
    match value {
        Value::Raw { .. } | Value::Unescaped { .. } => Kind::Text,
        Value::Integer(_) => Kind::Integer,
        Value::Float(_) => Kind::Float,
        Value::Boolean(_) => Kind::Boolean,
    }
}

/// A value on the way through a document, and what stands before it.
#[derive(Debug)]
pub struct Step {
    pub fragment: Range<usize>,
    pub variant: Variant,
    pub field: u32,
}

/// The tree.
#[derive(Debug)]
pub struct Trie {
    nodes: Vec<Node>,
    fragments: Vec<u8>,
    edges: usize,
}

#[derive(Debug, Default)]
struct Node {
    edges: Vec<Edge>,
}

/// A fragment and what may follow it.
#[derive(Debug)]
struct Edge {
    from: u32,
    to: u32,
    next: Vec<Next>,
    /// The number of the shape when the document ends behind the fragment.
    end: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Next {
    variant: Variant,
    field: u32,
    node: u32,
}

impl Default for Trie {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
            fragments: Vec::new(),
            edges: 0,
        }
    }
}

impl Trie {
    /// Reads a document that goes a known way; gives its shape's number. `None` leaves a part of it in
    /// `reading`.
    #[inline]
    pub fn read(&mut self, document: &str, reading: &mut Reading) -> Option<u32> {
        let bytes = document.as_bytes();
        let (mut node, mut at) = (0, 0);
        loop {
            let edges = &mut self.nodes[node].edges;
            let (place, begin) = fitting(edges, &self.fragments, bytes, at)?;
            let edge = &edges[place];
            if begin == bytes.len() {
                return edge.end;
            }
            let scanned = scalar(document, begin, &mut reading.unescaped)?;
            let variant = variant(&scanned);
            let next = *edge.next.iter().find(|next| next.variant == variant)?;
            reading.found.push(Found {
                field: next.field,
                value: scanned.value,
            });
            if scanned.spelling == Spelling::Literal {
                reading.literals.push(begin..scanned.end);
            }
            // What is frequent comes to stand in front.
            if place > 0 {
                edges.swap(place, place - 1);
            }
            (node, at) = (next.node as usize, scanned.end);
        }
    }

    /// Whether it takes no more.
    pub fn is_full(&self) -> bool {
        self.bytes() >= MAX_LEARNED_BYTES
    }

    /// Memory that it takes, roughly.
    fn bytes(&self) -> usize {
        let each = size_of::<Edge>() + size_of::<Next>();
        self.fragments.len() + self.nodes.len() * size_of::<Node>() + self.edges * each
    }

    /// Adds the way through a document whose last fragment is `rest`, to end at a shape. `None` when
    /// there are too many branches.
    pub fn learn(
        &mut self,
        document: &str,
        steps: &[Step],
        rest: Range<usize>,
        shape: u32,
    ) -> Option<()> {
        let mut node = 0;
        for step in steps {
            let edge = self.edge(node, &document.as_bytes()[step.fragment.clone()])?;
            let nodes = self.nodes.len() as u32;
            let nexts = &mut self.nodes[node].edges[edge].next;
            let known = nexts.iter().find(|next| next.variant == step.variant);
            node = match known {
                Some(next) => next.node as usize,
                None => {
                    nexts.push(Next {
                        variant: step.variant,
                        field: step.field,
                        node: nodes,
                    });
                    self.nodes.push(Node::default());
                    nodes as usize
                }
            };
        }
        let edge = self.edge(node, &document.as_bytes()[rest])?;
        self.nodes[node].edges[edge].end = Some(shape);
        Some(())
    }

    /// The edge of a node for a fragment, made when there is none.
    fn edge(&mut self, node: usize, fragment: &[u8]) -> Option<usize> {
        let edges = &mut self.nodes[node].edges;
        let of = |edge: &Edge| &self.fragments[edge.from as usize..edge.to as usize];
        if let Some(place) = edges.iter().position(|edge| of(edge) == fragment) {
            return Some(place);
        }
        if edges.len() >= MAX_FRAGMENT_BRANCHES {
            return None;
        }
        let from = self.fragments.len() as u32;
        self.fragments.extend_from_slice(fragment);
        edges.push(Edge {
            from,
            to: self.fragments.len() as u32,
            next: Vec::new(),
            end: None,
        });
        self.edges += 1;
        Some(edges.len() - 1)
    }
}

/// The edge whose fragment stands at byte `at`, with a value or the document's end behind it; and
/// where that is.
#[inline]
fn fitting(edges: &[Edge], fragments: &[u8], bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = &bytes[at..];
    for (place, edge) in edges.iter().enumerate() {
        if begins_with(rest, &fragments[edge.from as usize..edge.to as usize]) {
            let begin = at + (edge.to - edge.from) as usize;
            let fits = match bytes.get(begin) {
                Some(b'"' | b'-' | b'0'..=b'9' | b't' | b'f') => !edge.next.is_empty(),
                Some(_) => false,
                None => edge.end.is_some(),
            };
            if fits {
                return Some((place, begin));
            }
        }
    }
    None
}
