//! `significant_terms`: values that are more frequent in some documents than in others.
//!
//! The formulas are those that Elasticsearch documents. They see four counts and never a document.

use std::sync::Arc;

use super::{Bucket, BucketKey, Choice};
use crate::ast::Query;

/// Values of a field that are more frequent in a bucket than in the background.
#[derive(Debug, Clone, PartialEq)]
pub struct SignificantTerms {
    pub field: String,
    pub size: usize,
    pub min_doc_count: u64,
    /// Which values may get a bucket.
    pub choice: Choice,
    /// The documents of the background; all that the search's names show when there is none.
    pub background: Option<Query>,
    pub heuristic: Heuristic,
    /// What is known of the background, found by searches ahead of the one that has this aggregation.
    pub known: Arc<Background>,
}

/// How frequent values are in the background.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Background {
    pub documents: u64,
    pub counts: Vec<(BucketKey, u64)>,
}

/// A value that stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct SignificantBucket {
    pub bucket: Bucket,
    pub score: f64,
    /// Documents of the background that have the value.
    pub background: u64,
}

/// How much a value stands out, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Heuristic {
    /// The change of the part of documents, absolute times relative.
    #[default]
    Jlh,
    MutualInformation(Contrast),
    ChiSquare(Contrast),
    /// Google normalized distance.
    Distance {
        background_is_superset: bool,
    },
    /// The part of the value's documents that is in the bucket.
    Percentage,
}

/// What is compared with what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contrast {
    /// Whether values that are less frequent in the bucket count as well.
    pub include_negatives: bool,
    /// Whether the documents of the bucket are among those of the background.
    pub background_is_superset: bool,
}

/// Documents in the bucket and in the background: with the value, and at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frequencies {
    pub bucket: u64,
    pub bucket_size: u64,
    pub background: u64,
    pub background_size: u64,
}

/// Documents with and without a value, in and outside of the bucket.
struct Table {
    with_outside: f64,
    with_inside: f64,
    without_outside: f64,
    without_inside: f64,
}

impl Table {
    fn new(of: Frequencies, background_is_superset: bool) -> Self {
        let (bucket, bucket_size) = (of.bucket as f64, of.bucket_size as f64);
        let (background, background_size) = (of.background as f64, of.background_size as f64);
        let without_inside = bucket_size - bucket;
        let without = background_size - background;
        match background_is_superset {
            true => Self {
                with_outside: background - bucket,
                with_inside: bucket,
                without_outside: without - without_inside,
                without_inside,
            },
            false => Self {
                with_outside: background,
                with_inside: bucket,
                without_outside: without,
                without_inside,
            },
        }
    }

    fn with(&self) -> f64 {
        self.with_outside + self.with_inside
    }

    fn without(&self) -> f64 {
        self.without_outside + self.without_inside
    }

    fn inside(&self) -> f64 {
        self.with_inside + self.without_inside
    }

    fn outside(&self) -> f64 {
        self.with_outside + self.without_outside
    }

    fn all(&self) -> f64 {
        self.inside() + self.outside()
    }

    /// Whether the value is less frequent inside than outside.
    fn is_negative(&self) -> bool {
        self.with_inside / self.inside() < self.with_outside / self.outside()
    }

    fn chi_square(&self) -> f64 {
        let product =
            self.with_inside * self.without_outside - self.without_inside * self.with_outside;
        self.all() * product.powi(2)
            / (self.inside() * self.with() * self.without() * self.outside())
    }

    fn mutual_information(&self) -> f64 {
        let all = self.all();
        let term = |own: f64, by_value: f64, by_place: f64| {
            if own == 0.0 {
                return 0.0;
            }
            own / all * (all * own / (by_value * by_place)).log2()
        };
        term(self.without_outside, self.without(), self.outside())
            + term(self.without_inside, self.without(), self.inside())
            + term(self.with_outside, self.with(), self.outside())
            + term(self.with_inside, self.with(), self.inside())
    }

    fn distance(&self) -> f64 {
        let (with, inside, both) = (self.with(), self.inside(), self.with_inside);
        if both == 0.0 {
            return 0.0;
        }
        if with == inside && with == both {
            return 1.0;
        }
        let (with, inside) = (with.ln(), inside.ln());
        let distance = (with.max(inside) - both.ln()) / (self.all().ln() - with.min(inside));
        (-distance).exp()
    }
}

impl Heuristic {
    /// How much a value stands out; what does not is 0 or less, or no number.
    pub fn score(self, of: Frequencies) -> f64 {
        match self {
            Self::Jlh => jlh(of),
            Self::MutualInformation(contrast) => {
                contrast.score(of, |table| table.mutual_information())
            }
            Self::ChiSquare(contrast) => contrast.score(of, |table| table.chi_square()),
            Self::Distance {
                background_is_superset,
            } => Table::new(of, background_is_superset).distance(),
            Self::Percentage if of.background == 0 => 0.0,
            Self::Percentage => of.bucket as f64 / of.background as f64,
        }
    }
}

impl Contrast {
    fn score(self, of: Frequencies, formula: impl Fn(&Table) -> f64) -> f64 {
        let table = Table::new(of, self.background_is_superset);
        match !self.include_negatives && table.is_negative() {
            true => f64::NEG_INFINITY,
            false => formula(&table),
        }
    }
}

fn jlh(of: Frequencies) -> f64 {
    if of.bucket_size == 0 || of.background_size == 0 {
        return 0.0;
    }
    let inside = of.bucket as f64 / of.bucket_size as f64;
    // A value that the background lacks would stand out without end.
    let outside = of.background.max(1) as f64 / of.background_size as f64;
    let change = inside - outside;
    if change <= 0.0 {
        return 0.0;
    }
    change * (inside / outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYWHERE: Contrast = Contrast {
        include_negatives: false,
        background_is_superset: true,
    };

    fn of(bucket: u64, bucket_size: u64, background: u64, background_size: u64) -> Frequencies {
        Frequencies {
            bucket,
            bucket_size,
            background,
            background_size,
        }
    }

    #[test]
    fn a_value_as_frequent_as_everywhere_does_not_stand_out() {
        let same = of(10, 100, 100, 1_000);
        assert_eq!(Heuristic::Jlh.score(same), 0.0);
        assert!(Heuristic::MutualInformation(EVERYWHERE).score(same).abs() < 1e-12);
        assert_eq!(Heuristic::ChiSquare(EVERYWHERE).score(same), 0.0);
    }

    #[test]
    fn a_value_that_is_less_frequent_is_left_out_unless_it_is_asked_for() {
        let rarer = of(1, 100, 100, 1_000);
        for heuristic in [Heuristic::MutualInformation, Heuristic::ChiSquare] {
            assert_eq!(heuristic(EVERYWHERE).score(rarer), f64::NEG_INFINITY);
            let both = Contrast {
                include_negatives: true,
                ..EVERYWHERE
            };
            assert!(heuristic(both).score(rarer) > 0.0);
        }
    }

    #[test]
    fn what_is_found_nowhere_else_stands_out_most() {
        let only = of(50, 50, 50, 1_000);
        let distance = Heuristic::Distance {
            background_is_superset: true,
        };
        assert_eq!(distance.score(only), 1.0);
        assert_eq!(Heuristic::Percentage.score(only), 1.0);
        // All of the bucket against a twentieth: 0.95 more, twenty times as much.
        assert!((Heuristic::Jlh.score(only) - 19.0).abs() < 1e-9);
    }
}
