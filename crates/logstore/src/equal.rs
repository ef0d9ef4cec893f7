//! Comparing short texts, eight bytes at a time: of what is as short as keys and fragments a call of the
//! library's comparison takes longer than the comparison.

/// Bytes that are compared at once.
const WORD: usize = size_of::<u64>();

/// Whether two texts are the same.
#[inline]
pub fn is_equal(one: &[u8], two: &[u8]) -> bool {
    if one.len() != two.len() {
        return false;
    }
    let (Some(end), Some(other_end)) = (one.last_chunk::<WORD>(), two.last_chunk::<WORD>()) else {
        return one.iter().eq(two);
    };
    let words = |text| {
        let (words, _) = <[u8]>::as_chunks::<WORD>(text);
        words.iter().map(|word| u64::from_le_bytes(*word))
    };
    // The last word overlaps the one before it where the length is no multiple of a word's.
    end == other_end && words(one).eq(words(two))
}

/// Whether a text begins with another one.
#[inline]
pub fn begins_with(text: &[u8], beginning: &[u8]) -> bool {
    text.get(..beginning.len())
        .is_some_and(|own| is_equal(own, beginning))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_compare_as_they_do_elsewhere(
            one in prop::collection::vec(0..3_u8, 0..40),
            two in prop::collection::vec(0..3_u8, 0..40),
            changed in 0..40_usize,
        ) {
            prop_assert_eq!(is_equal(&one, &two), one == two);
            prop_assert_eq!(begins_with(&one, &two), one.starts_with(&two));
            prop_assert!(is_equal(&one, &one.clone()));
            for cut in 0..=one.len() {
                prop_assert!(begins_with(&one, &one[..cut]));
            }
            let mut other = one.clone();
            if let Some(byte) = other.get_mut(changed) {
                *byte ^= 1;
                prop_assert!(!is_equal(&one, &other));
                prop_assert!(!begins_with(&one, &other));
            }
        }
    }
}
