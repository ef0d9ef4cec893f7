//! How numbers are distributed: the numbers themselves while they are few, then counts in cells whose
//! width is a fixed part of the value.
//!
//! The cells are those of an HDR histogram: a number's exponent and the first bits of its mantissa, which
//! are one shift of its bits away. An answer is then off by at most 1/128 of its value. When numbers span
//! more than 64 powers of two, or the cells of all buckets would take too much memory, two neighbours
//! become one, and the error doubles. Smallest and largest are always exact.

/// Numbers that are kept as they are.
const EXACT: usize = 4_096;
/// Bits of the mantissa that tell cells apart.
const PRECISION: u32 = 7;
/// Cells on one side of zero: 64 powers of two at full precision.
const MAX_CELLS: usize = 64 << PRECISION;
/// What is nearer to zero counts as zero.
const SMALLEST: f64 = 1e-12;

/// The distribution of some numbers.
#[derive(Debug, Clone, Default)]
pub struct Distribution {
    /// The numbers, as long as none are counted.
    kept: Vec<f64>,
    counted: Option<Box<Counted>>,
}

impl Distribution {
    /// Takes one more number.
    #[inline]
    pub fn add(&mut self, number: f64) {
        match &mut self.counted {
            Some(counted) => counted.add(number, 1),
            None if self.kept.len() < EXACT => self.kept.push(number),
            None => self.counted().add(number, 1),
        }
    }

    /// Takes what another has seen.
    pub fn merge(&mut self, other: Distribution) {
        if let Some(other) = other.counted {
            self.counted().merge(&other);
        }
        for number in other.kept {
            self.add(number);
        }
    }

    /// Counts the numbers from now on.
    fn counted(&mut self) -> &mut Counted {
        let counted = self.counted.get_or_insert_default();
        for number in std::mem::take(&mut self.kept) {
            counted.add(number, 1);
        }
        counted
    }

    /// Counts the numbers from now on, in no more cells than these on either side of zero.
    pub fn shrink(&mut self, cells: usize) {
        let counted = self.counted();
        counted.below_zero.shrink(cells);
        counted.above_zero.shrink(cells);
    }

    /// Memory that it takes.
    pub fn bytes(&self) -> usize {
        let counted = self.counted.as_ref().map_or(0, |counted| {
            counted.below_zero.counts.len() + counted.above_zero.counts.len()
        });
        size_of::<Self>() + (self.kept.capacity() + counted) * 8
    }

    /// Prepares for questions.
    pub fn settle(&mut self) {
        self.kept.sort_by(f64::total_cmp);
    }

    /// The number at a part of the way from the smallest (0) to the largest (1); between two numbers, in
    /// proportion. `None` without numbers.
    pub fn quantile(&self, part: f64) -> Option<f64> {
        if let Some(counted) = &self.counted {
            return Some(counted.quantile(part));
        }
        let rank = part * self.kept.len().checked_sub(1)? as f64;
        let (low, high) = (rank.floor() as usize, rank.ceil() as usize);
        let (low, high) = (*self.kept.get(low)?, *self.kept.get(high)?);
        Some(low + rank.fract() * (high - low))
    }

    /// Which part of the numbers lies below a value, those equal to it by half. `None` without numbers.
    pub fn rank(&self, value: f64) -> Option<f64> {
        match &self.counted {
            Some(counted) => Some(counted.rank(value)),
            None => rank_among(&self.kept, value),
        }
    }
}

impl Distribution {
    /// The median of how far the numbers lie from their median. `None` without numbers.
    pub fn deviation(&self) -> Option<f64> {
        let median = self.quantile(0.5)?;
        let mut distances = Distribution::default();
        match &self.counted {
            Some(counted) => {
                let own = distances.counted();
                counted.each(|number, count| own.add((number - median).abs(), count));
            }
            None => distances.kept = self.kept.iter().map(|own| (own - median).abs()).collect(),
        }
        distances.settle();
        distances.quantile(0.5)
    }

    /// The smallest and the largest number within two ends, both inclusive. `None` when there is none.
    pub fn outermost_within(&self, low: f64, high: f64) -> Option<(f64, f64)> {
        let mut found: Option<(f64, f64)> = None;
        let mut take = |number: f64| {
            if (low..=high).contains(&number) {
                let (least, most) = found.unwrap_or((number, number));
                found = Some((least.min(number), most.max(number)));
            }
        };
        match &self.counted {
            Some(counted) => {
                counted.each(|number, _| take(number));
                take(counted.min);
                take(counted.max);
            }
            None => self.kept.iter().copied().for_each(take),
        }
        found
    }
}

/// As Elasticsearch ranks among few numbers: each number lies in the middle of a stretch that reaches half the
/// way to its neighbours, and within it the rank grows in proportion.
fn rank_among(numbers: &[f64], value: f64) -> Option<f64> {
    let (first, last) = (*numbers.first()?, *numbers.last()?);
    let count = numbers.len() as f64;
    if value < first {
        return Some(0.0);
    }
    if value > last {
        return Some(1.0);
    }
    if value == last {
        let equal = numbers.len() - numbers.partition_point(|number| *number < last);
        return Some(1.0 - equal as f64 / 2.0 / count);
    }
    let half = |place: usize| (numbers[place + 1] - numbers[place]) / 2.0;
    let places = 0..numbers.len() - 1;
    let place = partition(places, |place| numbers[place] + half(place) <= value);
    let left = match place {
        0 => half(0),
        place => half(place - 1),
    };
    let own = numbers[place];
    // The last number's stretch is as long on its other side.
    let right = if place + 1 < numbers.len() {
        half(place)
    } else {
        left
    };
    let within = (value - (own - left)) / (left + right);
    Some(((place as f64 + within) / count).max(0.0))
}

/// The first place for which the test does not hold; it holds for all before.
fn partition(places: std::ops::Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (places.start, places.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Numbers counted in cells.
#[derive(Debug, Clone)]
struct Counted {
    below_zero: Cells,
    zero: u64,
    above_zero: Cells,
    min: f64,
    max: f64,
}

impl Default for Counted {
    fn default() -> Self {
        Self {
            below_zero: Cells::default(),
            zero: 0,
            above_zero: Cells::default(),
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
        }
    }
}

impl Counted {
    #[inline]
    fn add(&mut self, number: f64, count: u64) {
        self.min = self.min.min(number);
        self.max = self.max.max(number);
        if number > SMALLEST {
            self.above_zero.add(number, count);
        } else if number < -SMALLEST {
            self.below_zero.add(-number, count);
        } else {
            self.zero += count;
        }
    }

    fn merge(&mut self, other: &Counted) {
        self.below_zero.merge(&other.below_zero);
        self.above_zero.merge(&other.above_zero);
        self.zero += other.zero;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Calls with the middle of every cell, and how many numbers are in it.
    fn each(&self, mut visit: impl FnMut(f64, u64)) {
        self.below_zero.each(|number, count| visit(-number, count));
        if self.zero > 0 {
            visit(0.0, self.zero);
        }
        self.above_zero.each(visit);
    }

    fn count(&self) -> u64 {
        self.below_zero.total + self.zero + self.above_zero.total
    }

    fn quantile(&self, part: f64) -> f64 {
        let rank = part * (self.count() - 1) as f64;
        let below = self.below_zero.total as f64;
        let found = if rank < below {
            // The rank-th from below is so many from zero.
            -self.below_zero.at_rank(below - 1.0 - rank)
        } else if rank < below + self.zero as f64 {
            0.0
        } else {
            self.above_zero.at_rank(rank - below - self.zero as f64)
        };
        found.clamp(self.min, self.max)
    }

    fn rank(&self, value: f64) -> f64 {
        if value < self.min {
            return 0.0;
        }
        if value >= self.max {
            return 1.0;
        }
        let below = self.below_zero.total as f64;
        let zero = self.zero as f64;
        let lower = if value > SMALLEST {
            below + zero + self.above_zero.below(value)
        } else if value < -SMALLEST {
            below - self.below_zero.below(-value)
        } else {
            below + zero / 2.0
        };
        lower / self.count() as f64
    }
}

/// Counts of positive numbers, by the first bits of each.
#[derive(Debug, Clone)]
struct Cells {
    counts: Vec<u64>,
    /// The cell that `counts` begins with.
    first: u64,
    /// How many times neighbours have become one.
    coarser: u32,
    /// How many cells there may be.
    limit: usize,
    total: u64,
}

impl Default for Cells {
    fn default() -> Self {
        Self {
            counts: Vec::new(),
            first: 0,
            coarser: 0,
            limit: MAX_CELLS,
            total: 0,
        }
    }
}

impl Cells {
    fn cell(&self, number: f64) -> u64 {
        number.to_bits() >> (f64::MANTISSA_DIGITS - 1 - PRECISION + self.coarser)
    }

    /// The number with which a cell begins.
    fn start(&self, cell: u64) -> f64 {
        f64::from_bits(cell << (f64::MANTISSA_DIGITS - 1 - PRECISION + self.coarser))
    }

    #[inline]
    fn add(&mut self, number: f64, count: u64) {
        self.total += count;
        let place = self.cell(number).wrapping_sub(self.first) as usize;
        match self.counts.get_mut(place) {
            Some(cell) => *cell += count,
            None => {
                let cell = self.reach(self.cell(number));
                self.counts[cell] += count;
            }
        }
    }

    /// Makes room for a cell; gives its place.
    fn reach(&mut self, mut cell: u64) -> usize {
        if self.counts.is_empty() {
            self.first = cell;
        }
        loop {
            let first = self.first.min(cell);
            let end = (self.first + self.counts.len() as u64).max(cell + 1);
            if end - first <= self.limit as u64 {
                let before = (self.first - first) as usize;
                self.counts.splice(0..0, std::iter::repeat_n(0, before));
                self.counts.resize((end - first) as usize, 0);
                self.first = first;
                return (cell - first) as usize;
            }
            self.coarsen();
            cell >>= 1;
        }
    }

    fn shrink(&mut self, limit: usize) {
        self.limit = self.limit.min(limit.max(2));
        while self.counts.len() > self.limit {
            self.coarsen();
        }
    }

    fn coarsen(&mut self) {
        let mut counts = vec![0; self.counts.len() / 2 + 1];
        for (cell, count) in (self.first..).zip(&self.counts) {
            counts[((cell >> 1) - (self.first >> 1)) as usize] += count;
        }
        self.counts = counts;
        self.first >>= 1;
        self.coarser += 1;
    }

    fn merge(&mut self, other: &Cells) {
        while self.coarser < other.coarser {
            self.coarsen();
        }
        for (cell, count) in (other.first..).zip(&other.counts) {
            if *count > 0 {
                self.add(other.start(cell), *count);
            }
        }
    }

    /// Calls with the middle of every cell that is not empty, and its count.
    fn each(&self, mut visit: impl FnMut(f64, u64)) {
        for (cell, count) in (self.first..).zip(&self.counts) {
            if *count > 0 {
                let (start, end) = (self.start(cell), self.start(cell + 1));
                visit(start + (end - start) / 2.0, *count);
            }
        }
    }

    /// The number at a rank, from 0; within a cell, in proportion.
    fn at_rank(&self, rank: f64) -> f64 {
        let mut before = 0.0;
        for (cell, count) in (self.first..).zip(&self.counts) {
            let count = *count as f64;
            if rank < before + count {
                let (start, end) = (self.start(cell), self.start(cell + 1));
                return start + (end - start) * ((rank - before + 0.5) / count).min(1.0);
            }
            before += count;
        }
        self.start(self.first + self.counts.len() as u64)
    }

    /// How many numbers lie below a value, within its cell in proportion.
    fn below(&self, value: f64) -> f64 {
        let cell = self.cell(value);
        let whole = cell.saturating_sub(self.first) as usize;
        let before = &self.counts[..whole.min(self.counts.len())];
        let before: u64 = before.iter().sum();
        let own = match (cell >= self.first).then(|| self.counts.get(whole)) {
            Some(Some(own)) => *own as f64,
            _ => 0.0,
        };
        let (start, end) = (self.start(cell), self.start(cell + 1));
        before as f64 + own * (value - start) / (end - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Both ways to the same question.
    fn both(numbers: &[f64]) -> (Distribution, Distribution) {
        let mut exact = Distribution {
            kept: numbers.to_vec(),
            counted: None,
        };
        exact.settle();
        let mut counted = Distribution::default();
        counted.counted();
        for number in numbers {
            counted.add(*number);
        }
        (exact, counted)
    }

    fn number() -> impl Strategy<Value = f64> {
        prop_oneof![
            4 => 0.001..100_000.0_f64,
            2 => (0_i32..500).prop_map(f64::from),
            1 => -1000.0..1000.0_f64,
        ]
    }

    #[test]
    fn few_numbers_are_exact() {
        let (exact, _) = both(&[4.0, 1.0, 3.0, 2.0]);
        assert_eq!(exact.quantile(0.0), Some(1.0));
        assert_eq!(exact.quantile(0.5), Some(2.5));
        assert_eq!(exact.quantile(1.0), Some(4.0));
        assert_eq!(exact.rank(0.5), Some(0.0));
        assert_eq!(exact.rank(2.0), Some(0.375));
        assert_eq!(exact.rank(4.0), Some(0.875));
        assert_eq!(exact.rank(9.0), Some(1.0));
        assert_eq!(Distribution::default().quantile(0.5), None);
        assert_eq!(Distribution::default().rank(0.5), None);
    }

    #[test]
    fn deviations_and_whiskers_are_exact_of_few_and_near_of_many() {
        let numbers: Vec<f64> = (1..=101).map(f64::from).chain([1_000.0]).collect();
        let (exact, counted) = both(&numbers);
        assert_eq!(exact.deviation(), Some(25.5));
        assert_eq!(exact.outermost_within(-80.0, 180.0), Some((1.0, 101.0)));
        assert_eq!(exact.outermost_within(2_000.0, 3_000.0), None);
        let deviation = counted.deviation().expect("a deviation");
        assert!((deviation - 25.5).abs() < 1.0, "{deviation}");
        let (low, high) = counted.outermost_within(-80.0, 180.0).expect("whiskers");
        assert!(low == 1.0 && (high - 101.0).abs() < 1.0, "{low} {high}");
        assert_eq!(Distribution::default().deviation(), None);
    }

    #[test]
    fn whatever_the_numbers_span_the_cells_are_bounded() {
        let mut counted = Distribution::default();
        counted.counted();
        for number in [f64::MAX, 1e-11, 1.0, -1e300, -1.0, 0.0, f64::MIN] {
            counted.add(number);
        }
        assert!(counted.counted().above_zero.counts.len() <= MAX_CELLS);
        assert_eq!(counted.quantile(0.0), Some(f64::MIN));
        assert_eq!(counted.quantile(1.0), Some(f64::MAX));
        assert_eq!(counted.quantile(0.5), Some(0.0));
    }

    proptest! {
        #[test]
        fn counted_answers_lie_between_the_neighbours_of_the_exact_one(
            numbers in prop::collection::vec(number(), 1..400),
            part in 0.0..=1.0_f64,
            value in number(),
        ) {
            let (exact, counted) = both(&numbers);
            let sorted = &exact.kept;
            let rank = part * (sorted.len() - 1) as f64;
            let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
            let off = 1.0 / 127.0;
            let found = counted.quantile(part).expect("a number");
            prop_assert!(found >= low - low.abs() * off && found <= high + high.abs() * off, "{low} {found} {high}");
            let near = |scale: f64| {
                let below = sorted.iter().filter(|n| **n < value - value.abs() * scale).count();
                let upto = sorted.iter().filter(|n| **n <= value + value.abs() * scale).count();
                (below as f64 / sorted.len() as f64, upto as f64 / sorted.len() as f64)
            };
            let (low, high) = near(off);
            let found = counted.rank(value).expect("a rank");
            prop_assert!(found >= low - 1e-9 && found <= high + 1e-9, "{low} {found} {high}");
        }

        #[test]
        fn merged_halves_answer_as_the_whole(
            numbers in prop::collection::vec(number(), 2..400),
            at in 0.0..1.0_f64,
            part in 0.0..=1.0_f64,
        ) {
            let at = (at * numbers.len() as f64) as usize;
            let (_, whole) = both(&numbers);
            let (_, mut merged) = both(&numbers[..at]);
            merged.merge(both(&numbers[at..]).1);
            prop_assert_eq!(whole.quantile(part), merged.quantile(part));
        }
    }
}
