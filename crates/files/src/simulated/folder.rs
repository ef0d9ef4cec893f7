//! The names on the simulated disk: which of them are there after a power cut.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rand::RngExt;

use super::file::SimulatedFile;
use super::{Inode, Naming, SimulatedDisk, State};
use crate::{FileSystem, Lock, LockError, Space, StoredFile};

#[derive(Debug)]
struct SimulatedLock(SimulatedDisk);

impl Lock for SimulatedLock {}

impl Drop for SimulatedLock {
    fn drop(&mut self) {
        self.0.state().locked = false;
    }
}

impl FileSystem for SimulatedDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.work()?;
        for folder in path
            .ancestors()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            if state.folders.insert(folder.to_owned()) {
                state.unsynced_folders.insert(folder.to_owned());
            }
        }
        Ok(())
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let mut state = self.state();
        state.work()?;
        state.find_folder(path)?;
        let all = state.names.keys().chain(&state.folders);
        let inside = all.filter(|each| each.parent() == Some(path));
        let names = inside.filter_map(|path| path.file_name()?.to_str());
        Ok(names.map(str::to_owned).collect())
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn StoredFile>> {
        let mut state = self.state();
        state.work()?;
        if let Ok(inode) = state.find(path) {
            let durably = state.random.random_bool(0.5);
            state.inodes[inode].cut(0, durably);
            return Ok(Arc::new(SimulatedFile {
                disk: self.clone(),
                inode,
            }));
        }
        state.find_folder(path.parent().unwrap_or(path))?;
        state.inodes.push(Inode::default());
        let inode = state.inodes.len() - 1;
        state.names.insert(path.to_owned(), inode);
        state.unsynced_names.push(Naming {
            removed: None,
            added: Some((path.to_owned(), inode)),
        });
        Ok(Arc::new(SimulatedFile {
            disk: self.clone(),
            inode,
        }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn StoredFile>> {
        let mut state = self.state();
        state.work()?;
        let inode = state.find(path)?;
        Ok(Arc::new(SimulatedFile {
            disk: self.clone(),
            inode,
        }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.work()?;
        let inode = state.find(from)?;
        state.names.remove(from);
        state.names.insert(to.to_owned(), inode);
        state.unsynced_names.push(Naming {
            removed: Some(from.to_owned()),
            added: Some((to.to_owned(), inode)),
        });
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.work()?;
        let inode = state.find(from)?;
        state.names.insert(to.to_owned(), inode);
        state.unsynced_names.push(Naming {
            removed: None,
            added: Some((to.to_owned(), inode)),
        });
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.work()?;
        state.find(path)?;
        state.names.remove(path);
        state.unsynced_names.push(Naming {
            removed: Some(path.to_owned()),
            added: None,
        });
        Ok(())
    }

    fn space(&self, _path: &Path) -> io::Result<Space> {
        let used = self.used();
        let mut state = self.state();
        state.work()?;
        if state.hides_space {
            return Err(io::ErrorKind::Unsupported.into());
        }
        // As large as a real disk would say that has no limit.
        let total = state.capacity.min(1 << 40);
        Ok(Space {
            free: total.saturating_sub(used) as u64,
            total: total as u64,
        })
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let mut guard = self.state();
        guard.work()?;
        let state = &mut *guard;
        let inside = |each: &Path| each.parent() == Some(path);
        let path = if path == Path::new(".") {
            Path::new("")
        } else {
            path
        };
        let fails = state.folder_sync_fails();
        let State {
            random,
            unsynced_folders,
            unsynced_names,
            durable_names,
            ..
        } = state;
        let mut reaches_disk = || !fails || random.random_bool(0.5);
        unsynced_folders.retain(|folder| folder.parent() != Some(path) || !reaches_disk());
        // Changes of one name reach the disk in their order.
        let mut left = BTreeSet::new();
        unsynced_names.retain(|naming| {
            let own = naming.removed.as_deref().is_some_and(inside)
                || naming.added.as_ref().is_some_and(|(path, _)| inside(path));
            let waits = naming.names().any(|name| left.contains(name));
            if !own || waits || !reaches_disk() {
                left.extend(naming.names().map(Path::to_owned));
                return true;
            }
            naming.apply(durable_names);
            false
        });
        if fails {
            return Err(io::Error::other("the disk does not answer"));
        }
        Ok(())
    }

    fn lock(&self, _path: &Path) -> Result<Box<dyn Lock>, LockError> {
        let mut state = self.state();
        state.work().map_err(LockError::Io)?;
        if state.locked {
            return Err(LockError::Held {
                holder: String::new(),
            });
        }
        state.locked = true;
        drop(state);
        Ok(Box::new(SimulatedLock(self.clone())))
    }
}
