//! Shapes as they come, with counts, in bounded memory; and their templates.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use swarmscope_model::limits::{MAX_PATTERN_SHAPE_BYTES, MAX_PATTERN_SHAPES};
use xxhash_rust::xxh3::xxh3_64;

use crate::cluster::{Row, clusters};
use crate::drawn::Drawn;
use crate::shape::Shaper;
use crate::template::Template;
use crate::words::ANY;
use crate::{families, refine};

/// The number of the shape that messages have which are in no other.
pub const OTHERS: u32 = 0;

/// Templates drawn early take in at least so many shapes: fewer are kept as they are.
const FEWEST_DRAWN: usize = 8;

/// Counts messages by their shapes. Every shape has a number.
#[derive(Debug)]
pub struct Miner {
    shaper: Shaper,
    shapes: Vec<Shape>,
    /// Numbers of shapes by the hash of their texts.
    numbers: HashTable<u32>,
    drawn: Drawn,
    bytes: usize,
    most: usize,
}

#[derive(Debug)]
struct Shape {
    text: Box<str>,
    hash: u64,
    count: u64,
}

/// The templates of a miner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Templates {
    /// Those with the most messages first.
    pub templates: Vec<Template>,
    /// The template of every shape, by number.
    pub of_shape: Vec<u32>,
}

impl Default for Miner {
    fn default() -> Self {
        Self::with_limit(MAX_PATTERN_SHAPES)
    }
}

impl Miner {
    /// With room for so many shapes.
    pub fn with_limit(most: usize) -> Self {
        let mut miner = Self {
            shaper: Shaper::default(),
            shapes: Vec::new(),
            numbers: HashTable::new(),
            drawn: Drawn::default(),
            bytes: 0,
            most: most.max(2),
        };
        miner.insert(ANY, xxh3_64(ANY.as_bytes()), 0);
        miner
    }

    /// How many shapes there are: above the number of every one.
    pub fn len(&self) -> u32 {
        self.shapes.len() as u32
    }

    /// Whether no message was added.
    pub fn is_empty(&self) -> bool {
        self.shapes.iter().all(|shape| shape.count == 0)
    }

    /// The text of a shape.
    pub fn shape(&self, number: u32) -> &str {
        &self.shapes[number as usize].text
    }

    /// Counts another message of a known shape.
    pub fn add_again(&mut self, number: u32) {
        self.shapes[number as usize].count += 1;
    }

    /// Counts a message; gives the number of its shape.
    pub fn add(&mut self, message: &str) -> u32 {
        let shape = self.shaper.shape(message);
        let hash = xxh3_64(shape.as_bytes());
        let shapes = &self.shapes;
        let is_it = |number: &u32| *shapes[*number as usize].text == *shape;
        if let Some(&number) = self.numbers.find(hash, is_it) {
            self.add_again(number);
            return number;
        }
        if !self.drawn.is_empty()
            && let Some(number) = self.drawn.find(shape)
        {
            self.add_again(number);
            return number;
        }
        let text: Box<str> = shape.into();
        self.insert(&text, hash, 1)
    }

    fn insert(&mut self, text: &str, hash: u64, count: u64) -> u32 {
        let number = self.shapes.len() as u32;
        self.bytes += text.len();
        self.shapes.push(Shape {
            text: text.into(),
            hash,
            count,
        });
        let shapes = &self.shapes;
        self.numbers
            .insert_unique(hash, number, |number| shapes[*number as usize].hash);
        number
    }

    /// Whether shapes have to be drawn into templates, with [`Miner::compact`], before many more come.
    pub fn is_full(&self) -> bool {
        self.shapes.len() >= self.most || self.bytes >= MAX_PATTERN_SHAPE_BYTES
    }

    /// Draws shapes into templates, so that there is room; gives the new number of every shape.
    pub fn compact(&mut self) -> Vec<u32> {
        let found = self.templates();
        let members = members(&found);
        let mut of_shape = vec![OTHERS; self.shapes.len()];
        let mut compacted = Self::with_limit(self.most);
        // Templates with many shapes first, then single shapes with many messages, while there is room.
        let mut kept: Vec<(u64, u32)> = Vec::new();
        for (template, members) in found.templates.iter().zip(&members) {
            if members.len() < FEWEST_DRAWN {
                let own = members.iter();
                kept.extend(own.map(|number| (self.shapes[*number as usize].count, *number)));
                continue;
            }
            let number = compacted.insert_or_find(&template.text, template.count);
            for &member in members {
                of_shape[member as usize] = number;
            }
            compacted.drawn.add(number, &template.text);
        }
        kept.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        for (count, number) in kept {
            let shape = &self.shapes[number as usize];
            let has_room = compacted.shapes.len() < self.most / 2
                && compacted.bytes + shape.text.len() < MAX_PATTERN_SHAPE_BYTES / 2;
            let new = if has_room || number == OTHERS {
                compacted.insert_or_find(&shape.text, count)
            } else {
                compacted.shapes[OTHERS as usize].count += count;
                OTHERS
            };
            of_shape[number as usize] = new;
        }
        *self = compacted;
        of_shape
    }

    fn insert_or_find(&mut self, text: &str, count: u64) -> u32 {
        let hash = xxh3_64(text.as_bytes());
        let shapes = &self.shapes;
        let is_it = |number: &u32| *shapes[*number as usize].text == *text;
        match self.numbers.find(hash, is_it) {
            Some(&number) => {
                self.shapes[number as usize].count += count;
                number
            }
            None => self.insert(text, hash, count),
        }
    }

    /// Takes what another has counted; gives our numbers for its shapes.
    pub fn merge(&mut self, other: Self) -> Vec<u32> {
        let numbers: Vec<u32> = other
            .shapes
            .iter()
            .map(|shape| self.insert_or_find(&shape.text, shape.count))
            .collect();
        for number in other.drawn.numbers() {
            let text = &other.shapes[number as usize].text;
            self.drawn.add(numbers[number as usize], text);
        }
        numbers
    }

    /// The templates of all shapes.
    pub fn templates(&self) -> Templates {
        let mut rows: Vec<Row<'_>> = (0..)
            .zip(&self.shapes)
            .skip(1)
            .map(|(number, shape)| Row::new(number, &shape.text, shape.count))
            .collect();
        rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.shape.cmp(b.shape)));
        let mut groups = families::join(&rows, divided(&rows));
        groups.iter_mut().for_each(|group| group.sort_unstable());
        let mut texts: Vec<(Template, Vec<u32>)> = groups
            .iter()
            .map(|group| {
                let template = Template {
                    text: text_of(&rows, group),
                    count: group.iter().map(|place| rows[*place].count).sum(),
                };
                (
                    template,
                    group.iter().map(|place| rows[*place].number).collect(),
                )
            })
            .collect();
        let others = self.shapes[OTHERS as usize].count;
        texts.push((
            Template {
                text: ANY.to_owned(),
                count: others,
            },
            vec![OTHERS],
        ));
        numbered(texts, self.shapes.len())
    }
}

/// The groups of rows that are a template each, by the places of rows.
fn divided(rows: &[Row<'_>]) -> Vec<Vec<usize>> {
    let mut by_skeleton: HashMap<u64, usize, FixedState> = HashMap::default();
    let mut skeletons: Vec<Vec<usize>> = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let own = *by_skeleton.entry(row.words.skeleton).or_insert_with(|| {
            skeletons.push(Vec::new());
            skeletons.len() - 1
        });
        skeletons[own].push(place);
    }
    skeletons
        .iter()
        .flat_map(|own| clusters(rows, own))
        .flat_map(|cluster| refine::refine(rows, cluster))
        .collect()
}

/// The text of the template that these rows are.
fn text_of(rows: &[Row<'_>], group: &[usize]) -> String {
    let first = &rows[group[0]];
    let mut text = String::with_capacity(first.shape.len());
    let mut written = 0;
    for (column, range) in first.words.ranges.iter().enumerate() {
        text.push_str(&first.shape[written..range.start as usize]);
        let word = first.word(column);
        let is_same = group.iter().all(|place| rows[*place].word(column) == word);
        text.push_str(if is_same { word } else { ANY });
        written = range.end as usize;
    }
    text.push_str(&first.shape[written..]);
    text
}

/// Templates of the same text joined, in their order, with the template of every shape.
fn numbered(texts: Vec<(Template, Vec<u32>)>, shapes: usize) -> Templates {
    let mut joined: HashMap<String, (u64, Vec<u32>), FixedState> = HashMap::default();
    for (template, members) in texts {
        let entry = joined.entry(template.text).or_default();
        entry.0 += template.count;
        entry.1.extend(members);
    }
    let mut ordered: Vec<_> = joined.into_iter().collect();
    ordered.sort_by(|(text, (count, _)), (other_text, (other, _))| {
        other.cmp(count).then_with(|| text.cmp(other_text))
    });
    let mut of_shape = vec![0; shapes];
    let mut templates = Vec::with_capacity(ordered.len());
    for (place, (text, (count, members))) in (0..).zip(ordered) {
        for member in members {
            of_shape[member as usize] = place;
        }
        templates.push(Template { text, count });
    }
    Templates {
        templates,
        of_shape,
    }
}

/// The shapes of every template.
fn members(found: &Templates) -> Vec<Vec<u32>> {
    let mut members = vec![Vec::new(); found.templates.len()];
    for (shape, template) in (0..).zip(&found.of_shape) {
        members[*template as usize].push(shape);
    }
    members
}
