//! `swarmscope restore`: a data directory of a backup.

use serde_json::json;

use super::backup::progress_bar;
use crate::arguments::RestoreArguments;
use crate::backup::restoring::restore;
use crate::failure::Failure;
use crate::terminal::thousands;

/// Runs the command.
///
/// # Errors
/// When the backup is not complete or damaged, or the directory holds something.
pub fn run(arguments: &RestoreArguments) -> Result<(), Failure> {
    let bar = progress_bar();
    let restored = restore(
        &arguments.backup,
        &arguments.directory,
        &mut |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        },
    );
    bar.finish_and_clear();
    let contents = restored?;
    let (files, bytes) = (contents.files.len(), contents.bytes());
    if arguments.json {
        anstream::println!(
            "{}",
            json!({ "files": files, "bytes": bytes, "created_at": contents.created_at })
        );
        return Ok(());
    }
    anstream::println!(
        "restored {} files, {}, of {} into {}; start with `swarmscope up --data {}`",
        thousands(files as u64),
        bytesize::ByteSize(bytes),
        contents.created_at,
        arguments.directory.display(),
        arguments.directory.display(),
    );
    Ok(())
}
