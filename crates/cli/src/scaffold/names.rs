//! What a new agent may be called, listen on and be able to do, and why not otherwise.

use std::collections::BTreeMap;

use swarmscope_model::names::{
    DEMO_AGENTS, ORCHESTRATOR_AGENT, SELF_AGENT, TEST_AGENT, TEST_AGENT_PORT,
};

use crate::failure::Failure;

/// Longest name: what a container, a package and a label all take.
const MAX_NAME: usize = 63;
/// Longest skill: it becomes a function's name on a line with others.
const MAX_SKILL: usize = 40;
/// Ports below are for the system.
const FIRST_PORT: u16 = 1024;
/// Ports of the stack, besides those of our own agents.
const TAKEN_PORTS: [(u16, &str); 7] = [
    (3000, "Grafana"),
    (4700, "Swarmscope's web UI"),
    (5432, "PostgreSQL"),
    (5601, "Kibana"),
    (8000, "the orchestrator"),
    (9090, "Prometheus"),
    (9200, "Elasticsearch"),
];
/// Words that neither Rust nor Python take as the name of a package or module.
const RESERVED: [&str; 62] = [
    "abstract",
    "agent",
    "alloc",
    "and",
    "anyhow",
    "as",
    "assert",
    "async",
    "await",
    "become",
    "box",
    "break",
    "clap",
    "class",
    "const",
    "continue",
    "core",
    "crate",
    "def",
    "del",
    "do",
    "elif",
    "else",
    "enum",
    "except",
    "extern",
    "false",
    "final",
    "finally",
    "fn",
    "for",
    "from",
    "global",
    "if",
    "impl",
    "import",
    "in",
    "is",
    "lambda",
    "let",
    "logging",
    "loop",
    "match",
    "metrics",
    "mod",
    "move",
    "nonlocal",
    "not",
    "or",
    "pass",
    "proc_macro",
    "raise",
    "return",
    "self",
    "skills",
    "std",
    "struct",
    "test",
    "tokio",
    "try",
    "while",
    "yield",
];

/// An agent that can be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAgent {
    pub name: String,
    pub port: u16,
    pub skills: Vec<Skill>,
}

/// A skill is the type of the tasks that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    pub name: String,
    /// The function that does it.
    pub function: String,
}

/// Why there can be no such agent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{what} {given:?} cannot be: {reason}")]
    BadName {
        what: &'static str,
        given: String,
        reason: String,
    },
    #[error("the name {given:?} is taken by Swarmscope's own {given}")]
    TakenName { given: String },
    #[error("port {port} is below {FIRST_PORT}, where ports belong to the system")]
    SystemPort { port: u16 },
    #[error("port {port} is that of {whose}")]
    TakenPort { port: u16, whose: String },
    #[error("an agent needs at least one skill")]
    NoSkills,
    #[error("the skills {first:?} and {second:?} would be one function, {function}")]
    SameSkill {
        first: String,
        second: String,
        function: String,
    },
}

impl NewAgent {
    /// Checks what was asked for.
    ///
    /// # Errors
    /// With the first thing that cannot be.
    pub fn new(name: &str, port: u16, skills: &[String]) -> Result<Self, Refusal> {
        check_word("the name", name, MAX_NAME)?;
        let ours = [ORCHESTRATOR_AGENT, TEST_AGENT, SELF_AGENT];
        let demo = DEMO_AGENTS.iter().map(|(kind, ..)| *kind);
        if demo.chain(ours).any(|own| own == name.replace('-', "_")) {
            return Err(Refusal::TakenName {
                given: name.to_owned(),
            });
        }
        check_port(port)?;
        if skills.is_empty() {
            return Err(Refusal::NoSkills);
        }
        let mut seen = BTreeMap::new();
        let mut checked = Vec::new();
        for skill in skills {
            check_word("the skill", skill, MAX_SKILL)?;
            let function = format!("do_{}", skill.replace('-', "_"));
            if let Some(first) = seen.insert(function.clone(), skill.clone()) {
                return Err(Refusal::SameSkill {
                    first,
                    second: skill.clone(),
                    function,
                });
            }
            checked.push(Skill {
                name: skill.clone(),
                function,
            });
        }
        Ok(Self {
            name: name.to_owned(),
            port,
            skills: checked,
        })
    }
}

fn check_word(what: &'static str, given: &str, longest: usize) -> Result<(), Refusal> {
    let refused = |reason: String| {
        Err(Refusal::BadName {
            what,
            given: given.to_owned(),
            reason,
        })
    };
    if given.is_empty() {
        return refused("it is empty".to_owned());
    }
    if given.len() > longest {
        return refused(format!("it is longer than {longest} characters"));
    }
    if !given.starts_with(|c: char| c.is_ascii_lowercase()) {
        return refused("it has to begin with a small letter".to_owned());
    }
    if let Some(other) = given
        .chars()
        .find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-')))
    {
        return refused(format!(
            "it has a {other:?}; small letters, digits, _ and - are allowed"
        ));
    }
    if given.ends_with(['_', '-']) {
        return refused("it has to end with a letter or digit".to_owned());
    }
    if what == "the name" && RESERVED.contains(&given.replace('-', "_").as_str()) {
        return refused("Rust or Python use the word themselves".to_owned());
    }
    Ok(())
}

fn check_port(port: u16) -> Result<(), Refusal> {
    if port < FIRST_PORT {
        return Err(Refusal::SystemPort { port });
    }
    let agents = DEMO_AGENTS
        .iter()
        .map(|(kind, _, port)| (*port, *kind))
        .chain([(TEST_AGENT_PORT, TEST_AGENT)]);
    match agents.chain(TAKEN_PORTS).find(|(taken, _)| *taken == port) {
        Some((port, whose)) => Err(Refusal::TakenPort {
            port,
            whose: whose.to_owned(),
        }),
        None => Ok(()),
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let hint = match &refusal {
            Refusal::BadName { .. } | Refusal::TakenName { .. } => {
                "for example: swarmscope agent new summary-agent --port 8010 --skills summarise"
            }
            Refusal::SystemPort { .. } | Refusal::TakenPort { .. } => {
                "choose a free port from 8006 on"
            }
            Refusal::NoSkills | Refusal::SameSkill { .. } => {
                "name each skill once: --skills summarise translate"
            }
        };
        Failure::with_hint(refusal.to_string(), hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_refused_with_its_reason() {
        let long = "a".repeat(64);
        for (name, port, skills, reason) in [
            ("", 8010, "a", "it is empty"),
            ("Summary", 8010, "a", "begin with a small letter"),
            ("9lives", 8010, "a", "begin with a small letter"),
            ("../up", 8010, "a", "begin with a small letter"),
            ("a/b", 8010, "a", "it has a '/'"),
            ("so quiet", 8010, "a", "it has a ' '"),
            ("agent-", 8010, "a", "end with a letter"),
            ("async", 8010, "a", "use the word themselves"),
            ("proc-macro", 8010, "a", "use the word themselves"),
            (&long, 8010, "a", "longer than 63"),
            ("orchestrator", 8010, "a", "Swarmscope's own"),
            ("research-agent", 8010, "a", "Swarmscope's own"),
            ("mine", 80, "a", "belong to the system"),
            ("mine", 9200, "a", "that of Elasticsearch"),
            ("mine", 8003, "a", "that of writing_agent"),
            ("mine", 8010, "", "at least one skill"),
            ("mine", 8010, "a Über", "the skill \"Über\""),
            ("mine", 8010, "a-b a_b", "would be one function"),
            ("mine", 8010, "a a", "would be one function"),
        ] {
            let skills: Vec<String> = skills.split_whitespace().map(str::to_owned).collect();
            let refusal = NewAgent::new(name, port, &skills).expect_err(reason);
            let text = refusal.to_string();
            assert!(text.contains(reason), "{text:?} does not say {reason:?}");
        }
        let skills = ["fn".to_owned(), "fact-checking".to_owned()];
        let agent = NewAgent::new("my-agent_2", 8010, &skills).expect("it can be");
        assert_eq!(agent.skills[0].function, "do_fn");
        assert_eq!(agent.skills[1].function, "do_fact_checking");
    }
}
