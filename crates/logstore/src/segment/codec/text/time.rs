//! Points in time as they are written in texts: `2026-01-31T23:59:59.123Z` and the like.

use super::shape::{Kind, Shape};

const POWERS: [i64; 10] = [
    1,
    10,
    100,
    1_000,
    10_000,
    100_000,
    1_000_000,
    10_000_000,
    100_000_000,
    1_000_000_000,
];
const DAY: i64 = 86_400;
const ZONES: [&[u8]; 3] = [b"", b"Z", b"+00:00"];
const SEPARATORS: [u8; 2] = [b'T', b' '];
const MARKS: [u8; 2] = [b'.', b','];
/// Length up to the seconds.
const SECONDS_END: usize = 19;

/// How a point in time is written.
#[derive(Debug, Clone, Copy)]
struct Notation {
    /// Digits of the second's fraction.
    digits: usize,
    separator: usize,
    mark: usize,
    zone: usize,
}

impl Notation {
    fn code(self) -> usize {
        ((self.digits * SEPARATORS.len() + self.separator) * MARKS.len() + self.mark) * ZONES.len()
            + self.zone
    }

    fn from_code(code: u8) -> Option<Self> {
        let rest = usize::from(code);
        let (rest, zone) = (rest / ZONES.len(), rest % ZONES.len());
        let (rest, mark) = (rest / MARKS.len(), rest % MARKS.len());
        let (digits, separator) = (rest / SEPARATORS.len(), rest % SEPARATORS.len());
        (digits < POWERS.len()).then_some(Self {
            digits,
            separator,
            mark,
            zone,
        })
    }
}

/// Reads the point in time that begins at `start`: where it ends, its notation, and its value in units
/// of its last digit since 1970.
pub fn parse(bytes: &[u8], start: usize) -> Option<(usize, Shape, i64)> {
    let text = bytes.get(start..)?;
    let head = text.get(..SECONDS_END)?;
    let marks = [head[4], head[7], head[13], head[16]];
    if marks != *b"--::" {
        return None;
    }
    let separator = SEPARATORS.iter().position(|byte| *byte == head[10])?;
    let number = |from: usize, to: usize| digits(&head[from..to]);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_day = (1..=12).contains(&month) && day >= 1 && day <= days_of(year, month);
    if !is_day || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    let mut end = SECONDS_END;
    let (mut mark, mut fraction, mut places) = (0, 0, 0);
    let marked = text
        .get(end)
        .and_then(|byte| MARKS.iter().position(|mark| mark == byte));
    if let Some(found) = marked {
        let rest = &text[end + 1..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if (1..POWERS.len()).contains(&count) {
            (mark, places) = (found, count);
            fraction = digits(&rest[..count])?;
            end += 1 + count;
        }
    }
    let zone = (1..ZONES.len())
        .find(|zone| text[end..].starts_with(ZONES[*zone]))
        .unwrap_or(0);
    end += ZONES[zone].len();
    let notation = Notation {
        digits: places,
        separator,
        mark,
        zone,
    };
    let value = seconds.checked_mul(POWERS[places])?.checked_add(fraction)?;
    let shape = Shape::of_length(Kind::Time, notation.code())?;
    Some((start + end, shape, value))
}

/// Appends a point in time; `None` when there is no such notation or year.
pub fn write(code: u8, value: i64, out: &mut Vec<u8>) -> Option<()> {
    let notation = Notation::from_code(code)?;
    let power = POWERS[notation.digits];
    let (seconds, fraction) = (value.div_euclid(power), value.rem_euclid(power));
    let (day, second) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = date(day)?;
    let mut text = *b"0000-00-00T00:00:00";
    text[10] = SEPARATORS[notation.separator];
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], second / 3600);
    put(&mut text[14..16], second / 60 % 60);
    put(&mut text[17..19], second % 60);
    out.extend_from_slice(&text);
    if notation.digits > 0 {
        out.push(MARKS[notation.mark]);
        let start = out.len();
        out.resize(start + notation.digits, b'0');
        put(&mut out[start..], fraction);
    }
    out.extend_from_slice(ZONES[notation.zone]);
    Some(())
}

/// Appends `YYYY-MM-DDTHH:MM:SS.mmmZ` of milliseconds since 1970; `None` outside of the years 0 to 9999.
pub fn write_milliseconds(milliseconds: i64, out: &mut Vec<u8>) -> Option<()> {
    const NOTATION: Notation = Notation {
        digits: 3,
        separator: 0,
        mark: 0,
        zone: 1,
    };
    write(NOTATION.code() as u8, milliseconds, out)
}

/// Writes a number with leading zeros.
pub fn put(text: &mut [u8], mut number: i64) {
    for digit in text.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0_i64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| i64::from(byte - b'0'))?;
        Some(number * 10 + digit)
    })
}

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970 of a date of the Gregorian calendar. Years begin in March, so that the leap day is
/// the last one.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date so many days after 1970 began; `None` outside of the years 0 to 9999.
fn date(days: i64) -> Option<(i64, i64, i64)> {
    let shifted = days.checked_add(719_468)?;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (0..=9999).contains(&year).then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn points_in_time_come_back(
            seconds in -62_167_219_200..=253_402_300_799_i64,
            fraction in 0..1_000_000_000_i64,
            code in 0..120_u8,
        ) {
            let digits = usize::from(code) / 12;
            let value = seconds.checked_mul(POWERS[digits]);
            prop_assume!(value.is_some());
            let value = value.unwrap_or(0).saturating_add(fraction % POWERS[digits]);
            let mut text = b"at ".to_vec();
            prop_assert!(write(code, value, &mut text).is_some());
            let (end, shape, found) = parse(&text, 3).expect("a point in time");
            prop_assert_eq!((end, found), (text.len(), value));
            let mut again = b"at ".to_vec();
            prop_assert!(write(shape.length, found, &mut again).is_some());
            prop_assert_eq!(again, text);
        }

        #[test]
        fn milliseconds_are_spelled_as_the_library_spells_them(
            time in -62_167_219_200_000..=253_402_300_799_999_i64,
        ) {
            let library = jiff::Timestamp::from_millisecond(time).expect("in range");
            let mut text = Vec::new();
            prop_assert_eq!(write_milliseconds(time, &mut text), Some(()));
            let expected = library.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
            prop_assert_eq!(text, expected.into_bytes());
        }

        #[test]
        fn whatever_is_read_is_written_the_same(text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-9]{2}:[0-6][0-9]([.,][0-9]{0,10})?(Z|\\+00:00)?") {
            if let Some((end, shape, value)) = parse(text.as_bytes(), 0) {
                let mut again = Vec::new();
                prop_assert!(write(shape.length, value, &mut again).is_some());
                prop_assert_eq!(again.as_slice(), &text.as_bytes()[..end]);
            }
        }
    }
    #[test]
    fn years_of_more_than_four_digits_are_not_spelled() {
        for time in [-62_167_219_200_001, 253_402_300_800_000, i64::MIN, i64::MAX] {
            assert_eq!(write_milliseconds(time, &mut Vec::new()), None);
        }
    }
}
