//! The times at which an expression is evaluated.

/// Evenly spaced times, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grid {
    /// Milliseconds since the epoch.
    pub start: i64,
    /// Milliseconds, positive.
    pub step: i64,
    /// How many times there are.
    pub count: usize,
    /// Whether it ends where it starts, which one that is shorter than its step does not.
    instant: bool,
}

impl Grid {
    /// From `start` to `end`, both inside. `None` when `end` is before `start`.
    pub fn new(start: i64, end: i64, step: i64) -> Option<Self> {
        let span = end.checked_sub(start).filter(|span| *span >= 0)?;
        let count = usize::try_from(span / step).ok()?.checked_add(1)?;
        let instant = span == 0;
        Some(Self {
            start,
            step,
            count,
            instant,
        })
    }

    /// One time only.
    pub fn single(time: i64) -> Self {
        Self {
            start: time,
            step: 1,
            count: 1,
            instant: true,
        }
    }

    /// Only the first time.
    pub fn first(self) -> Self {
        Self {
            count: 1,
            instant: true,
            ..self
        }
    }

    pub fn time(self, index: usize) -> i64 {
        self.start + self.step * index as i64
    }

    /// The last time.
    pub fn end(self) -> i64 {
        self.time(self.count - 1)
    }

    pub fn times(self) -> impl Iterator<Item = i64> {
        (0..self.count).map(move |index| self.time(index))
    }

    /// Whether it is evaluated once only, as in an instant query.
    pub fn is_single(self) -> bool {
        self.count == 1
    }

    /// Whether Prometheus takes it for an instant: not when it has one time that is not its end.
    pub fn is_instant(self) -> bool {
        self.instant
    }
}
