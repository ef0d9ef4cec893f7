//! What the body of a processor says, taken key by key; what is left over is refused.

use serde_json::{Map, Value};

use super::super::errors::ElasticError;

/// The body of a processor.
pub struct Said<'a> {
    kind: &'a str,
    tag: Option<&'a str>,
    body: Map<String, Value>,
    /// Expressions that the pipeline may still have.
    patterns_left: &'a mut usize,
}

impl<'a> Said<'a> {
    /// Of a processor of this kind.
    pub fn new(
        kind: &'a str,
        tag: Option<&'a str>,
        body: Map<String, Value>,
        patterns_left: &'a mut usize,
    ) -> Self {
        Self {
            kind,
            tag,
            body,
            patterns_left,
        }
    }

    /// 400: what is wrong with a property.
    pub fn fail(&self, property: &str, reason: &str) -> ElasticError {
        self.located(ElasticError::parse(format!("[{property}] {reason}")))
            .with("property_name", property)
    }

    /// Says which processor the failure is about.
    pub fn located(&self, error: ElasticError) -> ElasticError {
        let error = error.with("processor_type", self.kind);
        match self.tag {
            Some(tag) => error.with("processor_tag", tag),
            None => error,
        }
    }

    /// Counts an expression of the pipeline.
    ///
    /// # Errors
    /// When there are too many: each takes memory as long as the pipeline is there.
    pub fn count_pattern(&mut self, property: &str) -> Result<(), ElasticError> {
        let left = self.patterns_left.checked_sub(1);
        *self.patterns_left =
            left.ok_or_else(|| self.fail(property, "the pipeline has too many patterns"))?;
        Ok(())
    }

    /// Any value.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        self.body.remove(key).filter(|value| !value.is_null())
    }

    /// A text, if it is there.
    ///
    /// # Errors
    /// When it is none.
    pub fn optional(&mut self, key: &str) -> Result<Option<String>, ElasticError> {
        match self.take(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(flag)) => Ok(Some(flag.to_string())),
            Some(other) => {
                let reason = format!(
                    "property isn't a string, but of type [{}]",
                    super::draft::java_type(&other)
                );
                Err(self.fail(key, &reason))
            }
        }
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// When it is not, or none.
    pub fn required(&mut self, key: &str) -> Result<String, ElasticError> {
        let found = self.optional(key)?;
        found.ok_or_else(|| self.missing(key))
    }

    /// 400: a property that has to be there.
    pub fn missing(&self, key: &str) -> ElasticError {
        self.fail(key, "required property is missing")
    }

    /// The field to read and the one to write, which is the same when nothing else is said.
    ///
    /// # Errors
    /// When they are no texts or the first is missing.
    pub fn field_and_target(&mut self) -> Result<(String, String), ElasticError> {
        let field = self.required("field")?;
        let target = self.optional("target_field")?;
        Ok((field.clone(), target.unwrap_or(field)))
    }

    /// On or off.
    ///
    /// # Errors
    /// When it is neither.
    pub fn switch(&mut self, key: &str, default: bool) -> Result<bool, ElasticError> {
        match self.take(key) {
            None => Ok(default),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => {
                let reason = format!(
                    "property isn't a boolean, but of type [{}]",
                    super::draft::java_type(&other)
                );
                Err(self.fail(key, &reason))
            }
        }
    }

    /// A list, or one value in its place.
    ///
    /// # Errors
    /// When it is missing.
    pub fn list(&mut self, key: &str) -> Result<Vec<Value>, ElasticError> {
        match self.take(key) {
            None => Err(self.missing(key)),
            Some(Value::Array(items)) => Ok(items),
            Some(one) => Ok(vec![one]),
        }
    }

    /// A list of texts, or one text in its place.
    ///
    /// # Errors
    /// When it is missing or has something else in it.
    pub fn texts(&mut self, key: &str) -> Result<Vec<String>, ElasticError> {
        let items = self.list(key)?;
        let texts: Option<Vec<String>> = items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect();
        texts.ok_or_else(|| self.fail(key, "property isn't a list of strings"))
    }

    /// A list of texts, if it is there.
    ///
    /// # Errors
    /// When it has something else in it.
    pub fn optional_texts(&mut self, key: &str) -> Result<Option<Vec<String>>, ElasticError> {
        match self.body.contains_key(key) {
            true => self.texts(key).map(Some),
            false => Ok(None),
        }
    }

    /// An object, empty when it is not there.
    ///
    /// # Errors
    /// When it is none.
    pub fn object(&mut self, key: &str) -> Result<Map<String, Value>, ElasticError> {
        match self.take(key) {
            None => Ok(Map::new()),
            Some(Value::Object(members)) => Ok(members),
            Some(_) => Err(self.fail(key, "property isn't a map")),
        }
    }

    /// Whether everything was understood.
    ///
    /// # Errors
    /// When there is a key left.
    pub fn done(self) -> Result<(), ElasticError> {
        match self.body.keys().next() {
            None => Ok(()),
            Some(key) => Err(self.located(ElasticError::parse(format!(
                "processor [{}] doesn't support one or more provided configuration parameters [{key}]",
                self.kind
            )))),
        }
    }
}
