//! `--help` of every command there is: examples, lines that fit, and no colours where there is no terminal.

use std::process::Command;

const SWARMSCOPE: &str = env!("CARGO_BIN_EXE_swarmscope");
/// What a terminal of a hundred columns shows without a break, and twelve more for a long example.
const WIDEST: usize = 112;

fn help(path: &[String]) -> String {
    let output = Command::new(SWARMSCOPE)
        .args(path)
        .arg("--help")
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{path:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The commands that a help lists.
fn listed(help: &str) -> Vec<String> {
    let Some((_, after)) = help.split_once("\nCommands:\n") else {
        return Vec::new();
    };
    // A line of two columns' indent begins a command; deeper ones go on with its description.
    let lines = after.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| {
        line.strip_prefix("  ")
            .filter(|rest| !rest.starts_with(' '))
    });
    let names = names.filter_map(|line| line.split_whitespace().next());
    names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

/// Every command with its help, the program's own first.
fn all(path: &[String], found: &mut Vec<(String, String)>) {
    let text = help(path);
    let below = listed(&text);
    found.push((path.join(" "), text));
    for name in below {
        let mut path = path.to_vec();
        path.push(name);
        all(&path, found);
    }
}

#[test]
fn every_command_has_examples_that_name_it() {
    let mut found = Vec::new();
    all(&[], &mut found);
    assert!(found.len() > 40, "{} commands are found", found.len());
    for (command, text) in &found {
        let examples = text
            .split_once("\nExamples:\n")
            .map_or("", |(_, after)| after);
        assert!(
            examples.contains(&format!("swarmscope {command}")),
            "no example of `swarmscope {command}`:\n{text}"
        );
        for line in text.lines() {
            assert!(line.chars().count() <= WIDEST, "{command}: {line}");
        }
        assert!(!text.contains('\u{1b}'), "{command} is coloured in a pipe");
    }
}

#[test]
fn what_talks_to_a_server_can_answer_in_json() {
    let mut found = Vec::new();
    all(&[], &mut found);
    let asking: Vec<_> = found
        .iter()
        .filter(|(_, text)| text.contains("--server <URL>"))
        .collect();
    assert!(asking.len() > 30, "{} commands are found", asking.len());
    for (command, text) in asking {
        // Metrics come in three forms.
        assert!(
            text.contains("--json") || text.contains("--format"),
            "{command} has no JSON:\n{text}"
        );
    }
}
