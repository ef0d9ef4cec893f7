//! Numbers for people: with unit prefixes, as durations, as percentages.

use super::super::Context;
use super::super::error::CallError;
use super::super::show::significant;
use super::super::value::Value;
use super::float;

type Outcome = Result<Value, CallError>;

const LARGE: [&str; 8] = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
const LARGE_BINARY: [&str; 8] = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];
const SMALL: [&str; 8] = ["m", "u", "n", "p", "f", "a", "z", "y"];

pub fn humanize(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let value = float(&arguments[0])?;
    let (value, prefix) = if value == 0.0 || !value.is_finite() {
        (value, "")
    } else if value.abs() >= 1.0 {
        scaled_down(value, 1000.0, &LARGE)
    } else {
        scaled_up(value)
    };
    Ok(Value::text(format!("{}{prefix}", significant(value, 4))))
}

pub fn humanize_1024(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let value = float(&arguments[0])?;
    let (value, prefix) = if value.abs() <= 1.0 || !value.is_finite() {
        (value, "")
    } else {
        scaled_down(value, 1024.0, &LARGE_BINARY)
    };
    Ok(Value::text(format!("{}{prefix}", significant(value, 4))))
}

pub fn percentage(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let value = float(&arguments[0])?;
    Ok(Value::text(format!("{}%", significant(value * 100.0, 4))))
}

pub fn duration(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let value = float(&arguments[0])?;
    if !value.is_finite() {
        return Ok(Value::text(significant(value, 4)));
    }
    if value == 0.0 || value.abs() >= 1.0 {
        return Ok(Value::text(clock(value)));
    }
    let (value, prefix) = scaled_up(value);
    Ok(Value::text(format!("{}{prefix}s", significant(value, 4))))
}

/// Days, hours, minutes and whole seconds; seconds alone have four digits.
fn clock(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let whole = value.abs() as i64;
    let (days, hours) = (whole / 86_400, whole / 3_600 % 24);
    let (minutes, seconds) = (whole / 60 % 60, whole % 60);
    if days != 0 {
        format!("{sign}{days}d {hours}h {minutes}m {seconds}s")
    } else if hours != 0 {
        format!("{sign}{hours}h {minutes}m {seconds}s")
    } else if minutes != 0 {
        format!("{sign}{minutes}m {seconds}s")
    } else {
        format!("{sign}{}s", significant(value.abs(), 4))
    }
}

fn scaled_down<'a>(mut value: f64, base: f64, prefixes: &[&'a str]) -> (f64, &'a str) {
    let mut prefix = "";
    for next in prefixes {
        if value.abs() < base {
            break;
        }
        prefix = next;
        value /= base;
    }
    (value, prefix)
}

fn scaled_up(mut value: f64) -> (f64, &'static str) {
    let mut prefix = "";
    for next in SMALL {
        if value.abs() >= 1.0 {
            break;
        }
        prefix = next;
        value *= 1000.0;
    }
    (value, prefix)
}
