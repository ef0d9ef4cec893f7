//! New agents from templates: a complete project that builds, runs and passes its own test.

mod names;
mod render;
mod source;

use std::path::{Path, PathBuf};

pub use names::NewAgent;
pub use render::Language;

use crate::failure::Failure;

/// Writes the project into a new folder of the agent's name, and tells which files there are.
///
/// # Errors
/// When the name, port or a skill cannot be, the folder is there already, the sources of Swarmscope
/// are not found, or the disk does not take it. Nothing is left behind then.
pub fn create(
    agent: &NewAgent,
    language: Language,
    into: &Path,
    sources: Option<PathBuf>,
) -> Result<(PathBuf, Vec<PathBuf>), Failure> {
    let folder = into.join(&agent.name);
    if folder.exists() {
        return Err(Failure::with_hint(
            format!("{} is there already", folder.display()),
            "nothing is overwritten: choose another name, or another folder with --into",
        ));
    }
    let sources = source::find(sources)?;
    std::fs::create_dir_all(into)?;
    // Everything is written beside it first: a folder that is there is complete.
    let draft = tempfile::Builder::new()
        .prefix(".new-agent-")
        .tempdir_in(into)?;
    let relative = source::relative(&sources, &folder);
    let mut written = Vec::new();
    for (path, text) in render::project(agent, language, &relative)? {
        let target = draft.path().join(&path);
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&target, text)?;
        written.push(path);
    }
    if language == Language::Rust {
        format_rust(draft.path());
    }
    let draft = draft.keep();
    if let Err(error) = readable_by_others(&draft).and_then(|()| std::fs::rename(&draft, &folder)) {
        // The draft is of no use to anybody.
        let _ = std::fs::remove_dir_all(&draft);
        return Err(error.into());
    }
    Ok((folder, written))
}

/// Names are of any length, so line breaks are left to the formatter; without one the code is as good.
fn format_rust(project: &Path) {
    let formatted = std::process::Command::new("rustfmt")
        .args(["--edition", "2024", "--quiet", "src/main.rs"])
        .current_dir(project)
        .stderr(std::process::Stdio::null())
        .status();
    if !formatted.is_ok_and(|status| status.success()) {
        tracing::debug!("rustfmt is not installed");
    }
}

/// A temporary folder is its owner's alone; a project is an ordinary folder.
fn readable_by_others(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}
