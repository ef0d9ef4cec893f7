//! Calendar dates of any second, proleptic Gregorian and in UTC.
//!
//! Values of series are turned into dates, so every number has to have one; libraries end at year 9999.

/// A second, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub year: i64,
    /// January is 1.
    pub month: u32,
    /// The first is 1.
    pub day: u32,
    /// Sunday is 0.
    pub weekday: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
}

const SECONDS_PER_DAY: i128 = 86_400;
const DAYS_PER_ERA: i128 = 146_097;
/// From March 1 of year 0 to January 1, 1970.
const EPOCH_DAYS: i128 = 719_468;

/// Where Go's calendar begins, in seconds before the epoch. What is earlier is as much later than its end.
const GO_BEGINS: i128 = 9223372028741760000;

impl Moment {
    /// From a value of a series, in seconds since the epoch. What is no such number has the date that it
    /// has in Prometheus, that of the least one.
    pub fn from_value(seconds: f64) -> Self {
        let limit = -(i64::MIN as f64);
        if (-limit..limit).contains(&seconds) {
            Self::from_seconds(seconds as i64)
        } else {
            Self::from_seconds(i64::MIN)
        }
    }

    /// From seconds since the epoch.
    pub fn from_seconds(seconds: i64) -> Self {
        let mut seconds = i128::from(seconds);
        if seconds < -GO_BEGINS {
            seconds += 1 << u64::BITS;
        }
        let days = seconds.div_euclid(SECONDS_PER_DAY);
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY) as u32;
        // Years begin in March here, so that leap days are last.
        let shifted = days + EPOCH_DAYS;
        let era = shifted.div_euclid(DAYS_PER_ERA);
        let day_of_era = shifted.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        Self {
            year: (year_of_era + era * 400 + i128::from(month <= 2)) as i64,
            month: month as u32,
            day: (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32,
            weekday: (days + 4).rem_euclid(7) as u32,
            hour: of_day / 3_600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
        }
    }

    /// January 1 is 1.
    pub fn day_of_year(&self) -> u32 {
        (1..self.month)
            .map(|month| days_in(self.year, month))
            .sum::<u32>()
            + self.day
    }

    /// How many days the month has.
    pub fn days_in_month(&self) -> u32 {
        days_in(self.year, self.month)
    }
}

fn days_in(year: i64, month: u32) -> u32 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Such as `2024-02-29T12:00:00Z`.
pub(crate) fn rfc3339(milliseconds: i64) -> String {
    let moment = Moment::from_seconds(milliseconds.div_euclid(1_000));
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_dates() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_709_210_096_999), "2024-02-29T12:34:56Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59Z");
        let moment = Moment::from_seconds(1_709_210_096);
        assert_eq!(
            (moment.weekday, moment.day_of_year(), moment.days_in_month()),
            (4, 60, 29)
        );
        assert_eq!(Moment::from_seconds(-2_203_977_600).days_in_month(), 28);
        assert!(Moment::from_seconds(i64::MIN / 2).year < -100_000_000);
        assert_eq!(Moment::from_value(f64::NAN).hour, 15);
        assert_eq!(Moment::from_value(-1.5), Moment::from_seconds(-1));
    }
}
