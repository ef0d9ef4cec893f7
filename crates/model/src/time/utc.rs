//! The form of time that nearly every event has, read without a general parser: that one takes longer
//! than all the rest of a document.

/// Reads `YYYY-MM-DDTHH:MM:SS`, a fraction of up to nine digits, and `Z`, in milliseconds. `None` for
/// whatever else, also when it is a time.
pub(super) fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (head, tail) = bytes.split_first_chunk::<19>()?;
    let marks = [head[4], head[7], head[10], head[13], head[16]];
    if marks != *b"--T::" {
        return None;
    }
    let two = |at: usize| number(&head[at..at + 2]);
    let (year, month, day) = (number(&head[..4])?, two(5)?, two(8)?);
    let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
    let in_range = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    let millisecond = fraction(tail, year)?;
    let seconds = (days_before(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
    in_range.then_some(seconds * 1000 + millisecond)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + i64::from(digit))
    })
}

/// The milliseconds of what stands behind the seconds.
fn fraction(tail: &[u8], year: i64) -> Option<i64> {
    let (last, digits) = tail.split_last()?;
    if *last != b'Z' {
        return None;
    }
    let digits = match digits {
        [] => return Some(0),
        [b'.', digits @ ..] => digits,
        _ => return None,
    };
    if !(1..=9).contains(&digits.len()) || number(digits)? > 0 && digits.len() > 3 && year < 1970 {
        // Before the epoch what is finer than a millisecond is cut off towards it.
        return None;
    }
    let millisecond = number(&digits[..digits.len().min(3)])?;
    Some(millisecond * [0, 100, 10, 1][digits.len().min(3)])
}

fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the epoch to a date. Years begin in March here, so that the leap day is the last one.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days_of_months = (153 * month + 2) / 5;
    // From the first of March of year 0 to the epoch.
    year * 365 + leap_days + days_of_months + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_library(text: &str) -> Option<i64> {
        let instant = text.parse::<jiff::Timestamp>().ok()?;
        Some(instant.as_millisecond())
    }

    #[test]
    fn every_day_and_every_part_is_read_as_the_library_reads_it() {
        let mut day = jiff::civil::date(1, 1, 1);
        while day.year() < 9990 {
            let text = format!("{day}T23:59:58.120Z");
            assert_eq!(parse(&text), by_library(&text), "{text}");
            day = day.checked_add(jiff::Span::new().days(13)).expect("a date");
        }
        for hour in ["00", "07", "23", "24", "1 "] {
            for minute in ["00", "59", "60", "+1"] {
                for second in ["00", "59", "60", "61"] {
                    for rest in [
                        "Z",
                        ".1Z",
                        ".12Z",
                        ".123Z",
                        ".123456Z",
                        ".9999999999Z",
                        ".Z",
                        "z",
                        "+00:00",
                        "",
                    ] {
                        for date in [
                            "2026-02-28",
                            "2024-02-29",
                            "2023-02-29",
                            "1969-12-31",
                            "0000-01-01",
                        ] {
                            let text = format!("{date}T{hour}:{minute}:{second}{rest}");
                            if let Some(read) = parse(&text) {
                                assert_eq!(Some(read), by_library(&text), "{text}");
                            }
                        }
                    }
                }
            }
        }
        for usual in [
            "2026-01-31T12:00:00Z",
            "2026-01-31T12:00:00.123Z",
            "2026-01-31T12:00:00.123456789Z",
        ] {
            assert!(parse(usual).is_some(), "{usual}");
        }
    }
}
