//! BM25, the way Lucene counts it: how much a word in a text says, by how rare the word and how long the text is.
//!
//! Robertson and Zaragoza's formula with Lucene's constants and Lucene's way to keep lengths. Elasticsearch multiplies by
//! `k1 + 1`, which Lucene itself no longer does. Only numbers here: nothing knows what a word or a document is.

/// How soon further occurrences of a word stop to count.
const K1: f32 = 1.2;
/// How much the length of a text counts.
const B: f32 = 0.75;
/// Lengths below this are kept as they are.
const EXACT_LENGTHS: u64 = 24;
/// Leading bits that are kept of what is above.
const KEPT_BITS: u32 = 4;

/// How much it says that a document holds something that `holding` of `documents` hold.
pub fn rarity(documents: u64, holding: u64) -> f32 {
    let holding = holding.min(documents) as f64;
    (1.0 + (documents as f64 - holding + 0.5) / (holding + 0.5)).ln() as f32
}

/// A field in all documents of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldLengths {
    /// Documents that have the field.
    pub documents: u64,
    /// The words of all of them.
    pub words: u64,
}

impl FieldLengths {
    /// What a text of so many words is divided by: 1 / (k1 · (1 − b + b · length / average)).
    pub fn norm(&self, words: u64) -> f32 {
        let average = (self.words as f64 / self.documents.max(1) as f64) as f32;
        if average <= 0.0 {
            return 1.0 / K1;
        }
        1.0 / (K1 * ((1.0 - B) + B * coarse(words) as f32 / average))
    }
}

/// The score of a word of this rarity that occurs so often.
pub fn score(boost: f32, rarity: f32, frequency: f32, norm: f32) -> f32 {
    let most = boost * (K1 + 1.0) * rarity;
    most - most / (1.0 + frequency * norm)
}

/// The length as Lucene keeps it, in one byte: above 24 with its four leading bits.
fn coarse(length: u64) -> u64 {
    let Some(above) = length.checked_sub(EXACT_LENGTHS) else {
        return length;
    };
    let bits = u64::BITS - above.leading_zeros();
    let dropped = bits.saturating_sub(KEPT_BITS);
    EXACT_LENGTHS + (above >> dropped << dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_kept_as_lucene_keeps_them() {
        // Lucene's `SmallFloat.byte4ToInt(intToByte4(length))`.
        let kept = [
            (0, 0),
            (23, 23),
            (24, 24),
            (39, 39),
            (40, 40),
            (41, 40),
            (57, 56),
            (100, 96),
            (1000, 984),
        ];
        for (length, expected) in kept {
            assert_eq!(coarse(length), expected, "{length}");
        }
    }

    #[test]
    fn a_keyword_in_two_of_six_documents_scores_as_in_elasticsearch() {
        let tags = FieldLengths {
            documents: 6,
            words: 6,
        };
        let score = score(1.0, rarity(6, 2), 1.0, tags.norm(1));
        assert!((score - 1.029_619_5).abs() < 1e-6, "{score}");
    }
}
