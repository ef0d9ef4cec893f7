//! Names with a date in them: `<logs-{now/d}>`, `<logs-{now-1M/M{yyyy.MM|+02:00}}>`.

use jiff::tz::TimeZone;
use swarmscope_model::Timestamp;
use swarmscope_query::datemath::{self, Clock, DateMathError, Format, Rounding};

use super::errors::ElasticError;

/// The format of a date that names none, as in Elasticsearch.
const FORMAT: &str = "yyyy.MM.dd";

/// Puts the dates into an expression of names; most have none.
///
/// # Errors
/// When a date cannot be read.
pub fn resolve(expression: &str, now: Timestamp) -> Result<String, ElasticError> {
    if !expression.contains('<') {
        return Ok(expression.to_owned());
    }
    let names = split(expression).into_iter().map(|name| {
        let (sign, rest) = match name.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", name),
        };
        match rest
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
        {
            Some(inner) => Ok(format!("{sign}{}", dated(inner, now)?)),
            None => Ok(name.to_owned()),
        }
    });
    let names: Result<Vec<String>, ElasticError> = names.collect();
    Ok(names?.join(","))
}

/// At the commas outside of brackets.
fn split(expression: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, character) in expression.char_indices() {
        match character {
            '<' | '{' => depth += 1,
            '>' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&expression[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&expression[start..]);
    parts
}

fn dated(name: &str, now: Timestamp) -> Result<String, ElasticError> {
    let invalid = |what: &str| {
        ElasticError::parse(format!("invalid dynamic name expression [{name}]. {what}"))
    };
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let mut depth = 1_usize;
        let end = after.char_indices().find(|(_, character)| {
            match character {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let (end, _) = end.ok_or_else(|| invalid("missing closing `}` for date math"))?;
        out.push_str(&shown(&after[..end], now).map_err(|error| {
            ElasticError::parse(format!(
                "failed to parse date field [{}]: {error}",
                &after[..end]
            ))
        })?);
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// `now-1M/M{yyyy.MM|+02:00}` as a date.
fn shown(text: &str, now: Timestamp) -> Result<String, DateMathError> {
    let (math, format) = match text.split_once('{') {
        Some((math, format)) => (math, format.trim_end_matches('}')),
        None => (text, FORMAT),
    };
    let (format, zone) = match format.split_once('|') {
        Some((format, zone)) => (format, datemath::time_zone(zone)?),
        None => (format, TimeZone::UTC),
    };
    let format = Format::parse(format)?;
    let clock = Clock {
        now,
        time_zone: zone,
    };
    let at = datemath::instant(math, Rounding::Down, &format, &clock)?;
    Ok(format.show(at, &clock.time_zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_put_into_names() {
        // 2024-03-22T23:30:00Z, the day of Elasticsearch's documentation but for the hour.
        let now = Timestamp::from_millisecond(1_711_150_200_000);
        let of = |name: &str| resolve(name, now).expect("a name");
        assert_eq!(of("logs"), "logs");
        assert_eq!(of("<logstash-{now/d}>"), "logstash-2024.03.22");
        assert_eq!(of("<logstash-{now/M}>"), "logstash-2024.03.01");
        assert_eq!(of("<logstash-{now/M{yyyy.MM}}>"), "logstash-2024.03");
        assert_eq!(of("<logstash-{now/M-1M{yyyy.MM}}>"), "logstash-2024.02");
        assert_eq!(
            of("<logstash-{now/d{yyyy.MM.dd|+12:00}}>"),
            "logstash-2024.03.23"
        );
        assert_eq!(
            of("a,-<b-{now/d}>-x,<c{now/d}>"),
            "a,-<b-{now/d}>-x,c2024.03.22"
        );
        assert_eq!(of("<logs-{2024.05||/M{yyyy.MM}}>"), "logs-2024.05");
        assert!(resolve("<logs-{foo}>", now).is_err() && resolve("<logs-{now>", now).is_err());
    }
}
