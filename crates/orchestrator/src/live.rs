//! The settings in force: `system_config`, read again before every sweep, so that a changed row
//! counts without a restart. A bad row is told of once and changes nothing.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use swarmscope_model::Severity;
use swarmscope_model::event::event_type;
use swarmscope_model::settings::{BadSetting, Settings};
use swarmscope_model::state::StateError;
use swarmscope_sdk::Logger;

use crate::dispatch::Orchestrator;
use crate::events;
use crate::room::Limited;

/// What is in force and what was said about it.
pub struct Live {
    settings: RwLock<Settings>,
    limited: RwLock<Arc<Limited>>,
    /// Whether `system_config` has a say.
    pinned: bool,
    /// Complaints already made; one that no longer holds is forgotten, so that it can be made anew.
    told: Mutex<BTreeSet<String>>,
    /// The level to go back to when `system_config` names none.
    own_level: Severity,
}

impl Live {
    pub fn new(pinned: Option<Settings>, logger: &Logger) -> Self {
        Self {
            pinned: pinned.is_some(),
            settings: RwLock::new(pinned.unwrap_or_default()),
            limited: RwLock::default(),
            told: Mutex::default(),
            own_level: logger.level(),
        }
    }

    pub fn settings(&self) -> Settings {
        self.settings
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whose claims are limited.
    pub fn limited(&self) -> Arc<Limited> {
        Arc::clone(&self.limited.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Which complaints are new.
    fn news(&self, bad: &[BadSetting]) -> Vec<String> {
        let now: BTreeSet<String> = bad.iter().map(ToString::to_string).collect();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let news = now.difference(&told).cloned().collect();
        *told = now;
        news
    }
}

/// Reads `system_config` and puts it into force.
pub async fn refresh(orchestrator: &Orchestrator) -> Result<(), StateError> {
    let live = orchestrator.live();
    let rows = orchestrator.store().settings().await?;
    *live.limited.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Limited::read(&rows));
    if live.pinned {
        return Ok(());
    }
    let (settings, bad) = Settings::read(&rows);
    let logger = orchestrator.logger();
    for complaint in live.news(&bad) {
        logger
            .warning(event_type::ERROR, complaint)
            .field("operation", "system_config")
            .emit();
    }
    let before = live.settings();
    if settings == before {
        return Ok(());
    }
    // Said at the old level, so that making the log quieter is still heard of.
    events::settings_changed(logger, &before, &settings);
    logger.set_level(settings.log_level.unwrap_or(live.own_level));
    *live
        .settings
        .write()
        .unwrap_or_else(PoisonError::into_inner) = settings;
    Ok(())
}
