//! Numbers and quoted texts in Go's notation.

/// A constant number; the notation tells its type, as in Go.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Int(i64),
    Float(f64),
}

/// The number that the whole text is.
pub fn number(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'+' => (false, &text[1..]),
        b'-' => (true, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, body) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        _ => (10, lower.as_str()),
    };
    let body = without_underscores(body, radix != 10)?;
    if radix == 10 && body.contains(['.', 'e']) {
        return float(&body).map(|value| Number::Float(if negative { -value } else { value }));
    }
    let octal = radix == 10 && body.len() > 1 && body.starts_with('0');
    let radix = if octal { 8 } else { radix };
    if body.is_empty() || !body.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let sign = if negative { "-" } else { "" };
    i64::from_str_radix(&format!("{sign}{body}"), radix)
        .ok()
        .map(Number::Int)
}

/// Underscores may stand between digits, and behind a prefix.
fn without_underscores(body: &str, prefixed: bool) -> Option<String> {
    let mut previous = if prefixed { '0' } else { '_' };
    for each in body.chars() {
        if each == '_' && !previous.is_ascii_alphanumeric() {
            return None;
        }
        previous = each;
    }
    (!body.ends_with('_')).then(|| body.replace('_', ""))
}

fn float(body: &str) -> Option<f64> {
    let has_digit = body
        .split('e')
        .next()
        .is_some_and(|mantissa| mantissa.bytes().any(|byte| byte.is_ascii_digit()));
    let plain = body
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b".e+-".contains(&byte));
    (has_digit && plain).then(|| body.parse().ok()).flatten()
}

/// What a text in double quotes or a character in single quotes stands for.
pub fn unquote(quoted: &str) -> Option<String> {
    let inner = quoted.get(1..quoted.len().checked_sub(1)?)?;
    let mut out: Vec<u8> = Vec::with_capacity(inner.len());
    let mut rest = inner.chars();
    while let Some(each) = rest.next() {
        if each != '\\' {
            out.extend_from_slice(each.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let escaped = rest.next()?;
        let plain = match escaped {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            'v' => 11,
            '\\' => b'\\',
            '"' if quoted.starts_with('"') => b'"',
            '\'' if quoted.starts_with('\'') => b'\'',
            'x' => code(&mut rest, 2, 16, "")?.try_into().ok()?,
            'u' | 'U' => {
                let digits = if escaped == 'u' { 4 } else { 8 };
                let character = char::from_u32(code(&mut rest, digits, 16, "")?)?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            '0'..='7' => {
                let first = escaped.to_string();
                code(&mut rest, 2, 8, &first)?.try_into().ok()?
            }
            _ => return None,
        };
        out.push(plain);
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

fn code(rest: &mut std::str::Chars<'_>, digits: usize, radix: u32, first: &str) -> Option<u32> {
    let text: String = first.chars().chain(rest.by_ref().take(digits)).collect();
    let complete = text.chars().count() == digits + first.len();
    complete
        .then(|| u32::from_str_radix(&text, radix).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_type_that_their_notation_says() {
        for (text, expected) in [
            ("1", Some(Number::Int(1))),
            ("-0x_1F", Some(Number::Int(-31))),
            ("017", Some(Number::Int(15))),
            ("0b101", Some(Number::Int(5))),
            ("1_000", Some(Number::Int(1000))),
            ("1e3", Some(Number::Float(1000.0))),
            (".5", Some(Number::Float(0.5))),
            ("+2.", Some(Number::Float(2.0))),
            ("1__0", None),
            ("08", None),
            ("1x", None),
            ("inf", None),
            (".", None),
            ("9223372036854775808", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn escapes_are_those_of_go() {
        assert_eq!(
            unquote(r#""a\tb\x41\u00e9\101\"""#).as_deref(),
            Some("a\tbAéA\"")
        );
        assert_eq!(unquote(r"'\''").as_deref(), Some("'"));
        assert_eq!(unquote(r#""\'""#), None);
        assert_eq!(unquote(r#""\q""#), None);
        assert_eq!(unquote(r#""\x4""#), None);
    }
}
