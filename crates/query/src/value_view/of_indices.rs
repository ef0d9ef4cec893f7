//! How the fields of several indices are looked at: each as its own index maps it.

use std::collections::HashMap;
use std::sync::Arc;

use super::{ValueView, ValueViews};

/// The views of the indices of a search. A cheap handle.
#[derive(Debug, Clone, Default)]
pub struct IndexViews {
    by_index: Arc<HashMap<String, ValueViews>>,
    /// Of the indices that are not named.
    others: ValueViews,
}

impl IndexViews {
    /// The same views for all indices.
    pub fn alike(views: ValueViews) -> Self {
        Self {
            by_index: Arc::default(),
            others: views,
        }
    }

    /// Those of an index.
    pub fn of(&self, index: &str) -> &ValueViews {
        self.by_index.get(index).unwrap_or(&self.others)
    }

    /// The same with a view for each of some names that an index has none for.
    #[must_use]
    pub fn with(self, names: &[&String], view: &ValueView) -> Self {
        if names.is_empty() {
            return self;
        }
        let named = self.by_index.iter();
        Self {
            by_index: Arc::new(
                named
                    .map(|(index, views)| (index.clone(), views.clone().with(names, view)))
                    .collect(),
            ),
            others: self.others.with(names, view),
        }
    }
}

impl FromIterator<(String, ValueViews)> for IndexViews {
    /// By the name of each index; others have none.
    fn from_iter<I: IntoIterator<Item = (String, ValueViews)>>(views: I) -> Self {
        Self {
            by_index: Arc::new(views.into_iter().collect()),
            others: ValueViews::default(),
        }
    }
}
