//! `lowercase`, `uppercase`, `trim`, `gsub`, `html_strip`, `urldecode`, `bytes`: a text, or each of a list, becomes
//! another.

use regex::Regex;
use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::{Draft, no_cast};
use super::super::expression::{Replacement, compile};
use super::super::room::Room;
use super::super::said::Said;
use super::Process;
use super::each::Each;

/// What is done to the text.
#[derive(Debug)]
enum Change {
    Lowercase,
    Uppercase,
    Trim,
    Replace { pattern: Regex, by: Replacement },
    StripHtml,
    DecodeUrl,
    Bytes,
}

/// Changes a text.
#[derive(Debug)]
pub struct Text {
    change: Change,
    each: Each,
}

impl Text {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(kind: &str, said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let each = Each::read(said)?;
        let change = match kind {
            "lowercase" => Change::Lowercase,
            "uppercase" => Change::Uppercase,
            "trim" => Change::Trim,
            "html_strip" => Change::StripHtml,
            "urldecode" => Change::DecodeUrl,
            "bytes" => Change::Bytes,
            _ => {
                let pattern = said.required("pattern")?;
                said.count_pattern("pattern")?;
                let pattern = compile(&pattern).map_err(|error| {
                    said.fail("pattern", &format!("Invalid regex pattern. {error}"))
                })?;
                let by = Replacement::read(&said.required("replacement")?);
                Change::Replace { pattern, by }
            }
        };
        Ok(Self { change, each })
    }

    fn changed(&self, value: &Value, room: &mut Room) -> Result<Value, ElasticError> {
        let Value::String(text) = value else {
            return Err(no_cast(&self.each.field, value, "java.lang.String"));
        };
        let changed: Value = match &self.change {
            Change::Lowercase => text.to_lowercase().into(),
            Change::Uppercase => text.to_uppercase().into(),
            Change::Trim => text.trim().into(),
            Change::Replace { pattern, by } => {
                return Ok(by.in_place_of(pattern, text, room)?.into());
            }
            Change::StripHtml => without_tags(text).into(),
            Change::DecodeUrl => decoded(text)?.into(),
            Change::Bytes => bytes(text)?.into(),
        };
        room.take_value(&changed)?;
        Ok(changed)
    }
}

/// Without tags; those that begin a block leave a line break.
fn without_tags(text: &str) -> String {
    const IN_LINE: [&str; 13] = [
        "a", "abbr", "b", "bdo", "code", "em", "i", "kbd", "small", "span", "strong", "sub", "sup",
    ];
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once('<') {
        let Some((tag, behind)) = after.split_once('>') else {
            break;
        };
        out.push_str(before);
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if !name.is_empty() && !IN_LINE.contains(&name.to_lowercase().as_str()) {
            out.push('\n');
        }
        rest = behind;
    }
    out.push_str(rest);
    for (entity, sign) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ] {
        out = out.replace(entity, sign);
    }
    out
}

/// With `+` and `%41` as what they stand for.
fn decoded(text: &str) -> Result<String, ElasticError> {
    let refused = || ElasticError::illegal_argument(format!("Could not URL-decode value [{text}]"));
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || {
                    let digit = bytes.next().and_then(|byte| char::from(byte).to_digit(16));
                    digit.ok_or_else(refused)
                };
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).map_err(|_| refused())?
            }
            other => other,
        });
    }
    String::from_utf8(out).map_err(|_| refused())
}

/// How many bytes `1.5kb` are.
fn bytes(text: &str) -> Result<i64, ElasticError> {
    const UNITS: [(&str, i64); 11] = [
        ("pb", 1 << 50),
        ("tb", 1 << 40),
        ("gb", 1 << 30),
        ("mb", 1 << 20),
        ("kb", 1 << 10),
        ("p", 1 << 50),
        ("t", 1 << 40),
        ("g", 1 << 30),
        ("m", 1 << 20),
        ("k", 1 << 10),
        ("b", 1),
    ];
    let refused = || {
        ElasticError::new(
            axum::http::StatusCode::BAD_REQUEST,
            "parse_exception",
            format!(
                "failed to parse setting [Ingest Field] with value [{text}] as a size in bytes"
            ),
        )
    };
    let lower = text.trim().to_lowercase();
    let (number, unit) = UNITS
        .iter()
        .find_map(|(name, unit)| Some((lower.strip_suffix(name)?, *unit)))
        .ok_or_else(refused)?;
    let number: f64 = number.trim().parse().map_err(|_| refused())?;
    let count = number * unit as f64;
    match (0.0..9e18).contains(&count) {
        true => Ok(count as i64),
        false => Err(refused()),
    }
}

impl Process for Text {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        self.each
            .change(draft, |value, room| self.changed(value, room))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_addresses_and_pages_are_read() {
        assert!(bytes("1.5KB").is_ok_and(|count| count == 1536));
        assert!(bytes("7b").is_ok_and(|count| count == 7));
        assert!(bytes("many").is_err() && bytes("1e300pb").is_err() && bytes("-1kb").is_err());
        assert!(decoded("a%20b+c%C3%A9").is_ok_and(|text| text == "a b cé"));
        assert!(decoded("%4").is_err() && decoded("%zz").is_err() && decoded("%ff").is_err());
        assert_eq!(
            without_tags("<p>this <b>is</b> a &lt; b"),
            "\nthis is a < b"
        );
        assert_eq!(without_tags("1 < 2"), "1 < 2");
    }
}
