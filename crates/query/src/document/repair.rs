//! Makes valid JSON that the parser cannot represent representable: numbers beyond every `f64`
//! become the largest one, lone surrogates become the replacement character.
//!
//! Only for looking at a document; what is stored stays as it came. Expects valid JSON.

/// The text of a document with the same structure and with values that a parser of JSON can represent.
pub fn representable(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' => string(rest, &mut out),
            '-' | '0'..='9' => number(rest, &mut out),
            other => {
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// Copies the string that `text` begins with; gives its length.
fn string(text: &str, out: &mut String) -> usize {
    let bytes = text.as_bytes();
    let mut copied = 0;
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'"' {
        if bytes[at] != b'\\' {
            at += 1;
        } else if let Some(unit) = unit_at(text, at) {
            let pair = (0xd800..0xdc00).contains(&unit)
                && unit_at(text, at + 6).is_some_and(|low| (0xdc00..0xe000).contains(&low));
            if pair {
                at += 12;
            } else if (0xd800..0xe000).contains(&unit) {
                out.push_str(&text[copied..at]);
                out.push_str("\\ufffd");
                at += 6;
                copied = at;
            } else {
                at += 6;
            }
        } else {
            at += 2;
        }
    }
    let end = (at + 1).min(text.len());
    out.push_str(&text[copied..end]);
    end
}

/// The code unit of the `\uXXXX` at this place.
fn unit_at(text: &str, at: usize) -> Option<u32> {
    let escape = text.get(at..at + 6)?;
    u32::from_str_radix(escape.strip_prefix("\\u")?, 16).ok()
}

/// Copies the number that `text` begins with; gives its length.
fn number(text: &str, out: &mut String) -> usize {
    let end = text
        .find(|character: char| !matches!(character, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
        .unwrap_or(text.len());
    let digits = &text[..end];
    match digits.parse::<f64>() {
        Ok(number) if number == f64::INFINITY => out.push_str("1.7976931348623157e308"),
        Ok(number) if number == f64::NEG_INFINITY => out.push_str("-1.7976931348623157e308"),
        _ => out.push_str(digits),
    }
    end
}
