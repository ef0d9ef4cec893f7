//! The templates, and what they become.

use std::path::PathBuf;

use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::NewAgent;
use super::names::Skill;
use crate::failure::Failure;

/// What a new agent is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    Rust,
    Python,
}

type Template = (&'static str, &'static str);

macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../templates/agent/", $path))
    };
}

const COMMON: [Template; 3] = [
    ("README.md", template!("common/README.md.j2")),
    ("monitoring/target.yml", template!("common/target.yml.j2")),
    (
        "monitoring/dashboard.json",
        template!("common/dashboard.json.j2"),
    ),
];
const RUST: [Template; 6] = [
    ("Cargo.toml", template!("rust/Cargo.toml.j2")),
    ("src/main.rs", template!("rust/main.rs.j2")),
    ("src/skills.rs", template!("rust/skills.rs.j2")),
    ("Dockerfile", template!("rust/Dockerfile.j2")),
    (".dockerignore", template!("rust/dockerignore.j2")),
    (".gitignore", template!("rust/gitignore.j2")),
];
const PYTHON: [Template; 7] = [
    ("agent.py", template!("python/agent.py.j2")),
    ("skills.py", template!("python/skills.py.j2")),
    ("test_agent.py", template!("python/test_agent.py.j2")),
    ("requirements.txt", template!("python/requirements.txt.j2")),
    ("Dockerfile", template!("python/Dockerfile.j2")),
    (".dockerignore", template!("python/dockerignore.j2")),
    (".gitignore", template!("python/gitignore.j2")),
];

/// A graph of the new agent's dashboard.
struct Panel {
    title: &'static str,
    expression: String,
    legend: &'static str,
    unit: &'static str,
}

/// Every file of the project with its text. `source` leads to Swarmscope's sources from there.
///
/// # Errors
/// When a template is broken, which a test rules out.
pub fn project(
    agent: &NewAgent,
    language: Language,
    source: &str,
) -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let (files, skills_file, name): (&[Template], _, _) = match language {
        Language::Rust => (&RUST, "src/skills.rs", "rust"),
        Language::Python => (&PYTHON, "skills.py", "python"),
    };
    let values = context! {
        name => agent.name.as_str(),
        port => agent.port,
        skills => agent.skills.iter().map(skill).collect::<Vec<_>>(),
        source,
        skills_file,
        language => name,
        image => agent.name.replace('_', "-"),
        uid => uid(&agent.name),
        panels => panels(agent.port).map(panel).to_vec(),
    };
    COMMON
        .iter()
        .chain(files)
        .map(|(path, template)| {
            let text = environment
                .render_str(template, &values)
                .map_err(|error| Failure::new(format!("the template of {path}: {error}")))?;
            Ok((PathBuf::from(path), format!("{}\n", text.trim_end())))
        })
        .collect()
}

fn skill(skill: &Skill) -> Value {
    context! { name => skill.name.as_str(), function => skill.function.as_str() }
}

fn panel(panel: Panel) -> Value {
    context! {
        title => panel.title,
        expression => panel.expression,
        legend => panel.legend,
        unit => panel.unit,
    }
}

/// Grafana's uids have 40 characters at most.
fn uid(name: &str) -> String {
    name.chars().take(40).collect()
}

fn panels(port: u16) -> [Panel; 4] {
    let own = format!("instance=~\".+:{port}\"");
    [
        Panel {
            title: "Tasks finished by type",
            expression: format!(
                "sum by (task_type) (rate(task_latency_seconds_count{{{own}}}[5m]))"
            ),
            legend: "{{task_type}}",
            unit: "ops",
        },
        Panel {
            title: "Errors by class",
            expression: format!(
                "sum by (error_type) (rate(errors_encountered_total{{{own}}}[5m]))"
            ),
            legend: "{{error_type}}",
            unit: "ops",
        },
        Panel {
            title: "Task latency, 95th percentile",
            expression: format!(
                "histogram_quantile(0.95, sum by (le, task_type) (rate(task_latency_seconds_bucket{{{own}}}[5m])))"
            ),
            legend: "{{task_type}}",
            unit: "s",
        },
        Panel {
            title: "Active tasks",
            expression: format!("sum by (agent_type) (active_tasks{{{own}}})"),
            legend: "{{agent_type}}",
            unit: "short",
        },
    ]
}
