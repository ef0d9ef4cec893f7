//! Where the sources of Swarmscope are, which a new agent links: there is no registry to take them from.

use std::path::{Component, Path, PathBuf};

use crate::failure::Failure;

/// The folder with Swarmscope's sources: the given one, or one around the current folder or this binary.
///
/// # Errors
/// When there is none.
pub fn find(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    if let Some(given) = given {
        return match std::fs::canonicalize(&given)
            .ok()
            .filter(|path| is_source(path))
        {
            Some(found) => Ok(found),
            None => Err(Failure::with_hint(
                format!("{} has no sources of Swarmscope", given.display()),
                "name the folder that has crates/sdk and python in it",
            )),
        };
    }
    let beginnings = [std::env::current_dir(), std::env::current_exe()];
    beginnings
        .into_iter()
        .filter_map(|beginning| beginning.and_then(std::fs::canonicalize).ok())
        .find_map(|beginning| {
            let found = beginning.ancestors().find(|folder| is_source(folder));
            found.map(Path::to_owned)
        })
        .ok_or_else(|| {
            Failure::with_hint(
                "a new agent links Swarmscope's library, and its sources are not found from here",
                "run this in a clone of Swarmscope, or name one with --sources",
            )
        })
}

fn is_source(folder: &Path) -> bool {
    folder.join("crates/sdk/Cargo.toml").is_file()
}

/// `target` as seen from the folder `from`, which need not be there yet.
pub fn relative(target: &Path, from: &Path) -> String {
    let Some(from) = from.parent().and_then(|parent| {
        let parent = if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        };
        // A parent that is not there yet is made below one that is.
        let there = parent.ancestors().find(|folder| folder.exists())?;
        let rest = parent.strip_prefix(there).ok()?;
        let base = std::fs::canonicalize(there).ok()?;
        Some(base.join(rest).join(from.file_name()?))
    }) else {
        return target.display().to_string();
    };
    let shared = target
        .components()
        .zip(from.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    let down = target.components().skip(shared);
    let path: PathBuf = up.chain(down).collect();
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_named_from_the_new_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("there");
        std::fs::create_dir(root.join("clone")).expect("room");
        let from = |path: &str| relative(&root.join("clone"), &root.join(path));
        assert_eq!(from("clone/agent"), "..");
        assert_eq!(from("agent"), "../clone");
        assert_eq!(from("agents/new/agent"), "../../../clone");
    }
}
