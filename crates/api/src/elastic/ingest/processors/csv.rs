//! `csv`: one line of separated values as fields.

use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::room::Room;
use super::super::said::Said;
use super::Process;

/// Takes a line apart.
#[derive(Debug)]
pub struct Csv {
    field: String,
    targets: Vec<String>,
    separator: char,
    quote: char,
    trim: bool,
    empty_value: Option<Value>,
    ignore_missing: bool,
}

impl Csv {
    /// Reads it.
    ///
    /// # Errors
    /// When it is malformed.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let mut sign = |key: &str, default: char| -> Result<char, ElasticError> {
            let Some(text) = said.optional(key)? else {
                return Ok(default);
            };
            let mut characters = text.chars();
            match (characters.next(), characters.next()) {
                (Some(sign), None) if !sign.is_whitespace() || sign == '\t' || sign == ' ' => {
                    Ok(sign)
                }
                _ => Err(said.fail(key, &format!("{key} must consist of single character"))),
            }
        };
        let (separator, quote) = (sign("separator", ',')?, sign("quote", '"')?);
        if separator == quote {
            return Err(said.fail("separator", "quote and separator must be different"));
        }
        let targets = said.texts("target_fields")?;
        if targets.is_empty() {
            return Err(said.fail("target_fields", "target fields list can't be empty"));
        }
        Ok(Self {
            field: said.required("field")?,
            targets,
            separator,
            quote,
            trim: said.switch("trim", false)?,
            empty_value: said.take("empty_value"),
            ignore_missing: said.switch("ignore_missing", false)?,
        })
    }

    /// The values of a line, no more than there are targets; none where nothing stands.
    fn values(&self, line: &str, room: &mut Room) -> Result<Vec<Option<Value>>, ElasticError> {
        let mut values = Vec::new();
        let mut rest = line;
        loop {
            let blank = |character: char| character == ' ' || character == '\t';
            if self.trim {
                rest = rest.trim_start_matches(|sign| blank(sign) && sign != self.separator);
            }
            let value = match rest.strip_prefix(self.quote) {
                Some(inside) => {
                    let (value, behind) = self.quoted(inside)?;
                    rest = match self.trim {
                        true => {
                            behind.trim_start_matches(|sign| blank(sign) && sign != self.separator)
                        }
                        false => behind,
                    };
                    if !rest.is_empty() && !rest.starts_with(self.separator) {
                        return Err(ElasticError::illegal_argument(
                            "Illegal character after closing quote",
                        ));
                    }
                    value
                }
                None => {
                    let end = rest.find(self.separator).unwrap_or(rest.len());
                    let (value, behind) = rest.split_at(end);
                    if value.contains(self.quote) {
                        return Err(ElasticError::illegal_argument(
                            "Illegal character inside unquoted field",
                        ));
                    }
                    rest = behind;
                    match self.trim {
                        true => value.trim_end_matches(blank).to_owned(),
                        false => value.to_owned(),
                    }
                }
            };
            room.take(value.len())?;
            let value = match value.is_empty() {
                false => Some(value.into()),
                true => {
                    let instead = self.empty_value.as_ref();
                    instead.map_or(Ok(()), |value| room.take_value(value))?;
                    instead.cloned()
                }
            };
            values.push(value);
            match rest.strip_prefix(self.separator) {
                Some(behind) if values.len() < self.targets.len() => rest = behind,
                _ => return Ok(values),
            }
        }
    }

    /// What stands up to the closing quote, and what stands behind; two quotes are one.
    fn quoted<'t>(&self, inside: &'t str) -> Result<(String, &'t str), ElasticError> {
        let (mut value, mut rest) = (String::new(), inside);
        while let Some((before, behind)) = rest.split_once(self.quote) {
            value.push_str(before);
            match behind.strip_prefix(self.quote) {
                Some(behind) => {
                    value.push(self.quote);
                    rest = behind;
                }
                None => return Ok((value, behind)),
            }
        }
        Err(ElasticError::illegal_argument("Unmatched quote"))
    }
}

impl Process for Csv {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let values = draft.with_room(|draft, room| {
            let line = draft.text(&self.field, self.ignore_missing)?;
            line.map_or_else(|| Ok(Vec::new()), |line| self.values(line, room))
        })?;
        for (target, value) in self.targets.iter().zip(values) {
            if let Some(value) = value {
                draft.set(target, value)?;
            }
        }
        Ok(Flow::On)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(line: &str, trim: bool) -> Result<Vec<Option<Value>>, String> {
        let csv = Csv {
            field: String::new(),
            targets: vec!["a".to_owned(); 3],
            separator: ',',
            quote: '"',
            trim,
            empty_value: None,
            ignore_missing: false,
        };
        csv.values(line, &mut Room::default())
            .map_err(|error| error.reason().to_owned())
    }

    #[test]
    fn lines_are_taken_apart_at_separators_outside_of_quotes() {
        let some = |text: &str| Some(Value::from(text));
        assert_eq!(
            values("a,,\"b,c\"", false),
            Ok(vec![some("a"), None, some("b,c")])
        );
        assert_eq!(
            values("\"say \"\"x\"\"\",", false),
            Ok(vec![some("say \"x\""), None])
        );
        assert_eq!(
            values(" a , \"b \" ", true),
            Ok(vec![some("a"), some("b ")])
        );
        assert_eq!(values("", false), Ok(vec![None]));
        // What comes behind the last target is not looked at.
        let behind = values("a,b,c,\"", false);
        assert_eq!(behind, Ok(vec![some("a"), some("b"), some("c")]));
        assert_eq!(values("\"a", false), Err("Unmatched quote".to_owned()));
        assert_eq!(
            values("\"a\"b", false),
            Err("Illegal character after closing quote".to_owned())
        );
    }
}
