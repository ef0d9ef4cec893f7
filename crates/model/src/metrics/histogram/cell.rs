//! The two ways to add up counts: plainly, and with what rounding loses kept aside.

/// A number that others are added to.
pub(super) trait Cell: Copy + Default {
    fn of(value: f64) -> Self;
    fn add(&mut self, value: f64);
    /// Adds everything that another one holds.
    fn absorb(&mut self, other: Self);
    fn scale(&mut self, factor: f64);
    fn divide(&mut self, divisor: f64);
    /// Whether nothing, not even a rounding error, is in it.
    fn is_empty(self) -> bool;
    /// What is known of it so far, without the rounding error.
    fn sum(self) -> f64;
    /// With the rounding error.
    fn total(self) -> f64;
}

impl Cell for f64 {
    fn of(value: f64) -> Self {
        value
    }

    fn add(&mut self, value: f64) {
        *self += value;
    }

    fn absorb(&mut self, other: Self) {
        *self += other;
    }

    fn scale(&mut self, factor: f64) {
        *self *= factor;
    }

    fn divide(&mut self, divisor: f64) {
        *self /= divisor;
    }

    fn is_empty(self) -> bool {
        self == 0.0
    }

    fn sum(self) -> f64 {
        self
    }

    fn total(self) -> f64 {
        self
    }
}

/// Kahan's sum with Neumaier's improvement.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kahan {
    sum: f64,
    compensation: f64,
}

impl Cell for Kahan {
    fn of(value: f64) -> Self {
        Self {
            sum: value,
            compensation: 0.0,
        }
    }

    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        if sum.is_infinite() {
            self.compensation = 0.0;
        } else if self.sum.abs() >= value.abs() {
            self.compensation += (self.sum - sum) + value;
        } else {
            self.compensation += (value - sum) + self.sum;
        }
        self.sum = sum;
    }

    fn absorb(&mut self, other: Self) {
        self.add(other.sum);
        if other.compensation != 0.0 {
            self.add(other.compensation);
        }
    }

    fn scale(&mut self, factor: f64) {
        self.sum *= factor;
        self.compensation *= factor;
    }

    fn divide(&mut self, divisor: f64) {
        self.sum /= divisor;
        self.compensation /= divisor;
    }

    fn is_empty(self) -> bool {
        self.sum == 0.0 && self.compensation == 0.0
    }

    fn sum(self) -> f64 {
        self.sum
    }

    fn total(self) -> f64 {
        self.sum + self.compensation
    }
}
