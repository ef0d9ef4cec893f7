//! The query that finds a template's messages.

use swarmscope_query::analysis::words;

/// Phrases that a query asks for: the longest of a sentence tell it from others.
const MOST_PHRASES: usize = 6;
/// Words of a phrase; what follows them in the sentence rarely tells more.
const MOST_WORDS: usize = 24;

/// A Lucene query for the words that every message of the template has; `None` when there are none.
pub fn query_of(text: &str, field: &str) -> Option<String> {
    let phrases: Vec<String> = swarmscope_patterns::phrases(text)
        .into_iter()
        .filter(|phrase| words(phrase).next().is_some())
        .take(MOST_PHRASES)
        .map(|phrase| {
            format!(
                "{}:\"{}\"",
                escaped_field(field),
                escaped(&beginning(phrase))
            )
        })
        .collect();
    (!phrases.is_empty()).then(|| phrases.join(" AND "))
}

fn beginning(phrase: &str) -> String {
    let words: Vec<&str> = phrase.split(' ').take(MOST_WORDS).collect();
    words.join(" ")
}

/// Within quotes only the quote and the backslash mean something.
fn escaped(phrase: &str) -> String {
    phrase.replace('\\', "\\\\").replace('"', "\\\"")
}

fn escaped_field(field: &str) -> String {
    let mut escaped = String::with_capacity(field.len());
    for letter in field.chars() {
        if !letter.is_alphanumeric() && !matches!(letter, '.' | '_' | '@') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_ask_for_the_fixed_words_in_quotes() {
        assert_eq!(
            query_of("Claimed <id> after <number> ms", "message").as_deref(),
            Some("message:\"Claimed\" AND message:\"after\" AND message:\"ms\"")
        );
        assert_eq!(
            query_of(r#"said "no \ way" to <*>"#, "my field").as_deref(),
            Some(r#"my\ field:"said \"no" AND my\ field:"way\" to""#)
        );
        assert_eq!(query_of("<id> <*>", "message"), None);
    }
}
