//! Which calls are the application's own, and the functions that they stand for.

use std::borrow::Cow;

use super::{go, java, names, node, place, python, rust};
use crate::fingerprint::Version;
use crate::short_text;
use crate::trace::{Call, Language, Raised};

/// Functions of the application that most stacks have not more of.
const USUAL_FUNCTIONS: usize = 8;

/// Whose code a call is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Library,
    /// What a compiler or framework puts between the application's own calls: they tell nothing.
    Glue,
    /// The way into the application, which every error of a program has in common.
    Entry,
    App,
}

/// A function of the application, on the stack once or more often, its closures not counted.
#[derive(Debug, Clone)]
pub struct Function<'a> {
    /// Its name without what differs from build to build.
    pub name: Cow<'a, str>,
    /// Its file, where the name alone does not say the module.
    pub file: &'a str,
    pub calls: u32,
    version: Version,
}

impl Function<'_> {
    /// What it is told apart by when it stands alone.
    pub fn key(&self) -> Cow<'_, str> {
        if self.file.is_empty() {
            Cow::Borrowed(&self.name)
        } else {
            Cow::Owned(format!(
                "{} {}",
                place::tail(self.version, self.file),
                self.name
            ))
        }
    }

    /// For people.
    pub fn readable(&self) -> String {
        match (self.name.as_ref(), place::tail(self.version, self.file)) {
            (name, file) if file.is_empty() => name.to_owned(),
            ("", file) => file.into_owned(),
            (name, file) => format!("{name} in {file}"),
        }
    }
}

/// The calls of one error, judged.
pub struct Stack<'a> {
    /// Of each call, whether it is the application's.
    pub in_app: Vec<bool>,
    /// The functions of the application, the innermost first, each once.
    pub functions: Vec<Function<'a>>,
    /// Where the innermost call of the application is, among all calls.
    pub innermost: Option<usize>,
}

impl<'a> Stack<'a> {
    pub fn of(version: Version, language: Language, raised: &'a Raised<'a>) -> Self {
        let mut stack = Stack {
            in_app: Vec::with_capacity(raised.calls.len()),
            functions: Vec::with_capacity(USUAL_FUNCTIONS),
            innermost: None,
        };
        let mut entry: Option<&Call<'_>> = None;
        let mut glue: Option<&Call<'_>> = None;
        for (index, call) in raised.calls.iter().enumerate() {
            let role = role(version, language, call);
            stack.in_app.push(role != Role::Library);
            if role != Role::Library && stack.innermost.is_none() {
                stack.innermost = Some(index);
            }
            match role {
                Role::App => stack.push(version, language, call),
                Role::Entry => entry = entry.or(Some(call)),
                Role::Glue => glue = glue.or(Some(call)),
                Role::Library => {}
            }
        }
        // Better the way in than nothing at all.
        if stack.functions.is_empty()
            && let Some(call) = entry.or(glue)
        {
            stack.push(version, language, call);
        }
        stack
    }

    fn push(&mut self, version: Version, language: Language, call: &'a Call<'a>) {
        let name = name(version, language, call);
        let file = match language {
            Language::Python | Language::Node => call.file,
            Language::Rust | Language::Java | Language::Go => "",
        };
        // A closure that its own function hands over is on the stack above it, which is no recursion;
        // neither are two functions without a name.
        let calls = u32::from(!name.is_empty() && !is_closure(language, call));
        let same = |known: &&mut Function<'_>| known.name == name && known.file == file;
        match self.functions.iter_mut().find(same) {
            Some(known) => known.calls += calls,
            None => self.functions.push(Function {
                name,
                file,
                calls,
                version,
            }),
        }
    }
}

/// The innermost functions, up to where a recursion began: how far a runtime prints what lies beyond
/// depends on how deep it went.
pub fn innermost<'f, 'a>(functions: &'f [Function<'a>], most: usize) -> Vec<&'f Function<'a>> {
    let recursion = functions.iter().rposition(|function| function.calls > 1);
    let end = recursion.map_or(functions.len(), |outermost| outermost + 1);
    functions[..end].iter().take(most).collect()
}

fn role(version: Version, language: Language, call: &Call<'_>) -> Role {
    match language {
        Language::Python => python::role(version, call),
        Language::Rust => rust::role(call),
        Language::Java => java::role(version, call),
        Language::Go => go::role(version, call),
        Language::Node => node::role(version, call),
    }
}

fn is_closure(language: Language, call: &Call<'_>) -> bool {
    match language {
        Language::Rust => short_text::contains(call.function, "{closure"),
        Language::Java => short_text::contains(call.function, "lambda$"),
        Language::Go => {
            short_text::contains(call.function, ".func")
                || short_text::contains(call.function, "-range")
        }
        Language::Python | Language::Node => false,
    }
}

fn name<'a>(version: Version, language: Language, call: &'a Call<'a>) -> Cow<'a, str> {
    let name = match language {
        Language::Python => Cow::Borrowed(call.function),
        Language::Rust => rust::name(call.function),
        Language::Java => java::name(version, call.function),
        Language::Go => go::name(version, call.function),
        Language::Node => Cow::Borrowed(node::name(version, call.function)),
    };
    match (version >= Version::Three, name) {
        (true, Cow::Borrowed(name)) => names::without_ids(name),
        (true, Cow::Owned(name)) => Cow::Owned(names::without_ids(&name).into_owned()),
        (false, name) => name,
    }
}
