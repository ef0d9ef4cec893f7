//! The level from the environment. The only place that reads `LOG_LEVEL`.

use swarmscope_model::Severity;
use swarmscope_model::event::UnknownSeverity;

/// The level to start with, and the value that was none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelSetting {
    pub level: Severity,
    pub refused: Option<UnknownSeverity>,
}

/// Reads `LOG_LEVEL`. A bad value means INFO, and whoever asks says so once.
pub fn from_env() -> LevelSetting {
    parse(std::env::var_os("LOG_LEVEL").map(|value| value.to_string_lossy().into_owned()))
}

fn parse(value: Option<String>) -> LevelSetting {
    let given = value.filter(|text| !text.trim().is_empty());
    match given.as_deref().map(str::parse::<Severity>) {
        None => LevelSetting {
            level: Severity::Info,
            refused: None,
        },
        Some(Ok(level)) => LevelSetting {
            level,
            refused: None,
        },
        Some(Err(refused)) => LevelSetting {
            level: Severity::Info,
            refused: Some(refused),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_in_any_case_is_taken_and_a_bad_one_means_info() {
        assert_eq!(parse(None).level, Severity::Info);
        assert_eq!(parse(Some("debug".into())).level, Severity::Debug);
        assert!(parse(Some(" ".into())).refused.is_none());
        let bad = parse(Some("LOUD".into()));
        assert_eq!(bad.level, Severity::Info);
        assert_eq!(bad.refused.unwrap().given, "LOUD");
    }
}
