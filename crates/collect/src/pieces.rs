//! A stream of bytes as pieces: lines, with tracebacks put together.

use std::collections::VecDeque;
use std::io;

use swarmscope_model::limits::TRACEBACK_PATIENCE;
use tokio::io::AsyncBufRead;

use crate::lines::LineReader;
use crate::traceback::{Joiner, Piece};

/// Reads pieces. Lines that may begin a traceback wait for those that follow, but not for long.
pub struct PieceReader<R> {
    lines: LineReader<R>,
    joiner: Joiner,
    ready: VecDeque<Piece>,
}

impl<R: AsyncBufRead + Unpin> PieceReader<R> {
    pub fn new(reader: R) -> Self {
        Self {
            lines: LineReader::new(reader),
            joiner: Joiner::default(),
            ready: VecDeque::new(),
        }
    }

    /// The next piece, or `None` at the end of the stream.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn next(&mut self) -> io::Result<Option<Piece>> {
        while self.ready.is_empty() {
            let line = if self.joiner.is_open() {
                match tokio::time::timeout(TRACEBACK_PATIENCE, self.lines.next()).await {
                    Ok(line) => line?,
                    Err(_) => {
                        self.ready.extend(self.joiner.flush());
                        continue;
                    }
                }
            } else {
                self.lines.next().await?
            };
            match line {
                Some(line) => self.ready.extend(self.joiner.push(line)),
                None => {
                    self.ready.extend(self.joiner.flush());
                    break;
                }
            }
        }
        Ok(self.ready.pop_front())
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt, BufReader};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_held_line_comes_out_when_nothing_follows() {
        let (mut program, output) = tokio::io::duplex(1024);
        let mut pieces = PieceReader::new(BufReader::new(output));
        program
            .write_all(b"Error: alone\nhalf a li")
            .await
            .expect("room");
        let first = pieces.next().await.expect("memory does not fail");
        assert!(matches!(&first, Some(Piece::Line(line)) if line.text() == "Error: alone"));
        // The wait was given up in the middle of a line, of which nothing is lost.
        program.write_all(b"ne\n").await.expect("room");
        let second = pieces.next().await.expect("memory does not fail");
        assert!(matches!(&second, Some(Piece::Line(line)) if line.text() == "half a line"));
        drop(program);
        assert_eq!(pieces.next().await.expect("the end"), None);
    }
}
