//! Texts: printing, case, patterns, hosts, links.

use std::net::IpAddr;

use swarmscope_model::limits::MAX_PATTERN_BYTES;

use super::super::Context;
use super::super::error::CallError;
use super::super::value::Value;
use super::super::{printf as format, show};
use super::text_at;

type Outcome = Result<Value, CallError>;

/// Go puts a space between two arguments when neither is a text.
pub fn print(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let mut out = String::new();
    let mut previous_is_text = true;
    for argument in arguments {
        let is_text = matches!(argument, Value::Text(_));
        if !previous_is_text && !is_text {
            out.push(' ');
        }
        out.push_str(&printed(argument));
        previous_is_text = is_text;
    }
    Ok(Value::text(out))
}

pub fn println(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let shown: Vec<String> = arguments.iter().map(printed).collect();
    Ok(Value::text(format!("{}\n", shown.join(" "))))
}

fn printed(value: &Value) -> String {
    match value {
        Value::Nil => "<nil>".to_owned(),
        other => show::plain(other),
    }
}

pub fn printf(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let text = format::printf(text_at(arguments, 0), &arguments[1..]);
    Ok(Value::text(text))
}

/// The arguments as one text: a single one as it is, several as `print` does.
fn joined(context: &Context<'_>, arguments: &[Value]) -> Result<String, CallError> {
    Ok(show::plain(&print(context, arguments)?))
}

pub fn html(context: &Context<'_>, arguments: &[Value]) -> Outcome {
    let mut out = String::new();
    for each in joined(context, arguments)?.chars() {
        match each {
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\0' => out.push('\u{fffd}'),
            plain => out.push(plain),
        }
    }
    Ok(Value::text(out))
}

pub fn url_query(context: &Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::text(query_escaped(&joined(context, arguments)?)))
}

/// Escaped for the query part of an address, with `+` for a space.
fn query_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            letter if letter.is_ascii_alphanumeric() => out.push(char::from(letter)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

pub fn upper(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::text(mapped(
        text_at(arguments, 0),
        char::to_uppercase,
    )))
}

pub fn lower(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::text(mapped(
        text_at(arguments, 0),
        char::to_lowercase,
    )))
}

/// Every character by itself, as Go does it: one that would become several stays as it is.
fn mapped<I: Iterator<Item = char>>(text: &str, of: fn(char) -> I) -> String {
    text.chars()
        .map(|each| {
            let mut becomes = of(each);
            match (becomes.next(), becomes.next()) {
                (Some(one), None) => one,
                _ => each,
            }
        })
        .collect()
}

pub fn unchanged(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(arguments[0].clone())
}

/// Every word begins with a capital. A point, a colon or an apostrophe between letters ends no word.
pub fn title(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let text = text_at(arguments, 0);
    let mut out = String::with_capacity(text.len());
    let (mut in_word, mut has_capital) = (false, false);
    let mut chars = text.chars().peekable();
    while let Some(each) = chars.next() {
        let letter = each.is_alphanumeric() || each == '_';
        if each.is_alphabetic() && !has_capital {
            out.extend(each.to_uppercase());
            has_capital = true;
        } else {
            out.push(each);
        }
        let joins = in_word
            && matches!(each, '.' | ':' | '\'' | '\u{2019}' | '\u{b7}')
            && chars.peek().is_some_and(|next| next.is_alphabetic());
        in_word = letter || joins;
        has_capital &= in_word;
    }
    Ok(Value::text(out))
}

fn pattern(text: &str) -> Result<regex::Regex, CallError> {
    regex::RegexBuilder::new(text)
        .size_limit(MAX_PATTERN_BYTES)
        .build()
        .map_err(CallError::BadPattern)
}

pub fn matches(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let pattern = pattern(text_at(arguments, 0))?;
    Ok(Value::Bool(pattern.is_match(text_at(arguments, 1))))
}

pub fn replace_all(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let pattern = pattern(text_at(arguments, 0))?;
    let replaced = pattern.replace_all(text_at(arguments, 2), text_at(arguments, 1));
    Ok(Value::text(replaced))
}

/// Host and port of `host:port` or `[host]:port`.
fn host_and_port(text: &str) -> Option<(&str, &str)> {
    let (host, port) = text.rsplit_once(':')?;
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?,
        None if host.contains(':') => return None,
        None => host,
    };
    (!bare.contains(['[', ']'])).then_some((bare, port))
}

pub fn strip_port(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let text = text_at(arguments, 0);
    Ok(Value::text(
        host_and_port(text).map_or(text, |(host, _)| host),
    ))
}

pub fn strip_domain(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let text = text_at(arguments, 0);
    let (host, port) = host_and_port(text).unwrap_or((text, ""));
    if host.parse::<IpAddr>().is_ok() {
        return Ok(Value::text(text));
    }
    let name = host.split('.').next().unwrap_or(host);
    Ok(Value::text(match port {
        "" => name.to_owned(),
        port => format!("{name}:{port}"),
    }))
}

pub fn graph_link(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::text(expression_link(text_at(arguments, 0), 0)))
}

pub fn table_link(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::text(table_path(text_at(arguments, 0))))
}

/// The path of the page that shows what an expression gives now.
pub fn table_path(expression: &str) -> String {
    expression_link(expression, 1)
}

/// The path of the page that shows an expression: as a graph (tab 0) or a table (tab 1).
fn expression_link(expression: &str, tab: u8) -> String {
    format!("/graph?g0.expr={}&g0.tab={tab}", query_escaped(expression))
}

pub fn external_url(context: &Context<'_>, _: &[Value]) -> Outcome {
    Ok(Value::text(context.external_url))
}

/// The path of the external address.
pub fn path_prefix(context: &Context<'_>, _: &[Value]) -> Outcome {
    let after_scheme = context
        .external_url
        .split_once("://")
        .map_or(context.external_url, |(_, rest)| rest);
    let path = after_scheme
        .find('/')
        .map_or("", |slash| &after_scheme[slash..]);
    let path = path.split(['?', '#']).next().unwrap_or(path);
    Ok(Value::text(path))
}
