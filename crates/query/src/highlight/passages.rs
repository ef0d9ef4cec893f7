//! Cuts texts into pieces around their marks, and chooses the best ones.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::HighlightOptions;
use super::boundaries::{before, behind, sentences, words};
use super::marks::Mark;

/// Lucene's constants for how much a piece says: those of BM25, and the length of a usual piece.
const SATURATION: f64 = 1.2;
const LENGTH_WEIGHT: f64 = 0.75;
const USUAL_LENGTH: f64 = 87.0;

/// The pieces of a field's values so far.
pub struct Passages<'a> {
    options: &'a HighlightOptions,
    /// Characters of all values.
    length: usize,
    /// Characters of the values before.
    passed: usize,
    found: Vec<Passage>,
    /// How often each term is marked in all values.
    frequencies: HashMap<String, usize>,
}

struct Passage {
    text: String,
    /// In characters, in the values as one text.
    start: usize,
    end: usize,
    terms: Vec<String>,
}

/// A text with the places of its characters, and of its breaks.
struct Value<'a> {
    text: &'a str,
    /// The byte of each character, and of the end.
    bytes: Vec<usize>,
    sentences: Vec<usize>,
    words: Vec<usize>,
}

impl<'a> Value<'a> {
    fn new(text: &'a str) -> Self {
        let characters: Vec<char> = text.chars().collect();
        let mut bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).collect();
        bytes.push(text.len());
        Self {
            text,
            bytes,
            sentences: sentences(&characters),
            words: words(&characters),
        }
    }

    fn character(&self, byte: usize) -> usize {
        self.bytes.partition_point(|place| *place < byte)
    }

    /// The piece around a mark that begins there: sentences that fit, else words on both sides.
    fn around(&self, mark: usize, options: &HighlightOptions) -> (usize, usize) {
        if options.by_word {
            return (before(&self.words, mark + 1), behind(&self.words, mark));
        }
        let (mut start, sentence_end) = (
            before(&self.sentences, mark + 1),
            behind(&self.sentences, mark),
        );
        let size = options.fragment_size;
        if size == 0 {
            return (start, sentence_end);
        }
        let mut end = sentence_end;
        while end - start < size {
            let further = behind(&self.sentences, end);
            if further == end || further - start > size {
                break;
            }
            end = further;
        }
        if end - start > size {
            let from = mark + 1;
            if from > start + size {
                start = start.max(before(&self.words, from - size));
            }
            let reach = from + size.saturating_sub(from - start);
            if reach < end {
                end = end.min(behind(&self.words, reach));
            }
        }
        (start, end)
    }
}

impl<'a> Passages<'a> {
    pub fn new(options: &'a HighlightOptions, length: usize) -> Self {
        Self {
            options,
            length,
            passed: 0,
            found: Vec::new(),
            frequencies: HashMap::new(),
        }
    }

    /// Takes a value with its marks.
    pub fn add(&mut self, text: &str, marks: &[Mark]) {
        let value = Value::new(text);
        let length = value.bytes.len() - 1;
        for mark in marks {
            *self.frequencies.entry(mark.term.clone()).or_default() += 1;
        }
        let mut rest = marks;
        let mut last_end = 0;
        while let Some(first) = rest.first() {
            let (start, end) = match self.options.fragments {
                0 => (0, length),
                _ => value.around(value.character(first.place.start), self.options),
            };
            let start = start.max(last_end);
            let last_byte = value.bytes[end.min(length)];
            let within = rest
                .iter()
                .take_while(|mark| mark.place.start < last_byte)
                .count();
            let (own, others) = rest.split_at(within.max(1));
            // A mark is never cut.
            let reached = own.last().map_or(0, |mark| value.character(mark.place.end));
            let end = end.max(reached).min(length);
            self.found.push(Passage {
                text: self.rendered(&value, (start, end), own),
                start: self.passed + start,
                end: self.passed + end,
                terms: own.iter().map(|mark| mark.term.clone()).collect(),
            });
            last_end = end;
            rest = others;
        }
        self.passed += length + 1;
    }

    fn rendered(&self, value: &Value<'_>, (start, end): (usize, usize), marks: &[Mark]) -> String {
        let (before, after) = &self.options.tags;
        let mut at = value.bytes[start];
        let mut text = String::new();
        for mark in marks {
            self.push(&value.text[at..mark.place.start.max(at)], &mut text);
            text.push_str(before);
            self.push(&value.text[mark.place.clone()], &mut text);
            text.push_str(after);
            at = mark.place.end;
        }
        self.push(&value.text[at..value.bytes[end].max(at)], &mut text);
        match self.options.fragments {
            0 => text,
            _ => text.trim().to_owned(),
        }
    }

    fn push(&self, part: &str, text: &mut String) {
        if !self.options.html {
            text.push_str(part);
            return;
        }
        for character in part.chars() {
            match character {
                '&' => text.push_str("&amp;"),
                '<' => text.push_str("&lt;"),
                '>' => text.push_str("&gt;"),
                '"' => text.push_str("&quot;"),
                '\'' => text.push_str("&#x27;"),
                '/' => text.push_str("&#x2F;"),
                other => text.push(other),
            }
        }
    }

    /// The chosen pieces; the beginning of the values when nothing is marked and that was asked for.
    pub fn finish(mut self, values: &[&str]) -> Vec<String> {
        if self.found.is_empty() {
            return self.beginning(values).into_iter().collect();
        }
        let scores: Vec<f64> = self
            .found
            .iter()
            .map(|passage| self.score(passage))
            .collect();
        let mut order: Vec<usize> = (0..self.found.len()).collect();
        let better = |a: &usize, b: &usize| {
            let by_score = scores[*b]
                .partial_cmp(&scores[*a])
                .unwrap_or(Ordering::Equal);
            by_score.then(a.cmp(b))
        };
        if self.options.fragments > 0 {
            order.sort_by(better);
            order.truncate(self.options.fragments);
        }
        if !self.options.by_score {
            order.sort_unstable();
        }
        let found = &mut self.found;
        let take = |place: usize| std::mem::take(&mut found[place].text);
        order.into_iter().map(take).collect()
    }

    fn beginning(&self, values: &[&str]) -> Option<String> {
        let size = self.options.no_match_size;
        let first = values.first().filter(|_| size > 0)?;
        let value = Value::new(first);
        let sentence = behind(&value.sentences, 0);
        let end = match sentence > size {
            true => behind(&value.words, size - 1).max(behind(&value.words, 0)),
            false => sentence,
        };
        Some(self.rendered(&value, (0, end), &[]))
    }

    /// How much a piece says of the query, as Lucene's `PassageScorer` has it.
    fn score(&self, passage: &Passage) -> f64 {
        let length = (passage.end - passage.start) as f64;
        let mut counts: HashMap<&str, f64> = HashMap::new();
        for term in &passage.terms {
            *counts.entry(term).or_default() += 1.0;
        }
        let texts = 1.0 + self.length as f64 / USUAL_LENGTH;
        let norm = SATURATION * ((1.0 - LENGTH_WEIGHT) + LENGTH_WEIGHT * length / USUAL_LENGTH);
        let of_term = |(term, count): (&&str, &f64)| {
            let all = self.frequencies.get(*term).copied().unwrap_or(1) as f64;
            let weight = (SATURATION + 1.0) * (1.0 + (texts + 0.5) / (all + 0.5)).ln();
            weight * count / (count + norm)
        };
        let sum: f64 = counts.iter().map(of_term).sum();
        sum * (1.0 + 1.0 / (USUAL_LENGTH + passage.start as f64).ln())
    }
}
