//! `swarmscope backup`: of a running server, or of a directory at rest.

use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use crate::arguments::BackupArguments;
use crate::backup::progress::Advance;
use crate::backup::{Report, of_closed_directory};
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal::thousands;

/// How often a server is asked how far it is.
const ASK_EVERY: Duration = Duration::from_millis(250);

/// Runs the command.
///
/// # Errors
/// When the source cannot be reached or read, or the destination cannot be made.
pub async fn run(arguments: BackupArguments) -> Result<(), Failure> {
    let source = arguments.source.as_str();
    let bar = progress_bar();
    let made = if source.starts_with("http://") || source.starts_with("https://") {
        of_server(&arguments, &mut Bar(&bar)).await
    } else {
        of_closed_directory(Path::new(source), &arguments.destination, &mut Bar(&bar)).await
    };
    bar.finish_and_clear();
    let report = made?;
    if arguments.json {
        let text = serde_json::to_string(&report)
            .map_err(|error| Failure::new(format!("the result is no JSON: {error}")))?;
        anstream::println!("{text}");
        return Ok(());
    }
    anstream::println!(
        "backed up {} into {}: {} documents, {} files, {}; read again and found whole",
        report.parts.join(", "),
        report.destination.display(),
        thousands(report.documents),
        thousands(report.files as u64),
        bytesize::ByteSize(report.bytes),
    );
    Ok(())
}

/// A bar on the terminal.
struct Bar<'a>(&'a ProgressBar);

impl Advance for Bar<'_> {
    fn step(&mut self, step: &'static str) {
        self.show(step);
    }

    fn bytes(&mut self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }
}

impl Bar<'_> {
    fn show(&self, step: &str) {
        self.0.set_message(step.replace('_', " "));
        self.0.set_length(0);
        self.0.set_position(0);
    }
}

/// What a server says of the backup that it makes.
#[derive(Deserialize)]
struct Running {
    running: Option<Step>,
}

#[derive(Deserialize)]
struct Step {
    step: String,
    bytes_done: u64,
    bytes: u64,
}

/// Lets the server make a backup, and shows how far it is meanwhile.
async fn of_server(arguments: &BackupArguments, bar: &mut Bar<'_>) -> Result<Report, Failure> {
    let client = Client::new(&arguments.source, arguments.credentials.resolve()?, "URL");
    // The server has another working directory.
    let destination = std::path::absolute(&arguments.destination)?;
    let request = client
        .post("/api/v1/backup")
        .json(&serde_json::json!({ "destination": destination }));
    let made = client.json(request, "");
    tokio::pin!(made);
    loop {
        tokio::select! {
            report = &mut made => return report,
            () = tokio::time::sleep(ASK_EVERY) => {}
        }
        let asked: Result<Running, Failure> = client.json(client.get("/api/v1/backup"), "").await;
        // One that cannot tell makes the backup all the same.
        if let Ok(Running { running: Some(now) }) = asked {
            bar.show(&now.step);
            bar.bytes(now.bytes_done, now.bytes);
        }
    }
}

/// For commands that copy and verify.
pub fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style =
        ProgressStyle::with_template("{msg} {bar:30} {bytes} of {total_bytes} ({eta} left)")
            .expect("the template above is valid");
    bar.set_style(style.progress_chars("=> "));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
