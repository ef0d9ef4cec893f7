//! Spells points in time as events do: UTC, milliseconds, `Z`. A column that holds exactly this of
//! its documents' times needs no place on disk.

use jiff::Timestamp;

const DAY: i64 = 24 * 3600 * 1000;
/// The years that have four digits: 0 to 9999.
const FIRST: i64 = -62_167_219_200_000;
const LAST: i64 = 253_402_300_799_999;
/// Length of the spelling.
pub const LENGTH: usize = 24;

/// Spells one time after the other; the date is kept while the day does not change.
#[derive(Debug, Default)]
pub struct TimeSpeller {
    day: Option<i64>,
    text: [u8; LENGTH],
}

impl TimeSpeller {
    /// `YYYY-MM-DDTHH:MM:SS.mmmZ` of milliseconds since 1970; `None` outside the years 0 to 9999.
    pub fn spell(&mut self, millisecond: i64) -> Option<&str> {
        if !(FIRST..=LAST).contains(&millisecond) {
            return None;
        }
        let day = millisecond.div_euclid(DAY);
        if self.day != Some(day) {
            let date = Timestamp::from_millisecond(day.checked_mul(DAY)?).ok()?;
            let date = date.strftime("%Y-%m-%dT").to_string();
            self.text[..11]
                .copy_from_slice(date.as_bytes().get(..11).filter(|_| date.len() == 11)?);
            self.day = Some(day);
        }
        let rest = millisecond.rem_euclid(DAY) as u32;
        let (seconds, milliseconds) = (rest / 1000, rest % 1000);
        self.two(11, seconds / 3600);
        self.text[13] = b':';
        self.two(14, seconds / 60 % 60);
        self.text[16] = b':';
        self.two(17, seconds % 60);
        self.text[19] = b'.';
        self.text[20] = b'0' + (milliseconds / 100) as u8;
        self.two(21, milliseconds % 100);
        self.text[23] = b'Z';
        std::str::from_utf8(&self.text).ok()
    }

    fn two(&mut self, at: usize, number: u32) {
        self.text[at] = b'0' + (number / 10) as u8;
        self.text[at + 1] = b'0' + (number % 10) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_spells_what_the_library_spells(times in prop::collection::vec(FIRST..=LAST, 1..5)) {
            let mut speller = TimeSpeller::default();
            for time in times {
                let library = Timestamp::from_millisecond(time).expect("in range");
                let expected = library.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
                prop_assert_eq!(speller.spell(time), Some(expected.as_str()));
            }
        }
    }

    #[test]
    fn years_of_more_than_four_digits_are_not_spelled() {
        let mut speller = TimeSpeller::default();
        assert_eq!(speller.spell(FIRST - 1), None);
        assert_eq!(speller.spell(LAST + 1), None);
        assert_eq!(speller.spell(0), Some("1970-01-01T00:00:00.000Z"));
    }
}
