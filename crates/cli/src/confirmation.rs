//! The question before something that cannot be taken back.

use std::io::{BufRead, IsTerminal, Write};

use crate::failure::Failure;

/// Asks the person at the terminal whether to do it; `deed` completes "This will …".
///
/// # Errors
/// When nobody is there to be asked.
pub fn confirmed(deed: &str) -> Result<bool, Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::with_hint(
            format!("nobody is there to say whether to {deed}"),
            "add --yes to do it without asking",
        ));
    }
    anstream::eprint!("This will {deed}. Type yes to go on: ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}
