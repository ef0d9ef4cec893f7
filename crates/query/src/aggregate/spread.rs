//! What `boxplot`, `weighted_avg` and `string_stats` ask for and tell.

/// A field's numbers weighed by another's.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedAverage {
    pub value: NumberSource,
    pub weight: NumberSource,
}

/// A field with the number of documents that have none.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberSource {
    pub field: String,
    pub missing: Option<f64>,
}

/// Where numbers lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boxplot {
    pub min: f64,
    pub max: f64,
    /// The quartiles.
    pub q1: f64,
    pub q2: f64,
    pub q3: f64,
    /// The outermost numbers that are no further from the box than one and a half times its height.
    pub lower: f64,
    pub upper: f64,
    /// All numbers were points in time, in milliseconds.
    pub of_dates: bool,
}

/// What texts are like.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StringStatistics {
    pub count: u64,
    /// Lengths are in UTF-16 units, as in Elasticsearch.
    pub min_length: u64,
    pub max_length: u64,
    pub total_length: u64,
    /// How often each unit occurs, the most frequent first.
    pub units: Vec<(u16, u64)>,
}

impl StringStatistics {
    /// The part of all units that each is.
    pub fn parts(&self) -> impl Iterator<Item = (u16, f64)> {
        let total = self.total_length as f64;
        let units = self.units.iter();
        units.map(move |(unit, count)| (*unit, *count as f64 / total))
    }

    /// Bits of information in one unit.
    pub fn entropy(&self) -> f64 {
        // Of nothing, without the sign of zero.
        0.0 - self
            .parts()
            .map(|(_, part)| part * part.log2())
            .sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_bits_of_a_unit() {
        let of = |units: &[(u16, u64)]| StringStatistics {
            total_length: units.iter().map(|(_, count)| count).sum(),
            units: units.to_vec(),
            ..StringStatistics::default()
        };
        assert_eq!(of(&[]).entropy(), 0.0);
        assert_eq!(of(&[(97, 9)]).entropy(), 0.0);
        assert_eq!(of(&[(97, 2), (98, 2), (99, 2), (100, 2)]).entropy(), 2.0);
    }
}
