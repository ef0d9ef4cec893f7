//! What is imported: files and standard input, by what they turn out to be.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use super::lines::Lines;
use super::rows::Rows;
use crate::failure::Failure;

const PARQUET: &[u8] = b"PAR1";
const GZIP: &[u8] = b"\x1f\x8b";
/// How others begin, and what makes text of them.
const OTHERS: [(&[u8], &str, &str); 5] = [
    (b"\x28\xb5\x2f\xfd", "zstd", "zstd -dc"),
    (b"\xfd7zXZ", "xz", "xz -dc"),
    (b"BZh", "bzip2", "bzip2 -dc"),
    (b"PK\x03\x04", "zip", "unzip -p"),
    (b"\xff\xfe", "UTF-16 text", "iconv -f utf-16 -t utf-8"),
];
const BUFFER: usize = 256 * 1024;

/// Where documents come from.
pub enum Source {
    Lines(Lines),
    Rows(Box<Rows>),
}

/// One document, ready to be sent.
pub struct Item {
    /// Bytes read for it.
    pub length: u64,
    /// `None` where there is none, as in a blank line.
    pub document: Option<Vec<u8>>,
    pub id: Option<String>,
    /// Where it came from, when the source says so.
    pub index: Option<String>,
}

impl Source {
    /// Opens the file, or standard input for `-`.
    ///
    /// # Errors
    /// When it cannot be read, or has neither lines nor documents.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            let name = "standard input";
            let (reader, _) = text(Box::new(BufReader::new(stdin())), name, "-")?;
            let lines = Lines::new(name.to_owned(), reader, None, None);
            return Ok(Source::Lines(lines));
        }
        let unreadable = |error: &std::io::Error| {
            Failure::with_hint(
                format!("cannot read {}: {error}", path.display()),
                "check the path and its permissions; nothing was imported",
            )
        };
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        let metadata = file.metadata().map_err(|error| unreadable(&error))?;
        if metadata.is_dir() {
            return Err(Failure::with_hint(
                format!("{} is a folder", path.display()),
                format!(
                    "name the files in it: swarmscope import {}/*",
                    path.display()
                ),
            ));
        }
        let absolute = path.canonicalize().map_err(|error| unreadable(&error))?;
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned();
        let identity = absolute.to_string_lossy().into_owned();
        let mut reader = BufReader::with_capacity(BUFFER, file);
        let begin = reader.fill_buf().map_err(|error| unreadable(&error))?;
        if begin.starts_with(PARQUET) && metadata.is_file() {
            let rows = Rows::new(path, name, identity, reader.into_inner())?;
            return Ok(Source::Rows(Box::new(rows)));
        }
        let shown = path.display().to_string();
        let (reader, plain) = text(Box::new(reader), &shown, &shown)?;
        let length = (plain && metadata.is_file()).then_some(metadata.len());
        Ok(Source::Lines(Lines::new(
            name,
            reader,
            Some(identity),
            length,
        )))
    }

    /// What to call it.
    pub fn name(&self) -> String {
        match self {
            Source::Lines(lines) => lines.name(),
            Source::Rows(rows) => rows.name(),
        }
    }

    /// How many bytes there are, where that is known.
    pub fn length(&self) -> Option<u64> {
        match self {
            Source::Lines(lines) => lines.length(),
            Source::Rows(_) => None,
        }
    }

    /// The next document, or `None` at the end.
    ///
    /// # Errors
    /// When it cannot be read, or is larger than any document may be.
    pub fn next_item(&mut self) -> Result<Option<Item>, Failure> {
        match self {
            Source::Lines(lines) => lines.next_line(),
            Source::Rows(rows) => rows.next_row(),
        }
    }
}

type Reader = Box<dyn BufRead + Send>;

/// The text in it, and whether it was that already. `path` is what a person would type.
fn text(mut reader: Reader, name: &str, path: &str) -> Result<(Reader, bool), Failure> {
    let unreadable = |error: std::io::Error| Failure::new(format!("cannot read {name}: {error}"));
    let begin = reader.fill_buf().map_err(unreadable)?;
    if begin.starts_with(GZIP) {
        let unpacked = MultiGzDecoder::new(reader);
        let mut unpacked: Reader = Box::new(BufReader::with_capacity(BUFFER, unpacked));
        let begin = unpacked.fill_buf().map_err(unreadable)?;
        check_text(begin, name, path)?;
        return Ok((unpacked, false));
    }
    check_text(begin, name, path)?;
    Ok((reader, true))
}

fn check_text(begin: &[u8], name: &str, path: &str) -> Result<(), Failure> {
    for (magic, kind, program) in OTHERS {
        if begin.starts_with(magic) {
            return Err(Failure::with_hint(
                format!("{name} is {kind}, not lines of text; nothing was imported"),
                format!("{program} {path} | swarmscope import -"),
            ));
        }
    }
    if begin.starts_with(PARQUET) {
        return Err(Failure::with_hint(
            format!("{name} is Parquet, which cannot be read in one go; nothing was imported"),
            "put it into a file: swarmscope import FILE.parquet",
        ));
    }
    if begin.contains(&0) {
        return Err(Failure::with_hint(
            format!("{name} is not text: it has zero bytes; nothing was imported"),
            "import reads lines of text, JSON lines, both also as gzip, and Parquet files of documents",
        ));
    }
    Ok(())
}
