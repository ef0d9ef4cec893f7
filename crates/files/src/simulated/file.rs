//! Open files of the simulated disk: what reaches it, and what only seems to.

use std::io;

use rand::RngExt;

use super::{Power, SimulatedDisk};
use crate::StoredFile;

#[derive(Debug)]
pub(super) struct SimulatedFile {
    pub(super) disk: SimulatedDisk,
    pub(super) inode: usize,
}

impl StoredFile for SimulatedFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.work()?;
        let content = &state.inodes[self.inode].content;
        let begin = usize::try_from(offset).expect("small");
        let bytes = content.get(begin..begin + buffer.len());
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let room = {
            let used = self.disk.used();
            self.disk.state().capacity.saturating_sub(used)
        };
        let mut state = self.disk.state();
        let power_goes = state.power == Power::Left(0);
        let written = match state.work() {
            Ok(()) if room >= bytes.len() => bytes.len(),
            Ok(()) => room,
            Err(error) => {
                let part = state.random.random_range(0..=bytes.len());
                if power_goes && state.random.random_bool(0.1) {
                    state.inodes[self.inode]
                        .content
                        .extend_from_slice(&bytes[..part]);
                }
                return Err(error);
            }
        };
        state.inodes[self.inode]
            .content
            .extend_from_slice(&bytes[..written]);
        if written < bytes.len() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        state.work()?;
        let length = usize::try_from(length).expect("small");
        let durably = state.random.random_bool(0.5);
        state.inodes[self.inode].cut(length, durably);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        state.work()?;
        let fails = match &mut state.failing_sync {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        };
        let inode = &mut state.inodes[self.inode];
        let length = inode.content.len();
        inode.durable.truncate(inode.settled);
        if fails {
            // As Linux does: what was to be written counts as written and is not.
            inode.durable.resize(length, 0);
        } else {
            let from = inode.settled;
            inode.durable.extend_from_slice(&inode.content[from..]);
        }
        inode.settled = length;
        if fails {
            state.failing_sync = None;
            return Err(io::Error::other("the disk does not answer"));
        }
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        let mut state = self.disk.state();
        state.work()?;
        Ok(state.inodes[self.inode].content.len() as u64)
    }
}
