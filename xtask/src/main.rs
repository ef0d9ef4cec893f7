//! The developer's commands: `cargo xtask tidy`, `cargo xtask events N`.

mod events;
mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => match tidy::run() {
            Ok(problems) if problems.is_empty() => {
                println!("tidy: no problems");
                ExitCode::SUCCESS
            }
            Ok(problems) => {
                for problem in &problems {
                    eprintln!("{problem}");
                }
                eprintln!("tidy: {} problems", problems.len());
                ExitCode::FAILURE
            }
            Err(error) => {
                eprintln!("tidy: {error:#}");
                ExitCode::FAILURE
            }
        },
        Some("events") => {
            let count = std::env::args().nth(2).unwrap_or_default();
            match events::run(&count) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("events: {error:#}");
                    ExitCode::FAILURE
                }
            }
        }
        _ => {
            eprintln!("usage: cargo xtask tidy\n       cargo xtask events N");
            ExitCode::FAILURE
        }
    }
}
