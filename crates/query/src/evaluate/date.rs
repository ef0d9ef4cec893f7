//! Dates in a format whose texts are in no order, such as `31/01/2026`: read, and compared as points in time.

use crate::document::ValueRef;
use crate::value_view::DateFormat;

/// A date between two others.
#[derive(Debug)]
pub struct DateTest {
    format: DateFormat,
    /// In milliseconds, both inclusive.
    first: i64,
    last: i64,
}

impl DateTest {
    pub(super) fn new(format: DateFormat, first: i64, last: i64) -> Self {
        Self {
            format,
            first,
            last,
        }
    }

    pub(super) fn holds(&self, value: ValueRef<'_>) -> bool {
        let instant = self.format.instant(value);
        instant.is_some_and(|instant| self.first <= instant && instant <= self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_compare_as_points_in_time() {
        let format = DateFormat::parse("dd/MM/yyyy||epoch_second").expect("a format");
        let test = DateTest::new(format, 0, 40 * 86_400_000);
        assert!(test.holds(ValueRef::Text("31/01/1970")));
        assert!(test.holds(ValueRef::Text("01/02/1970")));
        assert!(test.holds(ValueRef::Integer(86_400)));
        assert!(!test.holds(ValueRef::Text("31/12/1969")));
        assert!(!test.holds(ValueRef::Text("1970-01-02")));
    }
}
