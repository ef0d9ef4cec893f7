//! Cutting a stream of bytes into lines, with a limit on each.

use std::borrow::Cow;
use std::io;

use swarmscope_model::limits::MAX_LINE_BYTES;
use tokio::io::{AsyncBufRead, AsyncBufReadExt};

/// One line without its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    pub bytes: Vec<u8>,
    /// How many bytes beyond the limit were cut off.
    pub cut: usize,
}

impl Line {
    /// The line as text; bytes that are no UTF-8 are replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// Reads lines that end in `\n` or `\r\n`; the last may end with the stream.
pub struct LineReader<R> {
    reader: R,
    limit: usize,
    /// The line so far: a read that is given up loses nothing.
    line: Line,
    begun: bool,
}

impl<R: AsyncBufRead + Unpin> LineReader<R> {
    pub fn new(reader: R) -> Self {
        Self::with_limit(reader, MAX_LINE_BYTES)
    }

    fn with_limit(reader: R, limit: usize) -> Self {
        Self {
            reader,
            limit,
            line: Line::default(),
            begun: false,
        }
    }

    /// The next line, or `None` at the end of the stream. May be cancelled and called again.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub async fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let available = self.reader.fill_buf().await?;
            if available.is_empty() {
                let begun = std::mem::take(&mut self.begun);
                return Ok(begun.then(|| std::mem::take(&mut self.line)));
            }
            self.begun = true;
            let line = &mut self.line;
            let end = available.iter().position(|byte| *byte == b'\n');
            let piece = &available[..end.unwrap_or(available.len())];
            let room = self.limit.saturating_sub(line.bytes.len()).min(piece.len());
            line.bytes.extend_from_slice(&piece[..room]);
            line.cut += piece.len() - room;
            let consumed = piece.len() + usize::from(end.is_some());
            self.reader.consume(consumed);
            if end.is_some() {
                if line.cut == 0 && line.bytes.last() == Some(&b'\r') {
                    line.bytes.pop();
                }
                self.begun = false;
                return Ok(Some(std::mem::take(line)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines_of(input: &[u8], limit: usize) -> Vec<(String, usize)> {
        // A small buffer, so that lines cross its edges.
        let reader = tokio::io::BufReader::with_capacity(4, input);
        let mut reader = LineReader::with_limit(reader, limit);
        let mut found = Vec::new();
        while let Some(line) = reader.next().await.expect("memory does not fail") {
            found.push((String::from_utf8(line.bytes).expect("UTF-8"), line.cut));
        }
        found
    }

    #[tokio::test]
    async fn lines_are_cut_at_their_ends_and_at_the_limit() {
        let found = lines_of(b"one\r\n\nthree and more\nlast", 8).await;
        let expected = [("one", 0), ("", 0), ("three an", 6), ("last", 0)];
        assert_eq!(found, expected.map(|(text, cut)| (text.to_owned(), cut)));
        assert!(lines_of(b"", 8).await.is_empty());
    }
}
