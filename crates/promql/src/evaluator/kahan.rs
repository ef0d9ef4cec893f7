//! Sums that lose as little as possible: Kahan's method with Neumaier's improvement.

/// A running sum and what rounding took from it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct KahanSum {
    pub sum: f64,
    pub compensation: f64,
}

impl KahanSum {
    pub fn new(value: f64) -> Self {
        Self {
            sum: value,
            compensation: 0.0,
        }
    }

    #[inline]
    pub fn add(&mut self, value: f64) {
        let total = self.sum + value;
        if total.is_infinite() {
            self.compensation = 0.0;
        } else if self.sum.abs() >= value.abs() {
            self.compensation += (self.sum - total) + value;
        } else {
            self.compensation += (value - total) + self.sum;
        }
        self.sum = total;
    }

    /// The sum with the compensation.
    #[inline]
    pub fn total(self) -> f64 {
        self.sum + self.compensation
    }
}

/// A running mean: the sum divided at the end, or, once that would overflow, adjusted with each value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct KahanMean {
    /// The sum, or the mean once `incremental` is set.
    value: KahanSum,
    count: f64,
    incremental: bool,
}

impl KahanMean {
    pub fn new(value: f64) -> Self {
        Self {
            value: KahanSum::new(value),
            count: 1.0,
            incremental: false,
        }
    }

    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1.0;
        if !self.incremental {
            let mut sum = self.value;
            sum.add(value);
            if !sum.sum.is_infinite() {
                self.value = sum;
                return;
            }
            self.incremental = true;
            self.value.sum /= self.count - 1.0;
            self.value.compensation /= self.count - 1.0;
        }
        let share = (self.count - 1.0) / self.count;
        self.value.sum *= share;
        self.value.compensation *= share;
        self.value.add(value / self.count);
    }

    pub fn mean(self) -> f64 {
        if self.incremental {
            self.value.total()
        } else {
            self.value.sum / self.count + self.value.compensation / self.count
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_survive_large_ones() {
        let mut sum = KahanSum::default();
        for value in [1e100, 1.0, -1e100, 1.0] {
            sum.add(value);
        }
        assert_eq!(sum.total(), 2.0);
    }

    #[test]
    fn the_mean_of_values_whose_sum_overflows_is_finite() {
        let mut mean = KahanMean::new(f64::MAX);
        mean.add(f64::MAX);
        mean.add(f64::MAX);
        assert!((mean.mean() / f64::MAX - 1.0).abs() < 1e-12);
        let mut infinite = KahanMean::new(f64::INFINITY);
        infinite.add(1.0);
        assert_eq!(infinite.mean(), f64::INFINITY);
    }
}
