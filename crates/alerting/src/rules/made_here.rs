//! Rules that are made while the server runs: kept in its own file, in force at once; and tried before that.

use std::sync::Arc;

use swarmscope_model::limits::TRIAL_TIMEOUT;
use swarmscope_model::metrics::Cancellation;

use super::Rules;
use super::own::{self, OwnRuleError, WrittenRule};
use crate::definition::GroupDefinition;
use crate::trial::{self, Trial, TrialError};

impl Rules {
    /// The rules that were made here, as they are written.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn own_rules(&self) -> Result<Vec<WrittenRule>, OwnRuleError> {
        let path = self.own_file.clone();
        tokio::task::spawn_blocking(move || own::read(&path))
            .await
            .map_err(|_| OwnRuleError::Panicked)?
    }

    /// Makes a rule, or puts it in the place of the one of that name.
    ///
    /// # Errors
    /// When the rule is wrong, another has its name, or it cannot be kept.
    pub async fn save_rule(
        self: &Arc<Self>,
        rule: WrittenRule,
        replaces: Option<String>,
    ) -> Result<(), OwnRuleError> {
        self.change_own(move |rules| {
            let name = own::rule_name(&rule).to_owned();
            let place = |name: &str| rules.iter().position(|each| own::rule_name(each) == name);
            let taken = place(&name);
            match replaces {
                None if taken.is_some() => return Err(OwnRuleError::Exists { name }),
                None => rules.push(rule),
                Some(before) => {
                    let position = place(&before).ok_or_else(|| OwnRuleError::NotFound {
                        name: before.clone(),
                    })?;
                    if taken.is_some_and(|taken| taken != position) {
                        return Err(OwnRuleError::Exists { name });
                    }
                    rules[position] = rule;
                }
            }
            Ok(())
        })
        .await
    }

    /// Removes a rule that was made here. What it told is told to have ended.
    ///
    /// # Errors
    /// When there is none of that name, or the file cannot be written.
    pub async fn remove_rule(self: &Arc<Self>, name: String) -> Result<(), OwnRuleError> {
        self.change_own(move |rules| {
            let before = rules.len();
            rules.retain(|rule| own::rule_name(rule) != name);
            if rules.len() == before {
                return Err(OwnRuleError::NotFound { name });
            }
            Ok(())
        })
        .await
    }

    /// A task of its own, so that it is not left half made when whoever asked for it is gone: groups would stay
    /// stopped.
    async fn change_own(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Vec<WrittenRule>) -> Result<(), OwnRuleError> + Send + 'static,
    ) -> Result<(), OwnRuleError> {
        let rules = Arc::clone(self);
        let changing = tokio::spawn(async move { rules.change_own_here(change).await });
        changing.await.map_err(|_| OwnRuleError::Panicked)?
    }

    async fn change_own_here(
        &self,
        change: impl FnOnce(&mut Vec<WrittenRule>) -> Result<(), OwnRuleError>,
    ) -> Result<(), OwnRuleError> {
        let _turn = self.reloading.lock().await;
        let mut rules = self.own_rules().await?;
        change(&mut rules)?;
        let (path, syntax) = (self.own_file.clone(), self.environment().syntax);
        let written = tokio::task::spawn_blocking(move || own::replace(&path, &rules, syntax));
        let own: Vec<GroupDefinition> = written.await.map_err(|_| OwnRuleError::Panicked)??;
        let configured = self.loaded().configured.clone();
        self.put_in_force(configured, own, false).await;
        Ok(())
    }

    /// When a rule would have fired from a time to another, in milliseconds since the epoch.
    ///
    /// # Errors
    /// When that cannot be known, or takes too long.
    pub async fn try_rule(
        &self,
        rule: &WrittenRule,
        from: i64,
        to: i64,
    ) -> Result<Result<Trial, TrialError>, OwnRuleError> {
        let rule = own::check_rule(rule, self.environment().syntax)?;
        Ok(self.trial(rule, from, to).await)
    }

    async fn trial(
        &self,
        rule: crate::definition::RuleDefinition,
        from: i64,
        to: i64,
    ) -> Result<Trial, TrialError> {
        let steps = trial::steps(&rule.question, from, to)?;
        // One at a time: trials may wait, evaluations and queries may not.
        let turn = Arc::clone(&self.trials).lock_owned().await;
        let environment = self.environment().clone();
        let cancellation = Cancellation::default();
        let running = cancellation.clone();
        let run = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            trial::run(&rule, steps, &environment, &running)
        });
        // Also when whoever asked is gone.
        let guard = CancelOnDrop(cancellation);
        match tokio::time::timeout(TRIAL_TIMEOUT, run).await {
            Ok(trial) => {
                drop(guard);
                trial.map_err(|_| TrialError::Panicked)?
            }
            Err(_) => Err(TrialError::TooLong {
                limit: TRIAL_TIMEOUT,
            }),
        }
    }
}

/// Ends what runs when nobody waits for it any more.
struct CancelOnDrop(Cancellation);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}
