//! How often a text holds words in a row, nearly in a row, or nearly as they are spelled.

use std::borrow::Cow;

/// How often the words stand one after the other; the last may be a beginning only.
pub(super) fn in_a_row(all: &[Cow<'_, str>], phrase: &[String], prefix: bool) -> f32 {
    if phrase.is_empty() {
        return 0.0;
    }
    let last = phrase.len() - 1;
    let is_at = |at: usize, word: &str| {
        phrase[at] == word || prefix && at == last && word.starts_with(phrase[at].as_str())
    };
    let rows = all.windows(phrase.len());
    let found = rows.filter(|row| row.iter().enumerate().all(|(at, word)| is_at(at, word)));
    found.count() as f32
}

/// The same with at most `slop` moves: a row with so many moves counts `1 / (1 + moves)`, as in Lucene.
pub(super) fn nearly_in_a_row(
    all: &[Cow<'_, str>],
    phrase: &[String],
    prefix: bool,
    slop: u32,
) -> f32 {
    let mut places = Vec::with_capacity(phrase.len());
    for (at, wanted) in phrase.iter().enumerate() {
        let is_last = at + 1 == phrase.len();
        let is_it = |word: &str| *wanted == word || prefix && is_last && word.starts_with(wanted);
        let found = (0_i64..).zip(all).filter(|(_, word)| is_it(word));
        let relative: Vec<i64> = found.map(|(place, _)| place - at as i64).collect();
        if relative.is_empty() {
            return 0.0;
        }
        places.push(relative);
    }
    let mut sum = 0.0;
    smallest_spreads(&places, |spread| {
        if spread <= i64::from(slop) {
            sum += 1.0 / (1.0 + spread as f32);
        }
    });
    sum
}

/// The spreads that become no smaller before the lowest place has to move beyond the next one.
fn smallest_spreads(places: &[Vec<i64>], mut each: impl FnMut(i64)) {
    let mut heads = vec![0; places.len()];
    let at = |heads: &[usize], list: usize| places[list][heads[list]];
    loop {
        let lists = 0..places.len();
        let Some(lowest) = lists.clone().min_by_key(|list| at(&heads, *list)) else {
            return;
        };
        let highest = lists.clone().map(|list| at(&heads, list)).max();
        let others = lists.filter(|list| *list != lowest);
        let next = others.map(|list| at(&heads, list)).min();
        // The nearest that the lowest comes to the others without passing them.
        loop {
            let following = places[lowest].get(heads[lowest] + 1);
            match (following, next) {
                (Some(following), Some(next)) if *following <= next => heads[lowest] += 1,
                _ => break,
            }
        }
        let nearest = at(&heads, lowest);
        each(highest.unwrap_or(nearest) - nearest);
        heads[lowest] += 1;
        if heads[lowest] == places[lowest].len() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::words;

    fn owned(text: &str) -> Vec<String> {
        words(text).map(Cow::into_owned).collect()
    }

    #[test]
    fn rows_are_counted() {
        let all: Vec<_> = words("a b a b c a bc").collect();
        assert_eq!(in_a_row(&all, &owned("a b"), false), 2.0);
        assert_eq!(in_a_row(&all, &owned("a b"), true), 3.0);
        assert_eq!(in_a_row(&all, &[], false), 0.0);
    }

    #[test]
    fn moves_make_a_row_count_less() {
        let all: Vec<_> = words("disk x full y disk full").collect();
        assert_eq!(nearly_in_a_row(&all, &owned("disk full"), false, 0), 1.0);
        assert_eq!(nearly_in_a_row(&all, &owned("disk full"), false, 1), 1.5);
        assert_eq!(nearly_in_a_row(&all, &owned("disk none"), false, 9), 0.0);
    }
}
