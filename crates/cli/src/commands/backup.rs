//! `swarmscope backup`: of a running server, or of a directory at rest.

use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::arguments::BackupArguments;
use crate::backup::{Report, of_closed_directory};
use crate::client::Client;
use crate::failure::Failure;
use crate::terminal::thousands;

/// Runs the command.
///
/// # Errors
/// When the source cannot be reached or read, or the destination cannot be made.
pub async fn run(arguments: BackupArguments) -> Result<(), Failure> {
    let source = arguments.source.as_str();
    let bar = progress_bar();
    let made = if source.starts_with("http://") || source.starts_with("https://") {
        of_server(&arguments).await
    } else {
        of_closed_directory(
            Path::new(source),
            &arguments.destination,
            &mut |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            },
        )
        .await
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

async fn of_server(arguments: &BackupArguments) -> Result<Report, Failure> {
    let client = Client::new(&arguments.source, arguments.credentials.resolve()?, "URL");
    // The server has another working directory.
    let destination = std::path::absolute(&arguments.destination)?;
    let request = client
        .post("/api/v1/backup")
        .json(&serde_json::json!({ "destination": destination }));
    client.json(request, "").await
}

/// For commands that copy and verify.
pub fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes} ({eta} left)")
        .expect("the template above is valid");
    bar.set_style(style.progress_chars("=> "));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
