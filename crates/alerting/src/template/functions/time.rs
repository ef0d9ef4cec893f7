//! Points and lengths of time, with the methods of Go's that templates use.

use jiff::Timestamp;
use swarmscope_model::metrics::{duration, float};

use super::super::Context;
use super::super::error::{CallError, Failure};
use super::super::value::Value;
use super::{float, no_field, text_at};

type Outcome = Result<Value, CallError>;

const NANOSECONDS: f64 = 1e9;

pub fn now(context: &Context<'_>, _: &[Value]) -> Outcome {
    Ok(Value::Float(context.now as f64 / 1000.0))
}

pub fn to_time(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    point(float(&arguments[0])?).map(Value::Time)
}

pub fn humanize(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let seconds = float(&arguments[0])?;
    if !seconds.is_finite() {
        return Ok(Value::text(float::general(seconds)));
    }
    Ok(Value::text(time_text(point(seconds)?)))
}

pub fn to_duration(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::Duration(
        (float(&arguments[0])? * NANOSECONDS) as i64,
    ))
}

pub fn parse_duration(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let text = text_at(arguments, 0);
    let (sign, length) = match text.strip_prefix('-') {
        Some(length) => (-1.0, length),
        None => (1.0, text),
    };
    let length = duration::parse(length).map_err(|_| CallError::BadDuration {
        text: text.to_owned(),
    })?;
    Ok(Value::Float(sign * length.as_secs_f64()))
}

/// Milliseconds since the epoch.
fn point(seconds: f64) -> Result<i64, CallError> {
    if !seconds.is_finite() {
        return Err(CallError::NotFinite);
    }
    let nanoseconds = seconds * NANOSECONDS;
    if nanoseconds.abs() > i64::MAX as f64 {
        return Err(CallError::TimeOverflow {
            value: float::general(seconds),
        });
    }
    Ok((nanoseconds as i64).div_euclid(1_000_000))
}

/// The calendar's view. Every point that [`point`] makes has one.
fn calendar(milliseconds: i64) -> jiff::civil::DateTime {
    let at = Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    jiff::tz::TimeZone::UTC.to_datetime(at)
}

/// `2006-01-02 15:04:05.999 +0000 UTC`.
pub fn time_text(milliseconds: i64) -> String {
    let seconds = calendar(milliseconds)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string();
    format!("{seconds}{} +0000 UTC", fraction(milliseconds))
}

fn fraction(milliseconds: i64) -> String {
    match milliseconds.rem_euclid(1000) {
        0 => String::new(),
        rest => format!(".{rest:03}").trim_end_matches('0').to_owned(),
    }
}

/// `1h2m3.5s`, as Go writes lengths of time.
pub fn duration_text(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let magnitude = nanoseconds.unsigned_abs();
    let small = [
        (1_000_u64, 1.0, "ns"),
        (1_000_000, 1e3, "µs"),
        (1_000_000_000, 1e6, "ms"),
    ];
    if magnitude == 0 {
        return "0s".to_owned();
    }
    if let Some((_, unit, name)) = small.iter().find(|(below, ..)| magnitude < *below) {
        return format!("{sign}{}{name}", magnitude as f64 / unit);
    }
    let (whole, rest) = (magnitude / 1_000_000_000, magnitude % 1_000_000_000);
    let mut seconds = (whole % 60).to_string();
    if rest > 0 {
        seconds = format!("{seconds}.{rest:09}")
            .trim_end_matches('0')
            .to_owned();
    }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60);
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// A method of a time or a duration.
///
/// # Errors
/// When there is none of that name, or its arguments do not fit.
pub fn method(receiver: &Value, name: &str, arguments: &[Value]) -> Result<Value, Failure> {
    let wanted = match (receiver, name) {
        (Value::Time(_), "Format" | "Add" | "Sub" | "Before" | "After") => 1,
        _ => 0,
    };
    let known = match receiver {
        Value::Time(time) => time_method(*time, name, arguments),
        Value::Duration(length) => duration_method(*length, name),
        _ => None,
    };
    if known.is_some() && arguments.len() != wanted {
        return Err(Failure::ArgumentCount {
            function: name.to_owned(),
            wanted: wanted.to_string(),
            got: arguments.len(),
        });
    }
    match known {
        None => Err(no_field(receiver, name)),
        Some(outcome) => outcome,
    }
}

fn time_method(time: i64, name: &str, arguments: &[Value]) -> Option<Result<Value, Failure>> {
    let at = calendar(time);
    let wrong = |expected: &str| {
        Err(Failure::WrongType {
            expected: expected.to_owned(),
            got: arguments.first().map_or("nil", Value::kind).to_owned(),
        })
    };
    Some(match (name, arguments.first()) {
        ("Unix", _) => Ok(Value::Int(time.div_euclid(1000))),
        ("UnixMilli", _) => Ok(Value::Int(time)),
        ("UTC", _) => Ok(Value::Time(time)),
        ("Year", _) => Ok(Value::Int(at.year().into())),
        ("Month", _) => Ok(Value::text(at.strftime("%B").to_string())),
        ("Day", _) => Ok(Value::Int(at.day().into())),
        ("Hour", _) => Ok(Value::Int(at.hour().into())),
        ("Minute", _) => Ok(Value::Int(at.minute().into())),
        ("Second", _) => Ok(Value::Int(at.second().into())),
        ("Weekday", _) => Ok(Value::text(at.strftime("%A").to_string())),
        ("YearDay", _) => Ok(Value::Int(at.day_of_year().into())),
        ("String", _) => Ok(Value::text(time_text(time))),
        ("Format", Some(Value::Text(layout))) => Ok(Value::text(formatted(time, layout))),
        ("Format", _) => wrong("string"),
        ("Add", Some(Value::Duration(length))) => {
            Ok(Value::Time(time.saturating_add(length / 1_000_000)))
        }
        ("Add", _) => wrong("time.Duration"),
        ("Sub", Some(Value::Time(other))) => Ok(Value::Duration(
            time.saturating_sub(*other).saturating_mul(1_000_000),
        )),
        ("Before", Some(Value::Time(other))) => Ok(Value::Bool(time < *other)),
        ("After", Some(Value::Time(other))) => Ok(Value::Bool(time > *other)),
        ("Sub" | "Before" | "After", _) => wrong("time.Time"),
        _ => return None,
    })
}

fn duration_method(length: i64, name: &str) -> Option<Result<Value, Failure>> {
    let seconds = length as f64 / NANOSECONDS;
    Some(Ok(match name {
        "Hours" => Value::Float(seconds / 3600.0),
        "Minutes" => Value::Float(seconds / 60.0),
        "Seconds" => Value::Float(seconds),
        "Milliseconds" => Value::Int(length / 1_000_000),
        "Microseconds" => Value::Int(length / 1_000),
        "Nanoseconds" => Value::Int(length),
        "String" => Value::text(duration_text(length)),
        _ => return None,
    }))
}

/// The parts of Go's reference time, longest first where one begins another, and what they stand for.
const LAYOUT: [(&str, &str); 28] = [
    ("January", "%B"),
    ("Jan", "%b"),
    ("Monday", "%A"),
    ("Mon", "%a"),
    ("MST", "UTC"),
    ("2006", "%Y"),
    ("-07:00", "+00:00"),
    ("-0700", "+0000"),
    ("-07", "+00"),
    ("Z07:00", "Z"),
    ("Z0700", "Z"),
    ("002", "%j"),
    ("01", "%m"),
    ("02", "%d"),
    ("03", "%I"),
    ("04", "%M"),
    ("05", "%S"),
    ("06", "%y"),
    ("15", "%H"),
    ("PM", "%p"),
    ("pm", "%P"),
    ("_2", "%e"),
    ("1", "%-m"),
    ("2", "%-d"),
    ("3", "%-I"),
    ("4", "%-M"),
    ("5", "%-S"),
    ("%", "%%"),
];

/// A point of time in a layout of Go's.
fn formatted(time: i64, layout: &str) -> String {
    let at = calendar(time);
    let mut out = String::new();
    let mut rest = layout;
    while let Some(next) = rest.chars().next() {
        if let Some((text, length)) = fractional(time, rest) {
            out.push_str(&text);
            rest = &rest[length..];
        } else if let Some((part, meaning)) = LAYOUT.iter().find(|(part, _)| rest.starts_with(part))
        {
            out.push_str(&at.strftime(meaning).to_string());
            rest = &rest[part.len()..];
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

/// `.000` or `.999` and how long it is in the layout.
fn fractional(time: i64, layout: &str) -> Option<(String, usize)> {
    let digits = layout.strip_prefix(['.', ','])?;
    let digit = digits.chars().next().filter(|each| "09".contains(*each))?;
    let count = digits.len() - digits.trim_start_matches(digit).len();
    if digits[count..].starts_with(|next: char| next.is_ascii_digit()) {
        return None;
    }
    let nanoseconds = format!("{:03}000000", time.rem_euclid(1000));
    let mut text: String = nanoseconds.chars().take(count).collect();
    if digit == '9' {
        text.truncate(text.trim_end_matches('0').len());
        if text.is_empty() {
            return Some((String::new(), count + 1));
        }
    }
    Some((format!("{}{text}", &layout[..1]), count + 1))
}
