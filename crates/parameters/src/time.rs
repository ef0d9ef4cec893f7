//! Dates and times of day, as programs write them.

use crate::bytes::{at, digits, is_word, value};

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];
const WEEKDAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
const ZONES: [&[u8]; 9] = [
    b"UTC", b"GMT", b"CET", b"CEST", b"EST", b"EDT", b"PST", b"PDT", b"JST",
];

/// The end of the date or time that begins with a digit at `start`.
pub fn end(text: &[u8], start: usize) -> Option<usize> {
    let end = match date(text, start) {
        // Two digits for the year could be anything, unless a time follows.
        Some(date) if date.is_certain => with_time(text, date.end).unwrap_or(date.end),
        Some(date) => with_time(text, date.end)?,
        None => time_of_day(text, start)?,
    };
    let goes_on = is_word(at(text, end))
        || matches!(at(text, end), b'-' | b'/' | b':') && at(text, end + 1).is_ascii_digit();
    (end > start && !goes_on).then_some(end)
}

/// The end of the date that begins with the name of a day or month, as in `Jun 14 15:16:01`,
/// `Sat Jun 11 03:28:22 2005` and `Tue, 15 Nov 1994 08:12:31 GMT`.
pub fn named(text: &[u8], start: usize) -> Option<usize> {
    let mut place = start;
    if is_one_of(&WEEKDAYS, text, place) {
        place += 3 + usize::from(at(text, place + 3) == b',');
        place = spaces(text, place)?;
        if at(text, place).is_ascii_digit() {
            return end(text, place);
        }
    }
    if !is_one_of(&MONTHS, text, place) {
        return None;
    }
    place = spaces(text, place + 3)?;
    let day = day(text, place)?;
    let comma = day + usize::from(at(text, day) == b',');
    let behind = spaces(text, comma)?;
    let end = match year(text, behind) {
        Some(year) => with_time(text, year).unwrap_or(year),
        None => {
            let time = time_of_day(text, behind)?;
            spaces(text, time)
                .and_then(|place| year(text, place))
                .unwrap_or(time)
        }
    };
    (!is_word(at(text, end))).then_some(end)
}

struct Date {
    end: usize,
    is_certain: bool,
}

fn date(text: &[u8], start: usize) -> Option<Date> {
    match digits(text, start, 9) {
        4 => {
            let separator = at(text, start + 4);
            if !matches!(separator, b'-' | b'/' | b'.') || !is_year(text, start) {
                return None;
            }
            let month = start + 5;
            let count = digits(text, month, 3);
            if !(1..=2).contains(&count)
                || !(1..=12).contains(&value(text, month, count))
                || at(text, month + count) != separator
            {
                return None;
            }
            day(text, month + count + 1).map(certain)
        }
        // `20240131T101530`.
        8 if matches!(at(text, start + 8), b'T' | b'-')
            && is_year(text, start)
            && digits(text, start + 9, 7) == 6 =>
        {
            let end = start + 15;
            Some(certain(
                fraction(text, end) + usize::from(at(text, fraction(text, end)) == b'Z'),
            ))
        }
        count @ 1..=2 => short(text, start, count),
        _ => None,
    }
}

/// `31/12/2024`, `17/06/09`, `15 Nov 1994`, `10/Oct/2000`.
fn short(text: &[u8], start: usize, count: usize) -> Option<Date> {
    let separator = at(text, start + count);
    let middle = start + count + 1;
    if !matches!(separator, b'-' | b'/' | b'.' | b' ')
        || !(1..=31).contains(&value(text, start, count))
    {
        return None;
    }
    let behind = if is_one_of(&MONTHS, text, middle) {
        middle + 3
    } else {
        let count = digits(text, middle, 3);
        if separator == b' '
            || !(1..=2).contains(&count)
            || !(1..=31).contains(&value(text, middle, count))
        {
            return None;
        }
        middle + count
    };
    if at(text, behind) != separator {
        return None;
    }
    match year(text, behind + 1) {
        // `10/Oct/2000:13:55:36 -0700`.
        Some(end) => Some(certain(end)),
        None if separator != b' ' && digits(text, behind + 1, 3) == 2 => Some(Date {
            end: behind + 3,
            is_certain: false,
        }),
        None => None,
    }
}

fn certain(end: usize) -> Date {
    Date {
        end,
        is_certain: true,
    }
}

/// The end of the time of day that follows a date.
fn with_time(text: &[u8], date: usize) -> Option<usize> {
    match at(text, date) {
        b'T' | b't' | b'_' | b':' | b'-' => time_of_day(text, date + 1),
        b' ' => time_of_day(text, date + 1 + usize::from(at(text, date + 1) == b' ')),
        b',' => time_of_day(text, date + 1 + usize::from(at(text, date + 1) == b' ')),
        _ => None,
    }
}

/// `15:16`, `15:16:01.123456`, and the zone behind it.
fn time_of_day(text: &[u8], start: usize) -> Option<usize> {
    let hours = digits(text, start, 3);
    if !(1..=2).contains(&hours) || value(text, start, hours) > 24 {
        return None;
    }
    let minutes = sixty(text, start + hours)?;
    let end = match sixty(text, minutes) {
        Some(seconds) => fraction(text, seconds),
        // `1:30` could be a proportion or a place in a file.
        None if hours == 2 && at(text, minutes) != b':' && !follows_colon(text, start) => minutes,
        None => return None,
    };
    Some(zone(text, half_of_day(text, end)))
}

/// `main.py:12:30`: a line and a column.
fn follows_colon(text: &[u8], start: usize) -> bool {
    start > 0 && text[start - 1] == b':'
}

/// `:16`, below 61 for leap seconds.
fn sixty(text: &[u8], place: usize) -> Option<usize> {
    (at(text, place) == b':' && digits(text, place + 1, 3) == 2 && value(text, place + 1, 2) <= 60)
        .then_some(place + 3)
}

/// Behind the parts of a second, where some follow.
fn fraction(text: &[u8], place: usize) -> usize {
    let count = digits(text, place + 1, 10);
    if matches!(at(text, place), b'.' | b',' | b':') && (1..=9).contains(&count) {
        place + 1 + count
    } else {
        place
    }
}

fn half_of_day(text: &[u8], place: usize) -> usize {
    let start = place + usize::from(at(text, place) == b' ');
    let is_half = matches!(at(text, start), b'A' | b'P' | b'a' | b'p')
        && matches!(at(text, start + 1), b'M' | b'm')
        && !is_word(at(text, start + 2));
    if is_half { start + 2 } else { place }
}

/// Behind `Z`, `+02:00`, ` +0200` or ` UTC`, where one follows.
fn zone(text: &[u8], place: usize) -> usize {
    if matches!(at(text, place), b'Z' | b'z') {
        return place + 1;
    }
    let start = place + usize::from(at(text, place) == b' ');
    if matches!(at(text, start), b'+' | b'-') && digits(text, start + 1, 5) >= 2 {
        let colon = usize::from(at(text, start + 3) == b':');
        if digits(text, start + 3 + colon, 3) == 2 && digits(text, start + 1, 2) == 2 {
            return start + 5 + colon;
        }
        return place;
    }
    ZONES
        .iter()
        .find(|zone| {
            text[start.min(text.len())..].starts_with(zone)
                && !is_word(at(text, start + zone.len()))
        })
        .map_or(place, |zone| start + zone.len())
}

/// The end of a day of a month.
fn day(text: &[u8], place: usize) -> Option<usize> {
    let count = digits(text, place, 3);
    ((1..=2).contains(&count) && (1..=31).contains(&value(text, place, count)))
        .then_some(place + count)
}

fn year(text: &[u8], place: usize) -> Option<usize> {
    (digits(text, place, 5) == 4 && is_year(text, place)).then_some(place + 4)
}

fn is_year(text: &[u8], place: usize) -> bool {
    (1900..2100).contains(&value(text, place, 4))
}

/// Behind one or two spaces.
fn spaces(text: &[u8], place: usize) -> Option<usize> {
    (at(text, place) == b' ').then(|| place + 1 + usize::from(at(text, place + 1) == b' '))
}

fn is_one_of(names: &[&[u8]], text: &[u8], place: usize) -> bool {
    let rest = text.get(place..place + 3);
    rest.is_some_and(|rest| names.contains(&rest)) && !at(text, place + 3).is_ascii_alphanumeric()
}
