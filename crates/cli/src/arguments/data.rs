//! The commands that look after a data directory, as they are typed.

use std::path::PathBuf;

use clap::Args;

use super::CredentialArguments;

const CHECK_EXAMPLES: &str = "Examples:
  swarmscope check swarmscope-data
  swarmscope check /backups/monday --json | jq '.files[] | select(.problem)'

Reads every page, index and frame of the log store and of the metric store against their checksums, looks
samples of documents up in the indexes, decodes every chunk of metrics, and lets SQLite check the state file.
Nothing is changed. Exit status: 0 when all is well, 1 when the directory cannot be checked,
2 when something is damaged. A directory in use is refused: stop `swarmscope up`, or check a backup of it.";

#[derive(Debug, Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub struct CheckArguments {
    /// Data directory of `up`, a backup, or a log store's own folder
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

const BACKUP_EXAMPLES: &str = "Examples:
  swarmscope backup http://127.0.0.1:4700 /backups/monday    # of a running server, on its machine
  swarmscope backup swarmscope-data /backups/monday          # of a directory that is not in use
  swarmscope check /backups/monday

A running server goes on writing meanwhile; everything acknowledged before the backup began is in it. Files
that never change are linked where source and target are on one file system: put the backup on another
disk, or copy it there, to survive the loss of this one. State that is in PostgreSQL is not included.";

#[derive(Debug, Args)]
#[command(after_help = BACKUP_EXAMPLES)]
pub struct BackupArguments {
    /// Address of a running server's web UI, or a data directory that is not in use
    #[arg(value_name = "URL|DIR")]
    pub source: String,
    /// Folder to make; it must not exist. A path on the server's machine when it is a URL's
    #[arg(value_name = "DEST")]
    pub destination: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

const RESTORE_EXAMPLES: &str = "Examples:
  swarmscope restore /backups/monday swarmscope-data
  swarmscope up --data swarmscope-data

The backup stays as it is. A half-made or damaged one is refused, and so is a directory that holds something.";

#[derive(Debug, Args)]
#[command(after_help = RESTORE_EXAMPLES)]
pub struct RestoreArguments {
    /// A backup
    #[arg(value_name = "BACKUP")]
    pub backup: PathBuf,
    /// Data directory to make; empty, or not there
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}
