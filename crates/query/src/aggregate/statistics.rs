//! Numbers summed up: count, extremes, sums. Never keeps the numbers.

/// What is known of numbers without keeping them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statistics {
    pub count: u64,
    pub sum: f64,
    pub sum_of_squares: f64,
    /// Infinite when there is no number; so is `max`.
    pub min: f64,
    pub max: f64,
    /// All numbers were points in time, in milliseconds.
    pub of_dates: bool,
}

impl Default for Statistics {
    fn default() -> Self {
        Self {
            count: 0,
            sum: 0.0,
            sum_of_squares: 0.0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            of_dates: true,
        }
    }
}

impl Statistics {
    /// Takes one more number.
    pub fn add(&mut self, number: f64, of_dates: bool) {
        self.count += 1;
        self.sum += number;
        self.sum_of_squares += number * number;
        self.min = self.min.min(number);
        self.max = self.max.max(number);
        self.of_dates &= of_dates;
    }

    /// Takes what another has seen.
    pub fn merge(&mut self, other: &Statistics) {
        self.count += other.count;
        self.sum += other.sum;
        self.sum_of_squares += other.sum_of_squares;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.of_dates &= other.of_dates;
    }

    /// The mean; `None` without numbers.
    pub fn average(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// The variance of the numbers themselves; `None` without numbers.
    pub fn variance(&self) -> Option<f64> {
        (self.count > 0).then(|| self.squared_deviations() / self.count as f64)
    }

    /// The variance of what the numbers are a sample of. Not a number for a sample of one.
    pub fn sample_variance(&self) -> Option<f64> {
        (self.count > 0).then(|| self.squared_deviations() / (self.count - 1) as f64)
    }

    fn squared_deviations(&self) -> f64 {
        (self.sum_of_squares - self.sum * self.sum / self.count as f64).max(0.0)
    }
}
