//! `convert`: a value, or each of a list, as another type.

use std::net::IpAddr;

use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::said::Said;
use super::Process;
use super::each::Each;

/// What values become.
#[derive(Debug, Clone, Copy)]
enum Wanted {
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Ip,
    Text,
    /// What the text looks like; a text when it looks like nothing else.
    Auto,
}

/// Converts a field.
#[derive(Debug)]
pub struct Convert {
    each: Each,
    wanted: Wanted,
    name: String,
}

impl Convert {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed, or the type is unknown.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let each = Each::read(said)?;
        let name = said.required("type")?;
        let wanted = match name.to_lowercase().as_str() {
            "integer" => Wanted::Integer,
            "long" => Wanted::Long,
            "float" => Wanted::Float,
            "double" => Wanted::Double,
            "boolean" => Wanted::Boolean,
            "ip" => Wanted::Ip,
            "string" => Wanted::Text,
            "auto" => Wanted::Auto,
            _ => {
                let reason = format!("type [{name}] not supported, cannot convert field.");
                return Err(said.fail("type", &reason));
            }
        };
        Ok(Self { each, wanted, name })
    }

    fn converted(&self, value: &Value) -> Result<Value, ElasticError> {
        convert(value, self.wanted).ok_or_else(|| {
            let shown = text_of(value);
            ElasticError::illegal_argument(match self.wanted {
                Wanted::Boolean => {
                    format!("[{shown}] is not a boolean value, cannot convert to boolean")
                }
                Wanted::Ip => format!("'{shown}' is not an IP string literal."),
                _ => format!("unable to convert [{shown}] to {}", self.name),
            })
        })
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn convert(value: &Value, wanted: Wanted) -> Option<Value> {
    let text = text_of(value);
    match wanted {
        Wanted::Integer => whole(&text)
            .and_then(|number| i32::try_from(number).ok())
            .map(Value::from),
        Wanted::Long => whole(&text).map(Value::from),
        Wanted::Float | Wanted::Double => {
            let number: f64 = text.trim().parse().ok()?;
            serde_json::Number::from_f64(number).map(Value::from)
        }
        Wanted::Boolean if text.eq_ignore_ascii_case("true") => Some(true.into()),
        Wanted::Boolean if text.eq_ignore_ascii_case("false") => Some(false.into()),
        Wanted::Boolean => None,
        Wanted::Ip => text.parse::<IpAddr>().ok().map(|_| text.into()),
        Wanted::Text => Some(text.into()),
        Wanted::Auto if !value.is_string() => Some(value.clone()),
        Wanted::Auto => [Wanted::Long, Wanted::Double, Wanted::Boolean]
            .into_iter()
            .find_map(|wanted| convert(value, wanted))
            .or(Some(text.into())),
    }
}

/// Decimal or, with `0x` in front, hexadecimal.
fn whole(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let hexadecimal = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) if digits.starts_with('+') || digits.starts_with('-') => None,
        Some(digits) => i64::from_str_radix(&format!("{sign}{digits}"), 16).ok(),
        None => text.parse().ok(),
    }
}

impl Process for Convert {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        self.each.change(draft, |value, room| {
            let new = self.converted(value)?;
            room.take_value(&new)?;
            Ok(new)
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_become_what_they_can_and_nothing_else() {
        let cases = [
            (json!("12"), Wanted::Integer, Some(json!(12))),
            (json!("0xff"), Wanted::Integer, Some(json!(255))),
            (json!("-0x10"), Wanted::Long, Some(json!(-16))),
            (json!("0x-1"), Wanted::Long, None),
            (json!("3000000000"), Wanted::Integer, None),
            (
                json!("3000000000"),
                Wanted::Long,
                Some(json!(3_000_000_000_i64)),
            ),
            (json!("1.5"), Wanted::Long, None),
            (json!("1.5"), Wanted::Float, Some(json!(1.5))),
            (json!("NaN"), Wanted::Double, None),
            (json!("TRUE"), Wanted::Boolean, Some(json!(true))),
            (json!("yes"), Wanted::Boolean, None),
            (json!("::1"), Wanted::Ip, Some(json!("::1"))),
            (json!("1.2.3"), Wanted::Ip, None),
            (json!(true), Wanted::Text, Some(json!("true"))),
            (json!("7"), Wanted::Auto, Some(json!(7))),
            (json!("7.5"), Wanted::Auto, Some(json!(7.5))),
            (json!("no"), Wanted::Auto, Some(json!("no"))),
        ];
        for (value, wanted, expected) in cases {
            assert_eq!(convert(&value, wanted), expected, "{value} as {wanted:?}");
        }
    }
}
