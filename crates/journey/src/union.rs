//! Time that several stretches cover together, without counting any of it twice.

/// Stretches of time in milliseconds, in order, none touching another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Union(Vec<(i64, i64)>);

impl Union {
    /// What these stretches cover together.
    pub fn of(stretches: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let mut sorted: Vec<(i64, i64)> = stretches
            .into_iter()
            .filter(|(from, to)| from < to)
            .collect();
        sorted.sort_unstable();
        let mut merged: Vec<(i64, i64)> = Vec::with_capacity(sorted.len());
        for (from, to) in sorted {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Self(merged)
    }

    /// How long it is in all.
    pub fn length(&self) -> i64 {
        self.0.iter().map(|(from, to)| to - from).sum()
    }

    /// What of this the other one does not cover.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut place = 0;
        for &(mut from, to) in &self.0 {
            while place < other.0.len() && other.0[place].1 <= from {
                place += 1;
            }
            let mut next = place;
            while from < to {
                match other.0.get(next) {
                    Some(&(taken_from, taken_to)) if taken_from < to => {
                        if from < taken_from {
                            left.push((from, taken_from));
                        }
                        from = from.max(taken_to);
                        next += 1;
                    }
                    _ => {
                        left.push((from, to));
                        break;
                    }
                }
            }
        }
        Self(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_counts_what_a_count_of_milliseconds_does(
            ours in prop::collection::vec((0_i64..60, 0_i64..60), 0..8),
            theirs in prop::collection::vec((0_i64..60, 0_i64..60), 0..8),
        ) {
            let covers = |all: &[(i64, i64)], at: i64| all.iter().any(|(from, to)| *from <= at && at < *to);
            let expected = (0..60).filter(|at| covers(&ours, *at) && !covers(&theirs, *at)).count();
            let left = Union::of(ours).without(&Union::of(theirs));
            prop_assert_eq!(left.length(), expected as i64);
        }
    }
}
