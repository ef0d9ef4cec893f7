//! Clauses over parts and neighbours of words: `prefix`, `wildcard`, `regexp`, `fuzzy`.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Member, Node};
use super::{Said, field, said};
use crate::analysis::words;
use crate::ast::{Case, Field, Query};
use crate::lucene::{is_split, is_whole};
use swarmscope_model::limits::MAX_REGEXP_CHARS;

/// A field, its pattern, and in which case it is compared.
struct Pattern {
    field: Field,
    text: String,
    case: Case,
}

fn pattern(node: &Node, query: &'static str, also: &[&str]) -> Parsed<Pattern> {
    let member = field(node, query)?;
    let mut case = Case::AsGiven;
    let mut found = None;
    match said(member, query)? {
        Said::Value(value) => found = value.text(),
        Said::Parameters(members) => {
            for parameter in members {
                match parameter.key.as_str() {
                    "value" => found = Some(parameter.text(query)?),
                    "prefix" | "wildcard" | "regexp" if parameter.key == query => {
                        found = Some(parameter.text(query)?);
                    }
                    "case_insensitive" => {
                        if parameter.boolean(query)? {
                            case = Case::Insensitive;
                        }
                    }
                    "rewrite" | "boost" | "_name" => {}
                    key if also.contains(&key) => {}
                    _ => return Err(parameter.not_supported(query)),
                }
            }
        }
    }
    let text = found.ok_or_else(|| member.value.fault(DslErrorKind::NoValue))?;
    Ok(Pattern {
        field: Field::from_text(&member.key),
        text,
        case,
    })
}

pub(super) fn prefix(node: &Node) -> Parsed<Query> {
    let Pattern { field, text, case } = pattern(node, "prefix", &[])?;
    // Elasticsearch's words hold the dots that ours do not.
    if !is_whole(&field) && is_split(&text) && words(&text).next().is_some() {
        return Ok(Query::Phrase {
            field,
            text,
            slop: 0,
            prefix: true,
        });
    }
    Ok(Query::Prefix {
        field,
        value: text,
        case,
    })
}

pub(super) fn wildcard(node: &Node) -> Parsed<Query> {
    let Pattern { field, text, case } = pattern(node, "wildcard", &[])?;
    Ok(Query::Wildcard {
        field,
        pattern: text,
        case,
    })
}

pub(super) fn regexp(node: &Node) -> Parsed<Query> {
    let also = ["flags", "flags_value", "max_determinized_states"];
    let Pattern {
        field: named,
        text,
        case,
    } = pattern(node, "regexp", &also)?;
    let length = text.chars().count();
    if length > MAX_REGEXP_CHARS {
        let limit = MAX_REGEXP_CHARS;
        return Err(node.fault(DslErrorKind::RegexpTooLong { length, limit }));
    }
    let mut pattern = text;
    if let Said::Parameters(members) = said(field(node, "regexp")?, "regexp")?
        && let Some(flags) = members.iter().find(|member| member.key == "flags")
    {
        pattern = with_flags(&pattern, &flags.text("regexp")?);
    }
    Ok(Query::Regexp {
        field: named,
        pattern,
        case,
    })
}

/// The expression with a backslash before those optional operators that the flags do not name.
fn with_flags(pattern: &str, flags: &str) -> String {
    let names: Vec<&str> = flags.split('|').map(str::trim).collect();
    let is_on = |name: &str| names.contains(&"ALL") || names.contains(&name);
    let mut out = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let means_itself = match character {
            '\\' => {
                out.push('\\');
                out.extend(characters.next());
                continue;
            }
            '<' | '>' => !is_on("INTERVAL"),
            '~' => !is_on("COMPLEMENT"),
            '&' => !is_on("INTERSECTION"),
            '@' => !is_on("ANYSTRING"),
            '#' => !is_on("EMPTY"),
            _ => false,
        };
        if means_itself {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// How many edits a fuzzy word may be away.
#[derive(Clone, Copy)]
pub(super) enum Fuzziness {
    Edits(u8),
    /// By the word's length: none below the first, one below the second, else two.
    Auto(usize, usize),
}

impl Fuzziness {
    pub fn of(self, word: &str) -> u8 {
        let length = word.chars().count();
        match self {
            Fuzziness::Edits(edits) => edits,
            Fuzziness::Auto(low, _) if length < low => 0,
            Fuzziness::Auto(_, high) if length < high => 1,
            Fuzziness::Auto(..) => 2,
        }
    }
}

/// Reads `AUTO`, `AUTO:3,6`, `0`, `1` or `2`.
pub(super) fn fuzziness(member: &Member, query: &'static str) -> Parsed<Fuzziness> {
    let text = member.text(query)?;
    let upper = text.to_ascii_uppercase();
    let found = match upper.strip_prefix("AUTO") {
        Some("") => Some(Fuzziness::Auto(3, 6)),
        Some(limits) => limits
            .strip_prefix(':')
            .and_then(|limits| limits.split_once(','))
            .and_then(|(low, high)| Some(Fuzziness::Auto(low.parse().ok()?, high.parse().ok()?))),
        None => upper.parse::<f32>().ok().and_then(|edits| {
            let whole = edits.fract() == 0.0 && (0.0..=2.0).contains(&edits);
            whole.then_some(Fuzziness::Edits(edits as u8))
        }),
    };
    match upper.parse::<f32>() {
        Ok(_) => found.ok_or_else(|| member.value.fault(DslErrorKind::Fuzziness { given: text })),
        Err(_) => {
            found.ok_or_else(|| member.bad(query, format!("Invalid fuzziness value: {text}")))
        }
    }
}

pub(super) fn fuzzy(node: &Node) -> Parsed<Query> {
    let also = [
        "fuzziness",
        "prefix_length",
        "max_expansions",
        "transpositions",
    ];
    let Pattern {
        field: named, text, ..
    } = pattern(node, "fuzzy", &also)?;
    let mut allowed = Fuzziness::Auto(3, 6);
    let mut prefix = 0;
    if let Said::Parameters(members) = said(field(node, "fuzzy")?, "fuzzy")? {
        for member in members {
            match member.key.as_str() {
                "fuzziness" => allowed = fuzziness(member, "fuzzy")?,
                "prefix_length" => {
                    prefix = member
                        .count("prefix_length")?
                        .try_into()
                        .unwrap_or(u32::MAX);
                }
                _ => {}
            }
        }
    }
    let distance = allowed.of(&text);
    Ok(Query::Fuzzy {
        field: named,
        value: text,
        distance,
        prefix,
    })
}
