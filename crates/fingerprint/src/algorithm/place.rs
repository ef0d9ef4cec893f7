//! Files without where they were deployed, and without what a bundler adds to their names.

use std::borrow::Cow;

use super::frames::Function;
use super::message;
use crate::fingerprint::Version;

/// Names that every package has: they say nothing without their folder.
const GENERIC: [&str; 12] = [
    "__init__",
    "views",
    "models",
    "handlers",
    "handler",
    "tasks",
    "service",
    "forms",
    "admin",
    "index",
    "routes",
    "controller",
];
/// Folders that are where an application is put, and not a part of it.
const ROOTS: [&str; 18] = [
    "app",
    "apps",
    "src",
    "lib",
    "dist",
    "build",
    "current",
    "release",
    "releases",
    "code",
    "workspace",
    "opt",
    "srv",
    "home",
    "tmp",
    "task",
    "deploy",
    "site",
];

/// The functions with their files, as far as they differ in folders: the deepest folder that they share
/// is where the application is.
pub fn relative(version: Version, functions: &[&Function<'_>]) -> Vec<String> {
    let folders: Vec<&str> = functions
        .iter()
        .map(|function| folder(clean(function.file)))
        .collect();
    let shared = folders
        .iter()
        .skip(1)
        .fold(folders.first().copied().unwrap_or_default(), |a, b| {
            shared(a, b)
        });
    let alone = folders.iter().all(|folder| folder.len() == shared.len());
    functions
        .iter()
        .map(|function| {
            if function.file.is_empty() {
                return function.name.clone().into_owned();
            }
            let mut out = String::with_capacity(64);
            if !alone {
                let file = clean(function.file);
                let inner = folder(&file[shared.len().min(file.len())..]);
                out.push_str(inner.trim_start_matches(['/', '\\']));
                out.push('/');
            }
            out.push_str(&tail(version, function.file));
            out.push(' ');
            out.push_str(&function.name);
            match out.contains('\\') {
                true => out.replace('\\', "/"),
                false => out,
            }
        })
        .collect()
}

/// The name of a file, with its folder where the name says nothing.
pub fn tail(version: Version, file: &str) -> Cow<'_, str> {
    let file = clean(file);
    let folder = folder(file);
    let name = file[folder.len()..].trim_start_matches(['/', '\\']);
    let mut stem = stem(name);
    if version >= Version::Two {
        stem = without_kind(stem);
        // A chunk that has a number for a name.
        if !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_digit()) {
            return Cow::Borrowed("");
        }
    }
    let parent = folder.rsplit(['/', '\\']).next().unwrap_or_default();
    let tells = GENERIC.contains(&stem)
        && !parent.is_empty()
        && !ROOTS.contains(&parent)
        && !message::is_parameter(parent);
    match (tells, without_hash(stem)) {
        (true, _) => Cow::Owned(format!("{parent}/{stem}")),
        (false, Some(plain)) => Cow::Owned(plain),
        (false, None) => Cow::Borrowed(stem),
    }
}

/// Without schemes and queries.
fn clean(file: &str) -> &str {
    let end = memchr::memchr2(b'?', b'#', file.as_bytes()).unwrap_or(file.len());
    let file = &file[..end];
    if !file.starts_with(['w', 'f']) {
        return file;
    }
    [
        "webpack-internal:///",
        "webpack:///",
        "webpack://",
        "file://",
    ]
    .iter()
    .find_map(|scheme| file.strip_prefix(scheme))
    .unwrap_or(file)
}

/// The names of which a path consists, by either kind of slash.
pub fn elements(path: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    memchr::memchr2_iter(b'/', b'\\', path.as_bytes())
        .chain(std::iter::once(path.len()))
        .map(move |end| {
            let element = &path[start..end];
            start = end + 1;
            element
        })
}

fn folder(file: &str) -> &str {
    memchr::memrchr2(b'/', b'\\', file.as_bytes()).map_or("", |at| &file[..at])
}

fn stem(name: &str) -> &str {
    for ending in [
        ".py", ".pyc", ".js", ".mjs", ".cjs", ".ts", ".mts", ".tsx", ".jsx", ".rs",
    ] {
        if let Some(stem) = name.strip_suffix(ending).filter(|stem| !stem.is_empty()) {
            return stem;
        }
    }
    name
}

/// `main.3f2a9c1b.chunk` without what a bundler says of it.
fn without_kind(stem: &str) -> &str {
    [".chunk", ".min", ".bundle"]
        .iter()
        .find_map(|kind| stem.strip_suffix(kind))
        .unwrap_or(stem)
}

/// `main.3f2a9c1b` and `chunk-5QK7ZD2A` without what a bundler calculated.
fn without_hash(stem: &str) -> Option<String> {
    let at = stem.rfind(['.', '-'])?;
    let hash = &stem[at + 1..];
    let digits = hash.bytes().filter(u8::is_ascii_digit).count();
    let is_hash = hash.len() >= 6
        && digits > 0
        && hash
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_hash.then(|| stem[..at].to_owned())
}

/// The folder that two folders have in common, in whole names.
fn shared<'a>(a: &'a str, b: &str) -> &'a str {
    let mut end = 0;
    for (at, (x, y)) in a.bytes().zip(b.bytes()).enumerate() {
        if x != y {
            return &a[..end];
        }
        if matches!(x, b'/' | b'\\') {
            end = at;
        }
    }
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Equal => a,
        std::cmp::Ordering::Less if b[a.len()..].starts_with(['/', '\\']) => a,
        std::cmp::Ordering::Greater if a[b.len()..].starts_with(['/', '\\']) => &a[..b.len()],
        _ => &a[..end],
    }
}
