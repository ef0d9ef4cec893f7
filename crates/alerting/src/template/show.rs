//! Values as text, as Go's `fmt` writes them by default.

use swarmscope_model::metrics::float;

use super::value::{Sample, SampleNumber, Value};

/// `%v`.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Nil => "<no value>".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => float::general(*value),
        Value::Text(text) => text.to_string(),
        Value::Labels(labels) => map(labels.iter().map(|(k, v)| (k.as_str(), v.clone()))),
        Value::Arguments(arguments) => map(arguments.iter().map(|(k, v)| (k.as_str(), nested(v)))),
        // Elements are pointers, which Go prints as addresses; ours says what they point to.
        Value::Samples(samples) => {
            let shown: Vec<String> = samples.iter().map(|each| sample(each)).collect();
            format!("[{}]", shown.join(" "))
        }
        Value::Sample(each) => sample(each),
        Value::Histogram(histogram) => histogram.to_string(),
        Value::Time(milliseconds) => super::functions::time_text(*milliseconds),
        Value::Duration(nanoseconds) => super::functions::duration_text(*nanoseconds),
        Value::Data(data) => format!(
            "{{{} {} {} {}}}",
            map(data.labels.iter().map(|(k, v)| (k.as_str(), v.clone()))),
            map(data
                .external_labels
                .iter()
                .map(|(k, v)| (k.as_str(), v.clone()))),
            data.external_url,
            number(&data.value)
        ),
    }
}

/// Nothing inside another value prints differently from nothing alone.
fn nested(value: &Value) -> String {
    match value {
        Value::Nil => "<nil>".to_owned(),
        other => plain(other),
    }
}

fn map<'a>(entries: impl Iterator<Item = (&'a str, String)>) -> String {
    let shown: Vec<String> = entries
        .map(|(key, value)| format!("{key}:{value}"))
        .collect();
    format!("map[{}]", shown.join(" "))
}

fn sample(sample: &Sample) -> String {
    let labels = map(sample.labels.iter().map(|(k, v)| (k.as_str(), v.clone())));
    format!("&{{{labels} {}}}", number(&sample.value))
}

fn number(number: &SampleNumber) -> String {
    plain(&Value::from(number))
}

/// A float with so many significant digits and no zeros at the end: `%.4g`.
pub fn significant(value: f64, precision: usize) -> String {
    if let Some(special) = special(value) {
        return special.to_owned();
    }
    let precision = precision.max(1);
    let scientific = format!("{value:.*e}", precision - 1);
    let (digits, exponent) = parts(&scientific);
    arranged(digits.trim_end_matches('0'), exponent, precision)
}

/// `NaN`, `+Inf` or `-Inf`.
pub fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        None
    }
}

/// Sign and digits without the point, and the power of ten of the first digit.
fn parts(scientific: &str) -> (String, i32) {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    (
        mantissa.replace('.', ""),
        exponent.parse().unwrap_or_default(),
    )
}

/// Scientific when the exponent is below -4 or not below the precision.
fn arranged(signed: &str, exponent: i32, precision: usize) -> String {
    let (sign, digits) = match signed.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", signed),
    };
    let digits = if digits.is_empty() { "0" } else { digits };
    let scientific = exponent < -4 || usize::try_from(exponent).is_ok_and(|e| e >= precision);
    if scientific {
        let fraction = &digits[1..];
        let point = if fraction.is_empty() { "" } else { "." };
        return format!(
            "{sign}{}{point}{fraction}e{}",
            &digits[..1],
            power(exponent)
        );
    }
    match usize::try_from(exponent) {
        Err(_) => {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            format!("{sign}0.{zeros}{digits}")
        }
        Ok(whole) if digits.len() <= whole + 1 => {
            let zeros = "0".repeat(whole + 1 - digits.len());
            format!("{sign}{digits}{zeros}")
        }
        Ok(whole) => format!("{sign}{}.{}", &digits[..=whole], &digits[whole + 1..]),
    }
}

/// An exponent with its sign and at least two digits.
pub fn power(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{:02}", exponent.unsigned_abs())
}
