//! A writer for tests that keeps what it is given.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::Value;

/// Keeps each write as it came.
#[derive(Clone, Default)]
pub struct Kept(pub Arc<Mutex<Vec<Vec<u8>>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Kept {
    /// What was written, a line and a write each.
    pub fn events(&self) -> Vec<Value> {
        let writes = self.0.lock().unwrap();
        writes
            .iter()
            .map(|line| {
                assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
                assert_eq!(line.last(), Some(&b'\n'));
                serde_json::from_slice(line).unwrap()
            })
            .collect()
    }
}
