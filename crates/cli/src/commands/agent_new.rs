//! `swarmscope agent new`: a project for a new agent.

use serde_json::json;

use crate::arguments::AgentNewArguments;
use crate::failure::Failure;
use crate::scaffold::{self, Language, NewAgent};

/// Runs the command.
///
/// # Errors
/// When there can be no such agent, or its folder is there already.
pub fn run(arguments: AgentNewArguments) -> Result<(), Failure> {
    let agent = NewAgent::new(&arguments.name, arguments.port, &arguments.skills)?;
    let (folder, files) =
        scaffold::create(&agent, arguments.lang, &arguments.into, arguments.sources)?;
    if arguments.json {
        anstream::println!("{}", json!({ "folder": folder, "files": files }));
        return Ok(());
    }
    anstream::println!(
        "Made {} with {} files. Next:",
        folder.display(),
        files.len()
    );
    let steps: &[&str] = match arguments.lang {
        Language::Rust => &["cargo test", "cargo run"],
        Language::Python => &[
            "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt",
            ".venv/bin/python -m pytest",
            ".venv/bin/python agent.py",
        ],
    };
    anstream::println!("  cd {}", folder.display());
    for step in steps {
        anstream::println!("  {step}");
    }
    Ok(())
}
