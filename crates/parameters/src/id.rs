//! Words with digits: which are ids, and which are names that happen to have a digit.

use crate::bytes::is_word;

/// Names with digits that programs talk about, in small letters.
const NAMES: [&[u8]; 47] = [
    b"2fa", b"base32", b"base64", b"bzip2", b"ec2", b"e2e", b"f32", b"f64", b"float16", b"float32",
    b"float64", b"h2", b"h264", b"http2", b"http3", b"i16", b"i18n", b"i32", b"i64", b"int16",
    b"int32", b"int64", b"ipv4", b"ipv6", b"k8s", b"l10n", b"log4j", b"md5", b"neo4j", b"oauth2",
    b"p50", b"p90", b"p95", b"p99", b"python3", b"s3", b"sha1", b"sha256", b"sha512", b"sqlite3",
    b"u32", b"u64", b"utf-16", b"utf-8", b"utf8", b"x64", b"x86_64",
];

/// Whether a piece that has digits and letters is a name all the same: a well-known one, a step of an API
/// as `v2`, or a word in capitals and small letters with a digit within, as `Base64Decoder`.
pub fn is_name(piece: &[u8]) -> bool {
    NAMES.iter().any(|name| name.eq_ignore_ascii_case(piece))
        || matches!(piece, [b'v' | b'V', digit] if digit.is_ascii_digit())
        || is_camel_case(piece)
}

/// `Base64Decoder`, `Http2Session`: at most two digits, and a capital with small letters behind them.
fn is_camel_case(piece: &[u8]) -> bool {
    let Some(first) = piece.iter().position(u8::is_ascii_digit) else {
        return false;
    };
    let Some(last) = piece.iter().rposition(u8::is_ascii_digit) else {
        return false;
    };
    let behind = &piece[last + 1..];
    last - first < 2
        && first > 1
        && piece.iter().all(u8::is_ascii_alphanumeric)
        && behind.len() > 2
        && behind[0].is_ascii_uppercase()
        && behind[1].is_ascii_lowercase()
}

/// Whether a part of a dotted name is like `v2` or `jackson2` in the name of a package: letters, then at
/// most two digits.
pub fn is_part_of_name(part: &[u8]) -> bool {
    let letters = part
        .iter()
        .take_while(|byte| !byte.is_ascii_digit())
        .count();
    letters > 0
        && part.len() - letters <= 2
        && part[letters..].iter().all(u8::is_ascii_digit)
        && part[..letters].iter().all(u8::is_ascii_alphabetic)
}

/// Hex digits, letters and digits among them, and enough of both not to be a word.
pub fn is_hex(piece: &[u8]) -> bool {
    let digits = match piece {
        [b'0', b'x' | b'X', rest @ ..] => {
            return !rest.is_empty() && rest.iter().all(u8::is_ascii_hexdigit);
        }
        _ => piece,
    };
    digits.len() >= 7
        && digits.iter().all(u8::is_ascii_hexdigit)
        && digits.iter().any(u8::is_ascii_digit)
        && digits.iter().any(u8::is_ascii_alphabetic)
}

/// `8-4-4-4-12` hex digits.
pub fn is_uuid(piece: &[u8]) -> bool {
    piece.len() == 36
        && piece.iter().enumerate().all(|(place, &byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Behind the last letter or digit of a piece.
pub fn trimmed(piece: &[u8]) -> usize {
    piece
        .iter()
        .rposition(|&byte| is_word(byte))
        .map_or(0, |last| last + 1)
}
