//! Go's `Sprintf` for the values that templates have: numbers, texts, truth values; all else by `%v`.

use swarmscope_model::metrics::float;

use super::show;
use super::value::Value;

/// Widths and precisions beyond this are cut to it, so that a format cannot ask for gigabytes.
const WIDEST: usize = 1_000;

/// The text that a format makes of its arguments. A verb that does not fit its argument is shown as Go
/// shows it, never an error.
pub fn printf(format: &str, arguments: &[Value]) -> String {
    let mut out = String::new();
    let mut rest = format;
    let mut next = 0;
    while let Some(percent) = rest.find('%') {
        out.push_str(&rest[..percent]);
        rest = &rest[percent + 1..];
        let (directive, after) = Directive::read(rest);
        rest = after;
        match directive.verb {
            None => out.push_str("%!(NOVERB)"),
            Some('%') => out.push('%'),
            Some(verb) => {
                match arguments.get(next) {
                    Some(argument) => out.push_str(&directive.show(verb, argument)),
                    None => out.push_str(&format!("%!{verb}(MISSING)")),
                }
                next += 1;
            }
        }
    }
    out.push_str(rest);
    if next < arguments.len() {
        let extra: Vec<String> = arguments[next..]
            .iter()
            .map(|argument| match argument {
                Value::Nil => "<nil>".to_owned(),
                other => format!("{}={}", other.kind(), show::plain(other)),
            })
            .collect();
        out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
    }
    out
}

#[derive(Default)]
struct Directive {
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
    verb: Option<char>,
}

impl Directive {
    fn read(text: &str) -> (Self, &str) {
        let mut directive = Self::default();
        let mut rest = text;
        while let Some(flag) = rest.chars().next() {
            match flag {
                '-' => directive.minus = true,
                '+' => directive.plus = true,
                '#' => directive.sharp = true,
                ' ' => directive.space = true,
                '0' => directive.zero = true,
                _ => break,
            }
            rest = &rest[1..];
        }
        directive.width = digits(&mut rest);
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            directive.precision = Some(digits(&mut rest).unwrap_or(0));
        }
        directive.verb = rest.chars().next();
        let length = directive.verb.map_or(0, char::len_utf8);
        (directive, &rest[length..])
    }

    fn show(&self, verb: char, argument: &Value) -> String {
        let number = matches!(argument, Value::Int(_) | Value::Float(_));
        let text = match (verb, argument) {
            ('v', Value::Nil) => Some("<nil>".to_owned()),
            ('v', Value::Text(text)) if self.sharp => Some(quoted(text)),
            ('v', Value::Float(value)) => Some(self.float('g', *value)),
            ('v', Value::Int(value)) => Some(self.integer('d', *value)),
            ('v', other) => Some(show::plain(other)),
            ('T', other) => Some(other.kind().to_owned()),
            ('t', Value::Bool(value)) => Some(value.to_string()),
            ('d' | 'b' | 'o' | 'x' | 'X' | 'c' | 'q' | 'U', Value::Int(value)) => {
                Some(self.integer(verb, *value))
            }
            ('e' | 'E' | 'f' | 'F' | 'g' | 'G', Value::Float(value)) => {
                Some(self.float(verb, *value))
            }
            ('x', Value::Text(text)) => Some(hexadecimal(text, false)),
            ('X', Value::Text(text)) => Some(hexadecimal(text, true)),
            ('q', Value::Text(text)) => Some(quoted(&self.cut(text))),
            ('s', Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Nil) => None,
            ('s', other) => Some(self.cut(&show::plain(other))),
            ('d', Value::Duration(nanoseconds)) => Some(self.integer('d', *nanoseconds)),
            _ => None,
        };
        match text {
            Some(text) => self.padded(&text, number && !matches!(verb, 'T' | 'c' | 'q')),
            None if matches!(argument, Value::Nil) => format!("%!{verb}(<nil>)"),
            None => format!("%!{verb}({}={})", argument.kind(), show::plain(argument)),
        }
    }

    /// As many characters as the precision allows.
    fn cut(&self, text: &str) -> String {
        match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text.to_owned(),
        }
    }

    fn integer(&self, verb: char, value: i64) -> String {
        let magnitude = value.unsigned_abs();
        let prefix = |prefix: &'static str| if self.sharp { prefix } else { "" };
        let (prefix, digits) = match verb {
            'b' => (prefix("0b"), format!("{magnitude:b}")),
            'o' => (prefix("0"), format!("{magnitude:o}")),
            'x' => (prefix("0x"), format!("{magnitude:x}")),
            'X' => (prefix("0X"), format!("{magnitude:X}")),
            'c' | 'q' => {
                let code = u32::try_from(value).ok().and_then(char::from_u32);
                let character = code.unwrap_or(char::REPLACEMENT_CHARACTER);
                return if verb == 'c' {
                    character.to_string()
                } else {
                    format!("{character:?}")
                };
            }
            'U' => return format!("U+{magnitude:04X}"),
            _ => ("", magnitude.to_string()),
        };
        let digits = match self.precision {
            Some(precision) => format!("{digits:0>precision$}"),
            None => digits,
        };
        format!("{}{prefix}{digits}", self.sign(value < 0))
    }

    fn float(&self, verb: char, value: f64) -> String {
        let sign = self.sign(value.is_sign_negative() && !value.is_nan());
        if let Some(special) = show::special(value) {
            return format!("{sign}{}", special.trim_start_matches(['+', '-']));
        }
        let magnitude = value.abs();
        let text = match (verb, self.precision) {
            ('f' | 'F', precision) => format!("{magnitude:.*}", precision.unwrap_or(6)),
            ('e' | 'E', precision) => {
                let text = format!("{magnitude:.*e}", precision.unwrap_or(6));
                let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
                format!("{mantissa}e{}", show::power(exponent.parse().unwrap_or(0)))
            }
            (_, Some(precision)) => show::significant(magnitude, precision),
            (_, None) => float::general(magnitude),
        };
        let text = if verb.is_ascii_uppercase() {
            text.to_uppercase()
        } else {
            text
        };
        format!("{sign}{text}")
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (_, _, true) => " ",
            _ => "",
        }
    }

    fn padded(&self, text: &str, number: bool) -> String {
        let width = self.width.unwrap_or(0);
        let missing = width.saturating_sub(text.chars().count());
        if self.minus {
            return format!("{text}{}", " ".repeat(missing));
        }
        if self.zero && number {
            let sign = usize::from(text.starts_with(['+', '-', ' ']));
            return format!("{}{}{}", &text[..sign], "0".repeat(missing), &text[sign..]);
        }
        format!("{}{text}", " ".repeat(missing))
    }
}

fn digits(rest: &mut &str) -> Option<usize> {
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let number = rest[..end].parse().ok().map(|n: usize| n.min(WIDEST));
    *rest = &rest[end..];
    number.or((end > 0).then_some(WIDEST))
}

fn hexadecimal(text: &str, upper: bool) -> String {
    text.bytes()
        .map(|byte| {
            if upper {
                format!("{byte:02X}")
            } else {
                format!("{byte:02x}")
            }
        })
        .collect()
}

/// In double quotes, with Go's escapes.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for each in text.chars() {
        match each {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{b}' => out.push_str("\\v"),
            '\u{c}' => out.push_str("\\f"),
            control if control.is_ascii_control() => {
                out.push_str(&format!("\\x{:02x}", u32::from(control)));
            }
            plain => out.push(plain),
        }
    }
    out.push('"');
    out
}
