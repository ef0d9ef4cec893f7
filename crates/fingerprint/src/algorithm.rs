//! The algorithm: the client's fingerprint, else the frames of the application, else type and message.
//!
//! Of the error where it all began, its type and the [`FRAMES`] innermost functions of the application
//! count, each once, so that neither recursion nor the way into the program matters; and, because one
//! function may fail in several ways, what was said or done there ([`said`]). Of each error that wraps it,
//! its type and its innermost function count. Lines never do.
//!
//! The second version sees more of what libraries print: codes and statuses ([`code`]), causes that have no
//! frames of the application, and values of more forms in messages ([`values`]). Where the two differ the
//! code asks for the version.
//!
//! The third version knows that programs put names and words together while they run ([`names`],
//! [`joined`]), and hears what the system or a database said to a library ([`cause`]).

mod cause;
mod code;
mod frames;
mod go;
mod java;
mod joined;
mod key;
mod message;
mod names;
mod node;
mod place;
mod python;
mod rust;
mod said;
mod values;

use std::borrow::Cow;

use swarmscope_model::limits::MAX_GROUP_FRAMES;

use crate::document::ErrorDocument;
use crate::fingerprint::{Fingerprint, Frame, Source, Version};
use crate::trace::{self, Language, Raised, Trace};
use frames::{Function, Stack};
use key::Key;

/// Innermost functions of the application that count: enough to tell the uses of a shared client apart,
/// and few enough that another worker's loop, which calls the same code, does not.
const FRAMES: usize = 3;
/// An element of a client's fingerprint that stands for what would be without it.
const DEFAULT: &str = "{{ default }}";
/// What holds the errors of several tasks, and has nothing to say of them.
const GROUPS: [&str; 3] = ["ExceptionGroup", "BaseExceptionGroup", "AggregateError"];
/// Java's errors that only carry another one from a thread or a reflective call to its caller.
const CARRIERS: [&str; 4] = [
    "ExecutionException",
    "CompletionException",
    "InvocationTargetException",
    "UndeclaredThrowableException",
];
/// What a stack that was too deep is called: where it ends is chance.
const OVERFLOWS: [&str; 2] = ["RecursionError", "StackOverflowError"];
const OVERFLOW_MESSAGES: [&str; 3] = [
    "Maximum call stack size exceeded",
    "stack overflow",
    "maximum recursion depth exceeded",
];

/// The fingerprint of an error.
pub fn fingerprint<'a>(version: Version, document: &'a ErrorDocument<'_>) -> Fingerprint<'a> {
    if version >= Version::Two
        && let Some(plain) = document.without_colours()
    {
        return of_plain(version, &plain).into_owned();
    }
    of_plain(version, document)
}

/// The id of the fingerprint, without what people read of it.
pub fn group_id(version: Version, document: &ErrorDocument<'_>) -> String {
    let plain = (version >= Version::Two).then(|| document.without_colours());
    let plain = plain.flatten();
    let document = plain.as_ref().unwrap_or(document);
    let trace = trace::of_document(version, document);
    let headline = Headline::of(version, document, trace.as_ref());
    key(document, &judged(version, trace.as_ref()), &headline)
        .1
        .id()
}

fn of_plain<'a>(version: Version, document: &'a ErrorDocument<'_>) -> Fingerprint<'a> {
    let trace = trace::of_document(version, document);
    let headline = Headline::of(version, document, trace.as_ref());
    let errors = judged(version, trace.as_ref());
    let (source, key) = key(document, &errors, &headline);
    Fingerprint {
        version,
        id: key.id(),
        title: headline.title(),
        error_type: headline.shown_kind().into_owned(),
        culprit: culprit(version, &errors),
        frames: frames(&errors),
        source,
    }
}

/// What decides, and its key.
fn key(
    document: &ErrorDocument<'_>,
    errors: &[Judged<'_, '_>],
    headline: &Headline<'_>,
) -> (Source, Key) {
    let by_frames = by_frames(errors, headline);
    let source = match (document.fingerprint.is_empty(), &by_frames) {
        (false, _) => Source::Client,
        (true, Some(_)) => Source::Frames,
        (true, None) => Source::Message,
    };
    let default = by_frames.unwrap_or_else(|| by_message(errors, headline));
    let key = match source {
        Source::Client => by_client(document, &default),
        Source::Frames | Source::Message => default,
    };
    (source, key)
}

/// One error of a traceback with what the algorithm thinks of its calls.
struct Judged<'t, 'a> {
    raised: &'t Raised<'a>,
    language: Language,
    stack: Stack<'t>,
}

fn judged<'t, 'a>(version: Version, trace: Option<&'t Trace<'a>>) -> Vec<Judged<'t, 'a>> {
    let errors = trace.into_iter().flat_map(|trace| {
        trace.raised.iter().map(|raised| Judged {
            raised,
            language: trace.language,
            stack: Stack::of(version, trace.language, raised),
        })
    });
    errors.collect()
}

/// What is said of the error as a whole.
struct Headline<'a> {
    version: Version,
    kind: &'a str,
    message: &'a str,
}

impl<'a> Headline<'a> {
    /// The document's own words; what a traceback has, where the document says nothing.
    fn of(version: Version, document: &'a ErrorDocument<'_>, trace: Option<&'a Trace<'a>>) -> Self {
        let printed = trace.and_then(|trace| trace.raised.iter().rfind(|raised| !raised.member));
        if let Some(member) = trace.and_then(only_member) {
            return Self {
                version,
                kind: member.kind,
                message: member.message,
            };
        }
        let own = printed.map_or(["", ""], |raised| [raised.kind, raised.message]);
        // A report of Rust names no type; what its logger called it is not there in all of them.
        let unnamed = match trace {
            Some(trace) if version >= Version::Two && trace.language == Language::Rust => "Error",
            _ => "",
        };
        let kind = first_of(&[&document.error_type, own[0], unnamed, &document.event_type]);
        let message = if trace.is_some() && document.traceback.is_empty() {
            // The document's message is the traceback itself.
            first_of(&[own[1]])
        } else {
            first_of(&[&document.error_message, own[1], &document.message])
        };
        Self {
            version,
            kind,
            message: message::first_line(message),
        }
    }

    /// The type for people.
    fn shown_kind(&self) -> Cow<'a, str> {
        match self.version {
            Version::One | Version::Two => Cow::Borrowed(self.kind),
            Version::Three => names::without_ids(self.kind),
        }
    }

    fn title(&self) -> String {
        let message = message::readable(self.message);
        match (self.shown_kind().as_ref(), message.as_str()) {
            ("", _) => message,
            (kind, "") => kind.to_owned(),
            (kind, message) => format!("{kind}: {message}"),
        }
    }
}

/// The error that an exception group holds, when all that it holds are of one kind: the group is but its
/// envelope.
fn only_member<'a>(trace: &'a Trace<'a>) -> Option<&'a Raised<'a>> {
    let mut members = trace.raised.iter().filter(|raised| raised.member);
    let first = members.next()?;
    members
        .all(|other| other.kind == first.kind)
        .then_some(first)
}

fn by_frames(errors: &[Judged<'_, '_>], headline: &Headline<'_>) -> Option<Key> {
    let main = errors
        .iter()
        .position(|error| !error.stack.functions.is_empty())?;
    let mut key = Key::new();
    if errors.iter().any(|error| error.raised.member) {
        // Which of the members failed first is chance, and so is how many did.
        let members = errors.iter().filter(|error| error.raised.member);
        let mut ids: Vec<String> = members.map(|error| in_full(error, headline).id()).collect();
        ids.sort_unstable();
        ids.dedup();
        // An error is the same whether a group of tasks was around it or not.
        let alone = headline.version >= Version::Two && ids.len() == 1;
        for id in &ids {
            key.part(if alone { "error" } else { "member" }, id);
        }
    } else {
        key.part("error", &in_full(&errors[main], headline).id());
    }
    let mut seen = vec![in_short(&errors[main], headline)];
    for (index, error) in errors.iter().enumerate() {
        if index == main || error.raised.member || carries(error, headline) {
            continue;
        }
        let short = in_short(error, headline);
        // A retry raises the same again and again.
        if !seen.contains(&short) {
            key.part("wrapper", &short);
            seen.push(short);
        }
    }
    Some(key)
}

/// Whether an error tells nothing but that another one came through it.
fn carries(error: &Judged<'_, '_>, headline: &Headline<'_>) -> bool {
    let kind = message::short_type(error.raised.kind);
    CARRIERS.contains(&kind)
        || (headline.version >= Version::Two
            && GROUPS.contains(&kind)
            && error.stack.functions.is_empty())
}

fn in_full(error: &Judged<'_, '_>, headline: &Headline<'_>) -> Key {
    let mut key = Key::new();
    let kind = kind_of(error, headline);
    let kind = kind.as_ref();
    key.part("type", kind);
    let functions = &error.stack.functions;
    if is_overflow(kind, error.raised.message) {
        let mut names: Vec<Cow<'_, str>> = repeated(functions).map(Function::key).collect();
        names.sort_unstable();
        names.dedup();
        for name in &names {
            key.part("cycle", name);
        }
        return key;
    }
    let counted = frames::innermost(functions, FRAMES);
    for name in place::relative(headline.version, &counted) {
        key.part("frame", &name);
    }
    let said = said::said(headline.version, error.language, error.raised, &error.stack);
    key.part("said", &said);
    push_codes(headline.version, kind, error.raised.message, &mut key);
    key
}

/// What in the words of a library tells one failure of a call from another.
fn push_codes(version: Version, kind: &str, message: &str, key: &mut Key) {
    if version == Version::One {
        return;
    }
    let of_system = || match version {
        Version::Three => cause::of(message),
        _ => None,
    };
    if let Some(code) = code::of(version, kind, message).or_else(of_system) {
        key.part("code", code);
    } else if let Some(said) = said::of_database(version, kind, message) {
        key.part("code", &said);
    }
    if version >= Version::Three
        && let Some(part) = cause::part_of_database(kind, message)
    {
        key.part("part", &part);
    }
}

/// Type and innermost function.
fn in_short(error: &Judged<'_, '_>, headline: &Headline<'_>) -> String {
    let innermost = error.stack.functions.first().map(Function::key);
    let kind = kind_of(error, headline);
    match innermost {
        None if headline.version >= Version::Two => {
            let cause = said::of_cause(headline.version, &kind, error.raised);
            format!("{kind}\n\n{cause}")
        }
        innermost => format!("{kind}\n{}", innermost.unwrap_or_default()),
    }
}

/// The functions that are called more than once; all of them, where none is.
fn repeated<'f, 'a>(functions: &'f [Function<'a>]) -> impl Iterator<Item = &'f Function<'a>> {
    let any = functions.iter().any(|function| function.calls > 1);
    functions
        .iter()
        .filter(move |function| !any || function.calls > 1)
}

fn is_overflow(kind: &str, message: &str) -> bool {
    OVERFLOWS.contains(&kind)
        || OVERFLOW_MESSAGES
            .iter()
            .any(|text| message.starts_with(text))
}

/// The type of one error of the chain, without the path to it.
fn kind_of<'a>(error: &Judged<'_, 'a>, headline: &Headline<'a>) -> Cow<'a, str> {
    let kind = first_of(&[error.raised.kind, headline.kind]);
    message::type_name(headline.version, kind)
}

fn by_message(errors: &[Judged<'_, '_>], headline: &Headline<'_>) -> Key {
    if headline.version >= Version::Two {
        return by_message_and_causes(errors, headline);
    }
    let mut key = Key::new();
    key.part("type", message::short_type(headline.kind));
    key.part("message", &message::template(headline.message));
    for error in errors.iter().rev().skip(1) {
        key.part("cause", message::short_type(error.raised.kind));
        key.part("message", &message::template(error.raised.message));
    }
    if let Some(site) = errors.last().and_then(|error| error.raised.site) {
        key.part("site", &place::tail(headline.version, site.file));
    }
    key
}

fn by_message_and_causes(errors: &[Judged<'_, '_>], headline: &Headline<'_>) -> Key {
    let mut key = Key::new();
    let version = headline.version;
    key.part("type", &message::type_name(version, headline.kind));
    key.part("message", &values::template(version, headline.message));
    let mut seen = Vec::new();
    for error in errors.iter().rev().skip(1) {
        let kind = message::type_name(version, error.raised.kind);
        let said = values::template(version, error.raised.message);
        let cause = [kind.as_ref(), &said].join("\n");
        if !seen.contains(&cause) {
            key.part("cause", &cause);
            seen.push(cause);
        }
    }
    if let Some(site) = errors.last().and_then(|error| error.raised.site) {
        key.part("site", &place::tail(headline.version, site.file));
    }
    key
}

fn by_client(document: &ErrorDocument<'_>, default: &Key) -> Key {
    let mut key = Key::new();
    for part in &document.fingerprint {
        if part == DEFAULT {
            key.part("default", &default.id());
        } else {
            key.part("client", part);
        }
    }
    key
}

fn culprit(version: Version, errors: &[Judged<'_, '_>]) -> String {
    let innermost = errors
        .iter()
        .find_map(|error| error.stack.functions.first());
    if let Some(function) = innermost {
        return function.readable();
    }
    let site = errors.iter().find_map(|error| error.raised.site);
    site.map(|site| place::tail(version, site.file).into_owned())
        .unwrap_or_default()
}

fn frames<'a>(errors: &[Judged<'_, 'a>]) -> Vec<Frame<'a>> {
    let calls = errors
        .iter()
        .flat_map(|error| error.raised.calls.iter().zip(&error.stack.in_app));
    let all: usize = errors.iter().map(|error| error.raised.calls.len()).sum();
    let mut frames = Vec::with_capacity(all.min(MAX_GROUP_FRAMES));
    frames.extend(calls.take(MAX_GROUP_FRAMES).map(|(call, in_app)| Frame {
        function: Cow::Borrowed(call.function),
        file: Cow::Borrowed(call.file),
        line: call.line,
        in_app: *in_app,
    }));
    if frames.is_empty() {
        let site = errors.iter().find_map(|error| error.raised.site);
        frames.extend(site.map(|site| Frame {
            function: Cow::Borrowed(""),
            file: Cow::Borrowed(site.file),
            line: site.line,
            in_app: true,
        }));
    }
    frames
}

fn first_of<'a>(texts: &[&'a str]) -> &'a str {
    texts
        .iter()
        .map(|text| text.trim())
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}
