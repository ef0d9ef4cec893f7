//! Addresses of the network: IP, MAC, names of hosts, with ports.

use std::ops::Range;

use crate::bytes::{at, digits, is_word, value};

/// Last parts of the names of hosts. Those that are endings of source files or common names of modules
/// (`rs`, `py`, `sh`, `so`) are not among them.
const TOP: [&[u8]; 62] = [
    b"com",
    b"net",
    b"org",
    b"edu",
    b"gov",
    b"mil",
    b"int",
    b"info",
    b"biz",
    b"io",
    b"dev",
    b"arpa",
    b"local",
    b"internal",
    b"lan",
    b"corp",
    b"localdomain",
    b"cluster",
    b"test",
    b"example",
    b"invalid",
    b"de",
    b"jp",
    b"tw",
    b"kr",
    b"cn",
    b"br",
    b"fr",
    b"nl",
    b"uk",
    b"it",
    b"ru",
    b"au",
    b"ca",
    b"us",
    b"eu",
    b"es",
    b"se",
    b"ch",
    b"at",
    b"be",
    b"in",
    b"mx",
    b"hk",
    b"vn",
    b"tr",
    b"ar",
    b"th",
    b"ua",
    b"ro",
    b"gr",
    b"pt",
    b"cz",
    b"hu",
    b"dk",
    b"fi",
    b"il",
    b"za",
    b"nz",
    b"sg",
    b"ir",
    b"ie",
];

/// The end of the address that begins at `start`, within the chunk that ends at `end`.
pub fn end(text: &[u8], start: usize, end: usize) -> Option<usize> {
    if let Some(number) = ipv4(text, start) {
        return Some(prefix_or_port(text, number));
    }
    groups(text, start..end).or_else(|| host(text, start..end))
}

/// The end of four numbers up to 255 with dots between.
pub fn ipv4(text: &[u8], start: usize) -> Option<usize> {
    let mut place = start;
    for part in 0..4 {
        let count = digits(text, place, 4);
        if !(1..=3).contains(&count) || value(text, place, count) > 255 {
            return None;
        }
        place += count;
        if part < 3 {
            if at(text, place) != b'.' {
                return None;
            }
            place += 1;
        }
    }
    let goes_on = is_word(at(text, place))
        || matches!(at(text, place), b'.' | b'-') && is_word(at(text, place + 1));
    (!goes_on).then_some(place)
}

/// Behind the port or the length of the network, where one follows.
fn prefix_or_port(text: &[u8], place: usize) -> usize {
    let most = match at(text, place) {
        b':' => 5,
        b'/' => 2,
        _ => return place,
    };
    let count = digits(text, place + 1, most + 1);
    let end = place + 1 + count;
    if (1..=most).contains(&count) && !is_word(at(text, end)) {
        end
    } else {
        place
    }
}

/// IPv6 and MAC: groups of hex digits between colons.
fn groups(text: &[u8], chunk: Range<usize>) -> Option<usize> {
    let mut end = chunk.start;
    let (mut colons, mut doubled, mut numerals, mut longest, mut group) = (0, false, 0, 0, 0);
    while end < chunk.end {
        match text[end] {
            b':' => {
                colons += 1;
                doubled |= end > chunk.start && text[end - 1] == b':';
                group = 0;
            }
            byte if byte.is_ascii_hexdigit() => {
                numerals += usize::from(byte.is_ascii_digit());
                group += 1;
                longest = group.max(longest);
            }
            _ => break,
        }
        end += 1;
    }
    // A colon at the end belongs to the sentence.
    if end > chunk.start && text[end - 1] == b':' && !text[..end].ends_with(b"::") {
        end -= 1;
        colons -= 1;
    }
    // Of six bytes in the network, of eight and more elsewhere.
    let is_mac = colons >= 5 && longest == 2 && end - chunk.start == colons * 3 + 2;
    let is_ipv6 = (2..=7).contains(&colons) && longest <= 4 && (doubled || colons == 7);
    let ends = !is_word(at(text, end));
    (numerals > 0 && ends && (is_mac || is_ipv6)).then_some(end)
}

/// The name of a host that is known by its last part, or one with a port behind it.
fn host(text: &[u8], chunk: Range<usize>) -> Option<usize> {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let mut end = chunk.start
        + text[chunk.clone()]
            .iter()
            .take_while(|&&byte| belongs(byte))
            .count();
    while end > chunk.start && !is_word(text[end - 1]) {
        end -= 1;
    }
    if is_word(at(text, end)) || !at(text, chunk.start).is_ascii_alphanumeric() {
        return None;
    }
    let name = &text[chunk.start..end];
    let behind = prefix_or_port(text, end);
    let has_port = at(text, end) == b':' && behind > end;
    if has_port && (name == b"localhost" || is_numbered(name)) {
        return Some(behind);
    }
    let dots = name.iter().filter(|&&byte| byte == b'.').count();
    let mut parts = name.split(|&byte| byte == b'.');
    // Names of packages begin with what names of hosts end in.
    let first = parts.next()?;
    let last = parts.next_back()?;
    let is_host = (dots > 1 || has_port) && is_top(last) && !is_top(first);
    is_host.then_some(if has_port { behind } else { end })
}

/// `db-1`, `node17`: a word with a number at its end.
fn is_numbered(name: &[u8]) -> bool {
    !name.contains(&b'.')
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.last().is_some_and(u8::is_ascii_digit)
}

fn is_top(part: &[u8]) -> bool {
    TOP.iter().any(|top| top.eq_ignore_ascii_case(part))
}
