//! `scripts/require-tools` on machines that lack something, or have it too old: what it says, and that it fails. The
//! machines are folders of programs that a test makes; nothing of this machine's is on their path.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the script itself is made of.
const SHELL: [&str; 12] = [
    "bash", "cat", "cp", "dirname", "head", "mktemp", "printf", "rm", "sed", "sort", "tail", "true",
];

/// A folder of programs, and nothing else.
struct Machine {
    programs: tempfile::TempDir,
}

impl Machine {
    /// With everything that is needed.
    fn whole() -> Self {
        let programs = tempfile::tempdir().expect("a folder");
        for name in SHELL {
            symlink(found(name), programs.path().join(name)).expect("a link");
        }
        let machine = Self { programs };
        machine.says("cargo", "cargo 1.95.0 (abc 2026-01-01)");
        machine.says("node", "v22.12.0");
        machine.says("npm", "10.9.0");
        machine.says("git", "git version 2.39.5");
        machine.says("cc", "");
        machine
    }

    /// A program that prints one line.
    fn says(&self, name: &str, line: &str) {
        self.does(name, &format!("printf '%s\\n' '{line}'"));
    }

    fn does(&self, name: &str, script: &str) {
        let path = self.programs.path().join(name);
        fs::write(&path, format!("#!{}\n{script}\n", found("bash").display())).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
    }

    fn lacks(&self, name: &str) {
        fs::remove_file(self.programs.path().join(name)).expect("it was there");
    }

    /// Whether the script is content, and what it says.
    fn checked(&self) -> (bool, String) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let output = Command::new(found("bash"))
            .arg(root.join("scripts/require-tools"))
            .env_clear()
            .env("PATH", self.programs.path())
            .output()
            .expect("bash runs");
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        (output.status.success(), said)
    }
}

/// Where this machine has the program.
fn found(name: &str) -> PathBuf {
    ["/usr/bin", "/bin"]
        .map(|folder| Path::new(folder).join(name))
        .into_iter()
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{name} is on every machine"))
}

#[test]
fn a_machine_that_has_everything_is_said_nothing() {
    assert_eq!(Machine::whole().checked(), (true, String::new()));
}

#[test]
fn everything_that_is_missing_is_named_at_once_with_where_to_get_it() {
    let machine = Machine::whole();
    for name in ["cargo", "cc", "git", "node", "npm"] {
        machine.lacks(name);
    }
    let (content, said) = machine.checked();
    assert!(!content);
    for told in [
        "missing: cargo.",
        "https://rustup.rs",
        "missing: cc.",
        "build-essential",
        "missing: git.",
        "missing: node.",
        "https://nodejs.org",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
}

#[test]
fn versions_that_cannot_build_it_are_refused() {
    for (version, enough) in [
        ("v18.20.4", false),
        ("v20.18.3", false),
        ("v20.19.0", true),
        ("v21.7.0", false),
        ("v22.11.0", false),
        ("v22.12.0", true),
        ("v24.1.0", true),
    ] {
        let machine = Machine::whole();
        machine.says("node", version);
        let (content, said) = machine.checked();
        assert_eq!(content, enough, "{version}: {said}");
        assert_eq!(said.contains("too old: node"), !enough, "{version}: {said}");
    }
    let machine = Machine::whole();
    machine.says("cargo", "cargo 1.65.0");
    let (content, said) = machine.checked();
    assert!(!content);
    assert!(said.contains("too old: cargo 1.65.0"), "{said}");
}

#[test]
fn programs_that_are_there_and_do_not_work_are_told() {
    let machine = Machine::whole();
    machine.does("cc", "echo 'stdlib.h: No such file' >&2; exit 1");
    machine.does(
        "cargo",
        "echo 'error: toolchain 1.95.0 is not installed' >&2; exit 1",
    );
    let (content, said) = machine.checked();
    assert!(!content);
    assert!(said.contains("its headers"), "{said}");
    assert!(
        said.contains("cargo does not start: error: toolchain 1.95.0 is not installed"),
        "{said}"
    );
}
