//! Where the follower of a log store stands, and which documents it counted last.

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{FollowerPosition, GroupBatch};
use swarmscope_model::limits::COUNTED_HASHES;

use super::session::{Cell, Session};
use crate::broken::Broken;

const READ: &str = "SELECT cursor FROM error_followers WHERE source = $1";
const READ_DOCUMENTS: &str =
    "SELECT hashes FROM error_follower_documents WHERE source = $1 ORDER BY documents";
const BEGIN: &str = "INSERT INTO error_followers (source, cursor, documents, updated_at, errors) \
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT (source) DO NOTHING RETURNING documents, errors";
const MOVE: &str = "UPDATE error_followers SET cursor = $2, documents = documents + $3, updated_at = $4, \
     errors = errors + $5 WHERE source = $1 AND cursor = $6 RETURNING documents, errors";
const REMEMBER: &str =
    "INSERT INTO error_follower_documents (source, documents, hashes) VALUES ($1, $2, $3)";
const FORGET: &str = "DELETE FROM error_follower_documents WHERE source = $1 AND documents <= $2";

const HASH_BYTES: usize = 8;

pub async fn read(session: &mut dyn Session, source: &str) -> Result<FollowerPosition, Broken> {
    let found = session.rows(READ, vec![source.into()]).await?;
    let cursor = found.first().and_then(|row| row.number_or_null(0));
    let rows = session.rows(READ_DOCUMENTS, vec![source.into()]).await?;
    let hashes = rows
        .iter()
        .flat_map(|row| row.bytes(0).as_chunks::<HASH_BYTES>().0);
    Ok(FollowerPosition {
        cursor: cursor.and_then(|cursor| u64::try_from(cursor).ok()),
        documents: hashes.map(|bytes| u64::from_le_bytes(*bytes)).collect(),
    })
}

/// How far a batch moved its follower.
pub struct Advance<'a> {
    pub source: &'a str,
    /// Errors that it had counted before the batch, and with it.
    pub errors_before: i64,
    pub errors_after: i64,
}

/// Moves the follower; `None` when it does not stand where the batch begins. Until the transaction ends nobody
/// else moves it.
pub async fn advance<'a>(
    session: &mut dyn Session,
    batch: &'a GroupBatch,
    now: Timestamp,
) -> Result<Option<Advance<'a>>, Broken> {
    let changes = batch.changes.iter();
    let errors: usize = changes.map(|change| change.occurrences.len()).sum();
    let errors = number(errors as u64);
    let mut cells: Vec<Cell> = vec![
        batch.source.as_str().into(),
        number(batch.cursor).into(),
        number(batch.documents.len() as u64).into(),
        now.as_millisecond().into(),
        errors.into(),
    ];
    let statement = match batch.after {
        None => BEGIN,
        Some(after) => {
            cells.push(number(after).into());
            MOVE
        }
    };
    let moved = session.rows(statement, cells).await?;
    let Some(row) = moved.first() else {
        return Ok(None);
    };
    let advance = Advance {
        source: &batch.source,
        errors_before: row.number(1) - errors,
        errors_after: row.number(1),
    };
    if !batch.documents.is_empty() {
        let counted = row.number(0);
        let hashes = batch.documents.iter().flat_map(|hash| hash.to_le_bytes());
        let cells = vec![
            batch.source.as_str().into(),
            counted.into(),
            Cell::Bytes(hashes.collect()),
        ];
        session.execute(REMEMBER, cells).await?;
        let forgotten = counted - number(COUNTED_HASHES as u64);
        let cells = vec![batch.source.as_str().into(), forgotten.into()];
        session.execute(FORGET, cells).await?;
    }
    Ok(Some(advance))
}

/// Sequences and counts are far below what a column holds.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
