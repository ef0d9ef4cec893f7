//! How well the texts of a field satisfy a test: what is counted in them, and what has to be known of all documents
//! to make a score of it ([`crate::bm25`]).

use std::borrow::Cow;

use crate::analysis::{standard_words, words};
use crate::bm25::{self, FieldLengths};
use crate::lucene::groups;

use super::field::View;
use super::frequency::{in_a_row, nearly_in_a_row};
use super::fuzzy::FuzzyTest;
use super::term::TermTest;
use super::test::ValueTest;
use super::words::{MatchTest, PhraseTest};
use crate::ast::{Case, Scalar};

/// What scores have to know of all documents of an index.
pub trait Corpus {
    /// Why it cannot tell.
    type Error;

    /// The lengths of a field. As a whole string a value is one word.
    ///
    /// # Errors
    /// When the documents cannot be read.
    fn lengths(&self, index: &str, path: &str, view: View) -> Result<FieldLengths, Self::Error>;

    /// How many documents have a text in the field that satisfies the test.
    ///
    /// # Errors
    /// When the documents cannot be read.
    fn holding(
        &self,
        index: &str,
        path: &str,
        view: View,
        test: &CountedTest,
    ) -> Result<u64, Self::Error>;
}

/// A test whose rarity counts.
#[derive(Debug)]
pub struct CountedTest {
    /// Tests with one name are the same.
    pub name: String,
    pub test: ValueTest,
}

/// What of a test counts in one view, unit by unit. A score is the sum of theirs.
#[derive(Debug)]
pub struct Relevance {
    view: View,
    units: Vec<Unit>,
    /// Whether some unit needs the text's words side by side.
    needs_order: bool,
}

#[derive(Debug)]
struct Unit {
    boost: f32,
    /// Their rarities are added up.
    rarities: Vec<CountedTest>,
    frequency: Frequency,
}

/// What is counted.
#[derive(Debug)]
enum Frequency {
    /// Being there.
    Once,
    Word(String),
    Row {
        words: Vec<String>,
        slop: u32,
        prefix: bool,
    },
    /// Words that are nearly this one, each as far as it is.
    Near(FuzzyTest),
}

/// What one document's texts in a field have.
#[derive(Debug, Clone)]
pub struct Counts {
    /// One for each unit.
    units: Vec<Count>,
    length: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    frequency: f32,
    /// How much what is counted is as wanted.
    likeness: f32,
}

impl Count {
    fn add(&mut self, frequency: f32, likeness: f32) {
        self.frequency += frequency;
        self.likeness = self.likeness.max(likeness);
    }
}

/// What makes a score of counts: of one field of one index.
#[derive(Debug, Clone)]
pub struct Weights {
    /// Boost and rarity of each unit.
    units: Vec<(f32, f32)>,
    lengths: FieldLengths,
    view: View,
}

impl Relevance {
    /// Of a test. `None` when whatever satisfies it counts 1.
    pub fn of(test: &ValueTest, view: View) -> Option<Self> {
        let units = match (test, view) {
            (ValueTest::Match(test), View::Text) => match_units(test),
            (ValueTest::Match(MatchTest { whole, .. }), View::Whole)
            | (
                ValueTest::Phrase(PhraseTest {
                    whole,
                    prefix: false,
                    ..
                }),
                View::Whole,
            ) => vec![once(whole, Case::AsGiven)],
            (ValueTest::Term(test), View::Whole) => vec![once(&test.whole, test.case)],
            (ValueTest::Phrase(test), View::Text) => vec![phrase_unit(test)],
            (ValueTest::Term(test), View::Text) => vec![Unit {
                boost: 1.0,
                rarities: vec![row_test(&test.words, false)],
                frequency: frequency_of(test.words.clone(), 0, false),
            }],
            (ValueTest::Fuzzy(test), _) => vec![Unit {
                boost: 1.0,
                rarities: vec![CountedTest {
                    name: format!("~{test:?}"),
                    test: ValueTest::Fuzzy(test.clone()),
                }],
                frequency: Frequency::Near(test.clone()),
            }],
            _ => return None,
        };
        let in_order = |unit: &Unit| matches!(unit.frequency, Frequency::Row { .. });
        Some(Self {
            view,
            needs_order: units.iter().any(in_order),
            units,
        })
    }

    /// How many units there are.
    pub fn units(&self) -> usize {
        self.units.len()
    }

    /// Nothing counted yet.
    pub fn counts(&self) -> Counts {
        Counts {
            units: vec![Count::default(); self.units.len()],
            length: 0,
        }
    }

    /// Counts in one more text of the field.
    pub fn count(&self, text: &str, counts: &mut Counts) {
        if self.view == View::Whole {
            for (unit, count) in self.units.iter().zip(&mut counts.units) {
                count.frequency = 1.0;
                count.likeness = count.likeness.max(unit.frequency.of_whole(text));
            }
            return;
        }
        let own = &mut counts.units;
        counts.length += standard_words(text, |word| {
            for (unit, count) in self.units.iter().zip(own.iter_mut()) {
                unit.frequency.add_word(word, count);
            }
        });
        if self.needs_order {
            let all: Vec<Cow<'_, str>> = words(text).collect();
            for (unit, count) in self.units.iter().zip(&mut counts.units) {
                count.add(unit.frequency.of_row(&all), 1.0);
            }
        }
    }

    /// What makes scores of counts in one field of one index.
    ///
    /// # Errors
    /// Those of the corpus.
    pub fn weights<C: Corpus>(
        &self,
        corpus: &C,
        index: &str,
        path: &str,
    ) -> Result<Weights, C::Error> {
        let lengths = corpus.lengths(index, path, self.view)?;
        let mut units = Vec::with_capacity(self.units.len());
        for unit in &self.units {
            let mut rarity = 0.0;
            for test in &unit.rarities {
                let holding = corpus.holding(index, path, self.view, test)?;
                rarity += bm25::rarity(lengths.documents, holding);
            }
            units.push((unit.boost, rarity));
        }
        Ok(Weights {
            units,
            lengths,
            view: self.view,
        })
    }
}

impl Weights {
    /// The score of a document.
    pub fn score(&self, counts: &Counts) -> f32 {
        let norm = self.lengths.norm(match self.view {
            View::Text => counts.length,
            View::Whole => 1,
        });
        let each = self.units.iter().zip(&counts.units);
        let scores = each.map(|((boost, rarity), count)| {
            let boost = boost * count.likeness;
            f64::from(bm25::score(boost, *rarity, count.frequency, norm))
        });
        scores.sum::<f64>() as f32
    }
}

impl Frequency {
    fn of_whole(&self, text: &str) -> f32 {
        match self {
            Frequency::Near(test) => test.likeness(text, View::Whole),
            _ => 1.0,
        }
    }

    fn add_word(&self, word: &str, count: &mut Count) {
        match self {
            Frequency::Word(wanted) if wanted == word => count.add(1.0, 1.0),
            Frequency::Near(test) => {
                let likeness = test.likeness(word, View::Text);
                if likeness > 0.0 {
                    count.add(1.0, likeness);
                }
            }
            _ => {}
        }
    }

    fn of_row(&self, all: &[Cow<'_, str>]) -> f32 {
        match self {
            Frequency::Row {
                words,
                slop: 0,
                prefix,
            } => in_a_row(all, words, *prefix),
            Frequency::Row {
                words,
                slop,
                prefix,
            } => nearly_in_a_row(all, words, *prefix, *slop),
            _ => 0.0,
        }
    }
}

/// A value as a whole string.
fn once(whole: &str, case: Case) -> Unit {
    Unit {
        boost: 1.0,
        rarities: vec![CountedTest {
            name: format!("={case:?} {whole}"),
            test: ValueTest::Term(TermTest::new(&Scalar::Text(whole.to_owned()), case)),
        }],
        frequency: Frequency::Once,
    }
}

/// Each word by itself; one that was given twice counts twice.
fn match_units(test: &MatchTest) -> Vec<Unit> {
    let given: Vec<Cow<'_, str>> = words(&test.whole).collect();
    let unit = |word: &String| Unit {
        boost: given.iter().filter(|own| *own == word).count() as f32,
        rarities: vec![row_test(std::slice::from_ref(word), false)],
        frequency: Frequency::Word(word.clone()),
    };
    test.words.iter().map(unit).collect()
}

/// The phrase as one; it is as rare as its words are together, which are Elasticsearch's.
fn phrase_unit(test: &PhraseTest) -> Unit {
    let groups: Vec<Vec<String>> = groups(&test.whole)
        .into_iter()
        .map(|group| words(group).map(Cow::into_owned).collect())
        .collect();
    let last = groups.len().saturating_sub(1);
    let rarities = groups.iter().enumerate();
    Unit {
        boost: 1.0,
        rarities: rarities
            .map(|(at, group)| row_test(group, test.prefix && at == last))
            .collect(),
        frequency: frequency_of(test.words.clone(), test.slop, test.prefix),
    }
}

fn frequency_of(mut words: Vec<String>, slop: u32, prefix: bool) -> Frequency {
    match words.pop() {
        Some(only) if words.is_empty() && !prefix => Frequency::Word(only),
        last => {
            words.extend(last);
            Frequency::Row {
                words,
                slop,
                prefix,
            }
        }
    }
}

/// Whether a text holds the words in a row.
fn row_test(words: &[String], prefix: bool) -> CountedTest {
    let text = words.join(" ");
    CountedTest {
        name: format!("{}{text}", if prefix { '*' } else { ' ' }),
        test: ValueTest::Phrase(PhraseTest::new(&text, 0, prefix)),
    }
}
