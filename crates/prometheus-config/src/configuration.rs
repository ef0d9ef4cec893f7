//! The whole file, checked, with all defaults in it.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::alerting::AlertingConfig;
use crate::discovery::is_file_pattern;
use crate::environment;
use crate::global::GlobalConfig;
use crate::otlp::OtlpConfig;
use crate::remote_write::RemoteWriteConfig;
use crate::scrape::{ScrapeConfig, UnresolvedScrapeConfig};
use crate::storage::StorageConfig;
use crate::unsupported::{self, Unsupported};
use crate::yaml::{self, YamlError};

/// `prometheus.yml`. It prints as YAML with all defaults and without secrets.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Configuration {
    pub global: GlobalConfig,
    pub alerting: AlertingConfig,
    /// Patterns of file names; only the last part of a path may have a `*`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rule_files: Vec<PathBuf>,
    /// Patterns of files with more scrape jobs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scrape_config_files: Vec<PathBuf>,
    /// Without those of `scrape_config_files`; see [`Configuration::jobs`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scrape_configs: Vec<ScrapeConfig>,
    /// What stands in `scrape_config_files`.
    #[serde(skip)]
    pub scrape_configs_of_files: Vec<ScrapeConfig>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remote_write: Vec<RemoteWriteConfig>,
    pub storage: StorageConfig,
    pub otlp: OtlpConfig,
    /// What stands in the file and is not in force.
    #[serde(skip)]
    pub unsupported: Vec<Unsupported>,
    /// Environment variables that external labels name and that are empty.
    #[serde(skip)]
    pub empty_variables: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Unresolved {
    global: GlobalConfig,
    alerting: AlertingConfig,
    rule_files: Vec<FilePattern>,
    scrape_config_files: Vec<FilePattern>,
    scrape_configs: Vec<UnresolvedScrapeConfig>,
    remote_write: Vec<RemoteWriteConfig>,
    storage: StorageConfig,
    otlp: OtlpConfig,
}

/// A file with more scrape jobs.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ScrapeConfigFile {
    scrape_configs: Vec<UnresolvedScrapeConfig>,
}

impl Configuration {
    /// Reads a configuration from text. File names in it stay as they are written, and
    /// `scrape_config_files` are not read; [`crate::load`] does both.
    ///
    /// # Errors
    /// When anything is wrong, with its line.
    pub fn parse(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, YamlError> {
        let mut root = yaml::parse(text)?;
        let unsupported = unsupported::take_out(&mut root);
        let raw: Unresolved = yaml::from_node(&root)?;
        let mut global = raw.global;
        let mut empty_variables = Vec::new();
        for value in global.external_labels.values_mut() {
            *value = environment::expand(value, variable, &mut empty_variables);
        }
        global.external_labels.retain(|_, value| !value.is_empty());
        let mut configuration = Self {
            alerting: raw.alerting,
            rule_files: patterns(raw.rule_files),
            scrape_config_files: patterns(raw.scrape_config_files),
            scrape_configs: Vec::new(),
            scrape_configs_of_files: Vec::new(),
            remote_write: raw.remote_write,
            storage: raw.storage,
            otlp: raw.otlp,
            global,
            unsupported,
            empty_variables,
        };
        let mut jobs = HashMap::new();
        configuration.scrape_configs = configuration.resolve(raw.scrape_configs, &mut jobs)?;
        configuration.check()?;
        Ok(configuration)
    }

    /// Adds the jobs of one of the `scrape_config_files`.
    pub(crate) fn add_jobs(&mut self, text: &str, directory: &Path) -> Result<(), YamlError> {
        let mut root = yaml::parse(text)?;
        self.unsupported.extend(unsupported::take_out(&mut root));
        let file: ScrapeConfigFile = yaml::from_node(&root)?;
        let mut jobs = self.jobs().map(|job| (job.job_name.clone(), 0)).collect();
        let mut added = self.resolve(file.scrape_configs, &mut jobs)?;
        for job in &mut added {
            job.set_directory(directory);
        }
        self.scrape_configs_of_files.extend(added);
        Ok(())
    }

    /// Every scrape job.
    pub fn jobs(&self) -> impl Iterator<Item = &ScrapeConfig> {
        self.scrape_configs
            .iter()
            .chain(&self.scrape_configs_of_files)
    }

    /// Makes file names relative to a folder.
    pub(crate) fn set_directory(&mut self, directory: &Path) {
        for file in self
            .rule_files
            .iter_mut()
            .chain(&mut self.scrape_config_files)
        {
            *file = directory.join(&file);
        }
        self.alerting.set_directory(directory);
        for job in &mut self.scrape_configs {
            job.set_directory(directory);
        }
        for receiver in &mut self.remote_write {
            receiver.set_directory(directory);
        }
    }

    fn resolve(
        &self,
        raw: Vec<UnresolvedScrapeConfig>,
        jobs: &mut HashMap<String, usize>,
    ) -> Result<Vec<ScrapeConfig>, YamlError> {
        raw.into_iter()
            .map(|job| {
                let line = job.line();
                if let Some(first) = jobs.insert(job.job_name().to_owned(), line) {
                    let place = match first {
                        0 => "in another file".to_owned(),
                        line => format!("on line {line}"),
                    };
                    let name = job.job_name();
                    return Err(YamlError::new(
                        line,
                        format!(
                            "found multiple scrape configs with job name {name:?}, first {place}"
                        ),
                    ));
                }
                job.resolve(&self.global)
            })
            .collect()
    }

    fn check(&mut self) -> Result<(), YamlError> {
        let names = self.global.metric_name_validation_scheme;
        self.alerting.resolve(names)?;
        let mut receivers = HashMap::new();
        for receiver in &mut self.remote_write {
            receiver.resolve(names)?;
            let line = receiver.line();
            if !receiver.name.is_empty() && receivers.insert(receiver.name.clone(), line).is_some()
            {
                return Err(YamlError::new(
                    line,
                    format!(
                        "found multiple remote write configs with job name {:?}",
                        receiver.name
                    ),
                ));
            }
        }
        self.otlp.check(names)?;
        Ok(())
    }
}

/// Names of files, with at most one `*`, in the last part of the path.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct FilePattern(String);

/// A pattern with a `*` where none is looked for.
#[derive(Debug, thiserror::Error)]
#[error("invalid file path {0:?}: only its last part may have one *")]
struct InvalidPattern(String);

impl TryFrom<String> for FilePattern {
    type Error = InvalidPattern;

    fn try_from(text: String) -> Result<Self, InvalidPattern> {
        if is_file_pattern(&text) {
            Ok(Self(text))
        } else {
            Err(InvalidPattern(text))
        }
    }
}

fn patterns(patterns: Vec<FilePattern>) -> Vec<PathBuf> {
    patterns
        .into_iter()
        .map(|pattern| PathBuf::from(pattern.0))
        .collect()
}

impl fmt::Display for Configuration {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&yaml::to_string(self).map_err(|_| fmt::Error)?)
    }
}
