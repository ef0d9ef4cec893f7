//! Regular expressions in Go's syntax, written so that our library reads the same out of them.
//!
//! The two agree nearly everywhere. Where they do not, users of Prometheus's files would be surprised: a
//! brace that repeats nothing is a brace, `\w`, `\d` and `\s` know ASCII only, classes have no
//! operators, `\Q…\E` quotes. It never checks a pattern: what is wrong stays wrong and is refused later.

use std::borrow::Cow;
use std::iter::Peekable;
use std::str::Chars;

/// Characters that mean something in a class of ours.
const CLASS_SPECIAL: &[char] = &['[', ']', '\\', '^', '-', '&', '~'];

/// The pattern in the library's syntax.
pub(super) fn translated(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains(['\\', '[', '{']) {
        return Cow::Borrowed(pattern);
    }
    let mut translation = Translation {
        rest: pattern.chars().peekable(),
        out: String::with_capacity(pattern.len() + 16),
    };
    translation.run();
    Cow::Owned(translation.out)
}

struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
}

impl<'a> Translation<'a> {
    fn run(&mut self) {
        while let Some(each) = self.rest.next() {
            match each {
                '\\' => self.escape(),
                '[' => self.class(),
                '{' if !self.repeats() => self.out.push_str("\\{"),
                _ => self.out.push(each),
            }
        }
    }

    /// The text that is left.
    fn ahead(&self) -> Peekable<Chars<'a>> {
        self.rest.clone()
    }

    /// Whether what follows an opening brace makes it a repetition: `n}`, `n,}` or `n,m}`.
    fn repeats(&self) -> bool {
        let mut ahead = self.ahead();
        let digits = |ahead: &mut Peekable<Chars<'_>>| {
            std::iter::from_fn(|| ahead.next_if(char::is_ascii_digit)).count()
        };
        if digits(&mut ahead) == 0 {
            return false;
        }
        if ahead.next_if_eq(&',').is_some() {
            digits(&mut ahead);
        }
        ahead.next() == Some('}')
    }

    /// After a backslash outside of classes.
    fn escape(&mut self) {
        let Some(each) = self.rest.next() else {
            self.out.push('\\');
            return;
        };
        match each {
            'Q' => self.quotation(),
            'd' | 'D' | 'w' | 'W' | 's' | 'S' => {
                self.out.push_str(&ascii_class(each));
            }
            'b' => self.out.push_str("(?-u:\\b)"),
            '<' | '>' => self.out.push(each),
            '0'..='7' => self.octal(each),
            _ => self.other_escape(each),
        }
    }

    /// Everything up to `\E` stands for itself.
    fn quotation(&mut self) {
        let rest: String = self.rest.clone().collect();
        let (quoted, behind) = rest.split_once("\\E").unwrap_or((&rest, ""));
        self.out.push_str(&regex::escape(quoted));
        let used = rest.chars().count() - behind.chars().count();
        if used > 0 {
            self.rest.nth(used - 1);
        }
    }

    /// `\123`: a character by its number in base eight. A single digit but zero refers back, which Go
    /// does not know either.
    fn octal(&mut self, first: char) {
        let is_octal = |each: &char| ('0'..='7').contains(each);
        let mut digits = String::from(first);
        while digits.len() < 3 {
            let Some(next) = self.rest.next_if(is_octal) else {
                break;
            };
            digits.push(next);
        }
        if digits.len() == 1 && first != '0' {
            self.out.extend(['\\', first]);
            return;
        }
        let number = u32::from_str_radix(&digits, 8).unwrap_or_default();
        self.out.push_str(&format!("\\x{{{number:x}}}"));
    }

    /// An escape that both know, with what stands in braces behind it.
    fn other_escape(&mut self, each: char) {
        self.out.extend(['\\', each]);
        if matches!(each, 'p' | 'P' | 'x') && self.rest.peek() == Some(&'{') {
            for next in self.rest.by_ref() {
                self.out.push(next);
                if next == '}' {
                    break;
                }
            }
        }
    }

    /// After an opening bracket.
    fn class(&mut self) {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        while let Some(each) = self.rest.next() {
            match each {
                ']' if !first => {
                    self.out.push(']');
                    return;
                }
                '[' if self.rest.peek() == Some(&':') => self.named_class(),
                '\\' => self.class_escape(),
                _ => self.class_char(each),
            }
            first = false;
            self.range_end();
        }
    }

    /// The dash of a range and what stands behind it. A dash at the end of the class is just a dash.
    fn range_end(&mut self) {
        let mut ahead = self.ahead();
        if ahead.next() != Some('-') || matches!(ahead.next(), Some(']') | None) {
            return;
        }
        self.rest.next();
        self.out.push('-');
        match self.rest.next() {
            Some('\\') => self.class_escape(),
            Some(each) => self.class_char(each),
            None => {}
        }
    }

    fn class_char(&mut self, each: char) {
        if CLASS_SPECIAL.contains(&each) {
            self.out.push('\\');
        }
        self.out.push(each);
    }

    fn class_escape(&mut self) {
        match self.rest.next() {
            Some(each @ ('d' | 'D' | 'w' | 'W' | 's' | 'S')) => {
                self.out.push_str(&ascii_class(each));
            }
            Some(each @ '0'..='7') => self.octal(each),
            Some(each @ ('<' | '>')) => self.out.push(each),
            Some(each) => self.other_escape(each),
            None => self.out.push('\\'),
        }
    }

    /// `[:alpha:]`, else a bracket.
    fn named_class(&mut self) {
        let rest: String = self.rest.clone().collect();
        match rest.find(":]") {
            Some(end) if end > 0 => {
                let name = &rest[..end + 2];
                self.out.push('[');
                self.out.push_str(name);
                self.rest.nth(name.chars().count() - 1);
            }
            _ => self.class_char('['),
        }
    }
}

/// `\d`, `\w`, `\s` and their opposites.
fn ascii_class(letter: char) -> String {
    let members = match letter.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        _ => "\\t\\n\\f\\r ",
    };
    let negation = if letter.is_ascii_uppercase() { "^" } else { "" };
    format!("[{negation}{members}]")
}

#[cfg(test)]
mod tests {
    use super::super::matcher::anchored;

    #[test]
    fn patterns_mean_what_they_mean_in_go() {
        for (pattern, matching, other) in [
            ("a{b", "a{b", "a"),
            ("{{x}}", "{{x}}", "x"),
            ("a{2}", "aa", "a{2}"),
            ("a{,2}", "a{,2}", "aa"),
            ("x{1,}y", "xxy", "x{1,}y"),
            (r"\d+", "12", "१२"),
            (r"\w\W", "a-", "é-"),
            (r"\s", "\t", "\u{b}"),
            (r"[\d-]+", "1-2", "a"),
            (r"[^\s]", "\u{a0}", " "),
            ("[[]", "[", "]"),
            ("[a[b]+", "a[b", "c"),
            ("[a&&b]+", "a&b", "c"),
            ("[a~~b]+", "~", "c"),
            ("[+--]", ",", "a"),
            ("[]a]+", "]a", "b"),
            ("[[:alpha:]_]+", "a_", "1"),
            (r"\Qa.b|\E.c", "a.b|xc", "axb|xc"),
            (r"\Q[", "[", ""),
            (r"\<a\>", "<a>", "a"),
            (r"\101\x{42}\x43", "ABC", "101"),
            (r"a\b.b", "aéb", "axb"),
            (r"\{\}", "{}", ""),
            (r"\p{Greek}+", "αβ", "ab"),
        ] {
            let regex = anchored(pattern).expect(pattern);
            assert!(regex.is_match(matching), "{pattern} {matching}");
            assert!(!regex.is_match(other), "{pattern} {other}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in [
            "[", "[a", "(", "a)", "\\", r"\1", "[b-a]", "*", r"\8", "x{2,1}",
        ] {
            assert!(anchored(pattern).is_err(), "{pattern}");
        }
    }
}
