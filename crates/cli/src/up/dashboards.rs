//! Where the web UI's dashboards come from: a folder of Grafana's files, or those in the binary.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rust_embed::RustEmbed;
use swarmscope_api::native::{DashboardFile, DashboardSource};

use crate::failure::Failure;

#[derive(RustEmbed)]
#[folder = "../../deploy/grafana/provisioning/dashboards"]
struct Shipped;

/// As `dashboards.yml` names the folder of the shipped files in Grafana.
const SHIPPED_FOLDER: &str = "Swarmscope";
/// As Grafana calls the folder of files that are in none.
const TOP_FOLDER: &str = "General";
const EXTENSION: &str = "json";
/// Folders within folders that are looked into.
const MAX_DEPTH: usize = 4;

/// Refuses a folder that is not there; what is in it is looked at with every request.
///
/// # Errors
/// When it is no directory.
pub fn check(folder: Option<&Path>) -> Result<(), Failure> {
    match folder.filter(|folder| !folder.is_dir()) {
        None => Ok(()),
        Some(missing) => Err(Failure::with_hint(
            format!("there is no folder of dashboards at {}", missing.display()),
            "name one with --dashboards, or leave it out for the shipped ones",
        )),
    }
}

/// The dashboards of a folder, or the shipped ones.
pub fn source(folder: Option<&Path>) -> Arc<dyn DashboardSource> {
    match folder {
        Some(folder) => Arc::new(Folder(folder.to_owned())),
        None => Arc::new(Shipped),
    }
}

impl DashboardSource for Shipped {
    fn files(&self) -> io::Result<Vec<DashboardFile>> {
        let names = Self::iter().filter(|name| is_dashboard(Path::new(name.as_ref())));
        let files = names.filter_map(|name| {
            let file = Self::get(&name)?;
            Some(DashboardFile {
                name: name.into_owned(),
                folder: SHIPPED_FOLDER.to_owned(),
                text: String::from_utf8_lossy(&file.data).into_owned(),
            })
        });
        Ok(files.collect())
    }
}

struct Folder(PathBuf);

impl DashboardSource for Folder {
    fn files(&self) -> io::Result<Vec<DashboardFile>> {
        let mut files = Vec::new();
        self.collect(&self.0, MAX_DEPTH, &mut files)?;
        Ok(files)
    }
}

impl Folder {
    fn collect(
        &self,
        folder: &Path,
        depth: usize,
        files: &mut Vec<DashboardFile>,
    ) -> io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() && depth > 0 {
                self.collect(&path, depth - 1, files)?;
            } else if is_dashboard(&path) {
                let relative = path.strip_prefix(&self.0).unwrap_or(&path);
                let parent = relative.parent().unwrap_or(Path::new("")).to_string_lossy();
                files.push(DashboardFile {
                    name: relative.to_string_lossy().into_owned(),
                    folder: match parent.as_ref() {
                        "" => TOP_FOLDER.to_owned(),
                        parent => parent.to_owned(),
                    },
                    text: String::from_utf8_lossy(&std::fs::read(&path)?).into_owned(),
                });
            }
        }
        Ok(())
    }
}

fn is_dashboard(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == EXTENSION)
}
