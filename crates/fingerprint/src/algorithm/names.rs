//! Names of types, classes and functions that a program put together while it ran: their ids are values.
//! Never touches what people write, such as `sha256` or `parse_rfc3339`.

use std::borrow::Cow;

use super::message::PLACEHOLDER;

/// Digits at the end of a word that no standard and no person counts with.
const MANY_DIGITS: usize = 4;
/// Digits of the longest code of an error.
const CODE_DIGITS: usize = 5;
/// Letters and digits of which a word of hexadecimal digits has at least so many.
const HEX_DIGITS: usize = 6;
/// Digits of the shortest group of a UUID.
const UUID_GROUP: usize = 4;
/// What Groovy calls scripts that have no name, with a number.
const SCRIPT: &str = "Script";
/// What stands before the number of a standard, in small letters.
const STANDARDS: [&str; 8] = ["rfc", "iso", "cp", "ed", "x", "windows", "ieee", "iec"];

/// The name with a placeholder for each id in it.
pub fn without_ids(name: &str) -> Cow<'_, str> {
    if !name.bytes().any(|byte| byte.is_ascii_digit()) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    let mut changed = false;
    for piece in name.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = piece.trim_end_matches(|c: char| !c.is_alphanumeric());
        let before = out.trim_end_matches(['_', '-']);
        let goes_on = before.len() < out.len() && before.ends_with(PLACEHOLDER);
        if goes_on && is_group(word) {
            // The groups of a UUID are one.
            out.truncate(before.len());
        } else if let Some(fixed) = fixed(word) {
            changed = true;
            out.push_str(&word[..fixed]);
            out.push_str(PLACEHOLDER);
        } else {
            out.push_str(word);
        }
        out.push_str(&piece[word.len()..]);
    }
    match changed {
        true => Cow::Owned(out),
        false => Cow::Borrowed(name),
    }
}

/// Whether a word is like a group of a UUID.
fn is_group(word: &str) -> bool {
    word.len() >= UUID_GROUP && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// How much of a word stays before the id that it ends with; `None` if it has none.
fn fixed(word: &str) -> Option<usize> {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let is_hex =
        digits > 1 && word.len() >= HEX_DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let stem = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbers = word.len() - stem.len();
    if is_standard(stem) || is_code(stem, numbers) {
        None
    } else if is_hex {
        Some(0)
    } else {
        (numbers >= MANY_DIGITS || (stem == SCRIPT && numbers > 0)).then_some(stem.len())
    }
}

fn is_standard(stem: &str) -> bool {
    let small = stem.to_ascii_lowercase();
    !stem.is_empty()
        && stem.bytes().all(|byte| byte.is_ascii_alphabetic())
        && STANDARDS.iter().any(|standard| small.ends_with(standard))
}

/// `E0308`, `ORA00942`, the number of `ERR_1045`: what people look up.
fn is_code(stem: &str, numbers: usize) -> bool {
    numbers <= CODE_DIGITS && stem.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_placeholders_and_numbers_of_people_are_not() {
        for (name, expected) in [
            ("ToolError_9f8e7d6c", "ToolError_<*>"),
            ("ToolError_91b6bed4", "ToolError_<*>"),
            ("handle_0fd0a1c2_3b4c_4d5e_8f90_a1b2c3d4e5f6", "handle_<*>"),
            ("Script4711.run", "Script<*>.run"),
            ("step_20260301", "step_<*>"),
            ("Sha256Error", "Sha256Error"),
            ("parse_rfc3339", "parse_rfc3339"),
            ("ed25519", "ed25519"),
            ("x509", "x509"),
            ("decode_utf16", "decode_utf16"),
            ("Http2Session", "Http2Session"),
            ("step_12", "step_12"),
            ("E0308", "E0308"),
            ("ERR_1045", "ERR_1045"),
            ("ORA00942", "ORA00942"),
            ("run", "run"),
        ] {
            assert_eq!(without_ids(name), expected, "{name}");
        }
    }
}
