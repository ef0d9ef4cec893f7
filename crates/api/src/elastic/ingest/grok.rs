//! Grok: expressions that name ready patterns (`%{IP:client}`), and the fields that they find.

mod patterns;

use regex::Regex;
use serde_json::{Map, Value, json};
use swarmscope_model::limits::{MAX_GROK_DEPTH, MAX_GROK_EXPRESSION_BYTES};

use super::expression::{ExpressionError, compile_oniguruma};

/// The patterns that an expression may name.
pub struct Patterns<'a> {
    is_common_schema: bool,
    own: &'a Map<String, Value>,
}

impl<'a> Patterns<'a> {
    /// Ours, with those that a processor defines itself before them.
    pub fn new(is_common_schema: bool, own: &'a Map<String, Value>) -> Self {
        Self {
            is_common_schema,
            own,
        }
    }

    fn named(&self, name: &str) -> Option<&str> {
        match self.own.get(name) {
            Some(own) => own.as_str(),
            None => patterns::named(name, self.is_common_schema),
        }
    }
}

/// All patterns of ours by their names.
pub fn patterns_of(is_common_schema: bool) -> Value {
    let all = patterns::all(is_common_schema);
    let all: Map<String, Value> = all
        .map(|(name, pattern)| (name.to_owned(), pattern.into()))
        .collect();
    json!({ "patterns": all })
}

/// What a value that was found becomes.
#[derive(Debug, Clone, Copy)]
enum As {
    Text,
    Whole,
    Fraction,
    Flag,
}

/// Why an expression is none.
#[derive(Debug, thiserror::Error)]
pub enum GrokError {
    /// It names a pattern that is not there.
    #[error("Unable to find pattern [{0}] in Grok's pattern dictionary")]
    Unknown(String),
    /// A value cannot be of such a type.
    #[error("Unknown type [{0}]: there are int, long, float, double and boolean")]
    UnknownType(String),
    /// A pattern names itself, or many name each other.
    #[error("[{0}] has patterns in patterns more than {MAX_GROK_DEPTH} deep: does it name itself?")]
    TooDeep(String),
    /// Written out it has too many bytes.
    #[error("written out, the expression has more than {MAX_GROK_EXPRESSION_BYTES} bytes")]
    TooLong,
    /// It cannot be compiled.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
}

/// An expression, compiled.
#[derive(Debug)]
pub struct Expression {
    compiled: Regex,
    /// Which group finds which field, and its type.
    fields: Vec<(usize, String, As)>,
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// When it names what is not there, or cannot be run in linear time.
    pub fn read(text: &str, patterns: &Patterns<'_>) -> Result<Self, GrokError> {
        if text.len() > MAX_GROK_EXPRESSION_BYTES {
            return Err(GrokError::TooLong);
        }
        let mut writer = Writer {
            patterns,
            out: String::new(),
            fields: Vec::new(),
        };
        writer.write(text, 0)?;
        let compiled = compile_oniguruma(&writer.out)?;
        let groups = compiled.capture_names().enumerate();
        let named = groups.filter(|(_, name)| name.is_some());
        // Ours are all that have names, in the order they were written.
        let fields = named.zip(writer.fields);
        let fields = fields
            .map(|((group, _), (field, kind))| (group, field, kind))
            .collect();
        Ok(Self { compiled, fields })
    }

    /// The fields in a line, if it matches; of several groups of one name the first that found something.
    pub fn values(&self, line: &str) -> Option<Vec<(String, Value)>> {
        let captures = self.compiled.captures(line)?;
        let mut values: Vec<(String, Value)> = Vec::new();
        for (group, field, kind) in &self.fields {
            let Some(found) = captures.get(*group) else {
                continue;
            };
            if !values.iter().any(|(name, _)| name == field) {
                values.push((field.clone(), value(found.as_str(), *kind)));
            }
        }
        Some(values)
    }
}

/// A value of its type; as text when it is none.
fn value(text: &str, kind: As) -> Value {
    let read: Option<Value> = match kind {
        As::Text => None,
        As::Whole => text.parse::<i64>().ok().map(Value::from),
        As::Fraction => text
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map(Value::from),
        As::Flag => Some(text.eq_ignore_ascii_case("true").into()),
    };
    read.unwrap_or_else(|| text.into())
}

/// Writes an expression out: patterns in place of their names.
struct Writer<'a> {
    patterns: &'a Patterns<'a>,
    out: String,
    fields: Vec<(String, As)>,
}

impl Writer<'_> {
    fn write(&mut self, text: &str, depth: usize) -> Result<(), GrokError> {
        let mut rest = text;
        while let Some(at) = rest.find(['%', '(', '\\']) {
            self.push(&rest[..at])?;
            let tail = &rest[at..];
            rest = if let Some(escaped) = tail.strip_prefix('\\') {
                let sign = escaped.chars().next();
                match sign {
                    // Oniguruma's hexadecimal digit.
                    Some('h') => self.push("[0-9A-Fa-f]")?,
                    Some('Z') => self.push("\\z")?,
                    Some(sign) => {
                        self.push("\\")?;
                        self.push(sign.encode_utf8(&mut [0; 4]))?;
                    }
                    None => self.push("\\")?,
                }
                &escaped[sign.map_or(0, char::len_utf8)..]
            } else if let Some((name, behind)) = reference(tail) {
                self.reference(name, depth)?;
                behind
            } else if let Some((name, behind)) = named_group(tail) {
                self.open(name.to_owned(), As::Text)?;
                behind
            } else {
                self.push(&tail[..1])?;
                &tail[1..]
            };
        }
        self.push(rest)
    }

    fn reference(&mut self, given: &str, depth: usize) -> Result<(), GrokError> {
        let mut parts = given.splitn(3, ':');
        let name = parts.next().unwrap_or_default();
        let field = parts.next().filter(|field| !field.is_empty());
        let kind = match parts.next() {
            None | Some("string" | "text") => As::Text,
            Some("int" | "long" | "integer") => As::Whole,
            Some("float" | "double") => As::Fraction,
            Some("boolean") => As::Flag,
            Some(other) => return Err(GrokError::UnknownType(other.to_owned())),
        };
        if depth >= MAX_GROK_DEPTH {
            return Err(GrokError::TooDeep(name.to_owned()));
        }
        let patterns = self.patterns;
        let pattern = patterns
            .named(name)
            .ok_or_else(|| GrokError::Unknown(name.to_owned()))?;
        if pattern.len() > MAX_GROK_EXPRESSION_BYTES {
            return Err(GrokError::TooLong);
        }
        match field {
            Some(field) => self.open(field.to_owned(), kind)?,
            None => self.push("(?:")?,
        }
        self.write(pattern, depth + 1)?;
        self.push(")")
    }

    fn open(&mut self, field: String, kind: As) -> Result<(), GrokError> {
        let name = format!("(?P<g{}>", self.fields.len());
        self.fields.push((field, kind));
        self.push(&name)
    }

    fn push(&mut self, text: &str) -> Result<(), GrokError> {
        if self.out.len() + text.len() > MAX_GROK_EXPRESSION_BYTES {
            return Err(GrokError::TooLong);
        }
        self.out.push_str(text);
        Ok(())
    }
}

/// What stands in `%{ }` at the beginning, and what stands behind.
fn reference(text: &str) -> Option<(&str, &str)> {
    let (name, behind) = up_to(text.strip_prefix("%{")?, b'}')?;
    (!name.is_empty()).then_some((name, behind))
}

/// The name of a group that opens at the beginning, and what stands behind.
fn named_group(text: &str) -> Option<(&str, &str)> {
    let opened = text
        .strip_prefix("(?<")
        .or_else(|| text.strip_prefix("(?P<"))?;
    let (name, behind) = up_to(opened, b'>')?;
    let is_name = name
        .chars()
        .all(|sign| sign.is_alphanumeric() || "_.@-[]".contains(sign));
    (is_name && !name.is_empty()).then_some((name, behind))
}

/// What stands before a sign and behind it. A name is no longer than this, and nobody looks for its end further on.
fn up_to(text: &str, sign: u8) -> Option<(&str, &str)> {
    const LONGEST: usize = 1024;
    let at = text.bytes().take(LONGEST).position(|byte| byte == sign)?;
    Some((&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(expression: &str, line: &str) -> Value {
        let own = Map::new();
        let read =
            Expression::read(expression, &Patterns::new(false, &own)).expect("an expression");
        match read.values(line) {
            Some(values) => Value::Object(values.into_iter().collect()),
            None => Value::Null,
        }
    }

    fn refusal(expression: &str, own: &Value) -> String {
        let own = own.as_object().cloned().unwrap_or_default();
        let read = Expression::read(expression, &Patterns::new(false, &own));
        read.err()
            .map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn each_pattern_compiles_in_both_schemas() {
        let own = Map::new();
        for is_common_schema in [false, true] {
            for (name, _) in patterns::all(is_common_schema) {
                let read = Expression::read(
                    &format!("%{{{name}}}"),
                    &Patterns::new(is_common_schema, &own),
                );
                assert!(read.is_ok(), "{name}: {:?}", read.err());
            }
        }
    }

    #[test]
    fn patterns_find_all_of_what_they_name_and_nothing_else() {
        for (pattern, whole) in [
            ("IP", "192.168.1.255"),
            ("IP", "2001:db8::8a2e:370:7334"),
            ("IP", "::1"),
            ("IP", "::ffff:10.0.0.1"),
            ("IP", "fe80::1"),
            ("IP", "1:2:3:4:5:6:7:8"),
            ("NUMBER", "-12.5"),
            ("INT", "+7"),
            ("WORD", "word_1"),
            ("UUID", "123e4567-e89b-12d3-a456-426614174000"),
            ("MAC", "00:1b:44:11:3a:b7"),
            ("EMAILADDRESS", "a.b+c@example.com"),
            ("HOSTNAME", "a-1.example.com"),
            ("IPORHOST", "example.com"),
            ("HOSTPORT", "example.com:9200"),
            ("PATH", "/var/log/x.log"),
            ("WINPATH", "C:\\a\\b.txt"),
            ("URI", "https://user@example.com:8080/a/b?c=d&e=f"),
            ("MONTH", "September"),
            ("DAY", "Tue"),
            ("TIME", "23:59:60.123"),
            ("TIMESTAMP_ISO8601", "2026-01-31T12:00:00.123Z"),
            ("TIMESTAMP_ISO8601", "2026-01-31 12:00:00,123+01:00"),
            ("HTTPDATE", "31/Jan/2026:12:00:00 +0000"),
            ("SYSLOGTIMESTAMP", "Jan  3 12:00:00"),
            ("DATESTAMP_RFC2822", "Tue, 10 Feb 2026 12:00:00 +0000"),
            ("DATE_US", "12/31/2026"),
            ("DATE_EU", "31.12.2026"),
            ("LOGLEVEL", "WARNING"),
            ("LOGLEVEL", "err"),
            ("QUOTEDSTRING", r#""a \" b""#),
            ("JAVACLASS", "org.example.Main"),
        ] {
            let expression = format!("^%{{{pattern}:it}}$");
            assert_eq!(found(&expression, whole), json!({"it": whole}), "{pattern}");
            let loose = format!("%{{{pattern}:it}}");
            assert_eq!(
                found(&loose, whole),
                json!({"it": whole}),
                "{pattern}, loose"
            );
        }
        for (pattern, other) in [
            ("IP", "256.1.1.1.1"),
            ("IP", "1.2.3"),
            ("MONTH", "Foo"),
            ("LOGLEVEL", "loud"),
            ("UUID", "123e4567"),
            ("TIMESTAMP_ISO8601", "2026-13-31T12:00:00Z"),
        ] {
            assert_eq!(
                found(&format!("^%{{{pattern}:it}}$"), other),
                Value::Null,
                "{pattern}"
            );
        }
    }

    #[test]
    fn a_line_of_a_web_server_is_taken_apart() {
        let line = r#"127.0.0.1 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif HTTP/1.0" 200 2326 "http://example.com/start" "Mozilla/4.08 [en]""#;
        assert_eq!(
            found("%{COMBINEDAPACHELOG}", line),
            json!({
                "clientip": "127.0.0.1", "ident": "-", "auth": "frank", "timestamp": "10/Oct/2000:13:55:36 -0700",
                "verb": "GET", "request": "/a.gif", "httpversion": "1.0", "response": "200", "bytes": "2326",
                "referrer": "\"http://example.com/start\"", "agent": "\"Mozilla/4.08 [en]\"",
            })
        );
    }

    #[test]
    fn fields_have_types_and_names_of_any_kind() {
        assert_eq!(
            found(
                "%{NUMBER:val:float} %{NUMBER:status:int} <%{WORD:msg}>",
                "123.42 400 <foo>"
            ),
            json!({"val": 123.42, "status": 400, "msg": "foo"})
        );
        assert_eq!(
            found(r"(?<@at>\h+)|%{WORD:other}", "ff"),
            json!({"@at": "ff"})
        );
        assert_eq!(found("%{INT:a}|%{WORD:a}", "x"), json!({"a": "x"}));
        assert_eq!(
            found("%{WORD:source.user} 100%", "nova 100%"),
            json!({"source.user": "nova"})
        );
    }

    #[test]
    fn what_cannot_be_is_refused() {
        assert_eq!(
            refusal("%{NONE:a}", &Value::Null),
            "Unable to find pattern [NONE] in Grok's pattern dictionary"
        );
        assert!(
            refusal("%{A}", &json!({"A": "%{B}", "B": "%{A}"})).contains("does it name itself?")
        );
        assert!(refusal("%{WORD:a:date}", &Value::Null).contains("Unknown type [date]"));
        assert!(refusal("(?<!a)b", &Value::Null).contains("looks around"));
        let long = "x".repeat(MAX_GROK_EXPRESSION_BYTES + 1);
        assert_eq!(refusal(&long, &Value::Null), GrokError::TooLong.to_string());
        let doubled: Map<String, Value> = (0..15)
            .map(|place| {
                let next = place + 1;
                (
                    format!("P{place}"),
                    format!("%{{P{next}}}%{{P{next}}}").into(),
                )
            })
            .chain([("P15".to_owned(), "x".into())])
            .collect();
        let told = refusal("%{P0}", &doubled.into());
        assert_eq!(told, GrokError::TooLong.to_string());
    }
}
