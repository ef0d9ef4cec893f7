//! `csv`: one line of separated values as fields.

use serde_json::Value;

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
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

    /// The values of a line; none where nothing stands.
    fn values(&self, line: &str) -> Result<Vec<Option<String>>, ElasticError> {
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
            values.push(Some(value).filter(|value| !value.is_empty()));
            match rest.strip_prefix(self.separator) {
                Some(behind) => rest = behind,
                None => return Ok(values),
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
        let Some(line) = draft.text(&self.field, self.ignore_missing)? else {
            return Ok(Flow::On);
        };
        let values = self.values(line)?;
        draft.room.take(line_length(&values))?;
        for (target, value) in self.targets.iter().zip(values) {
            let value = value.map(Value::from).or_else(|| self.empty_value.clone());
            if let Some(value) = value {
                draft.set(target, value)?;
            }
        }
        Ok(Flow::On)
    }
}

fn line_length(values: &[Option<String>]) -> usize {
    values.iter().flatten().map(String::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(line: &str, trim: bool) -> Result<Vec<Option<String>>, String> {
        let csv = Csv {
            field: String::new(),
            targets: Vec::new(),
            separator: ',',
            quote: '"',
            trim,
            empty_value: None,
            ignore_missing: false,
        };
        csv.values(line).map_err(|error| error.reason().to_owned())
    }

    #[test]
    fn lines_are_taken_apart_at_separators_outside_of_quotes() {
        let some = |text: &str| Some(text.to_owned());
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
        assert_eq!(values("\"a", false), Err("Unmatched quote".to_owned()));
        assert_eq!(
            values("\"a\"b", false),
            Err("Illegal character after closing quote".to_owned())
        );
    }
}
