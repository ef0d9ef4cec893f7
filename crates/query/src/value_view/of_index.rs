//! How the names of one index's fields are looked at.

use std::collections::HashMap;
use std::sync::Arc;

use super::ValueView;

/// What a name means: the values of which field, read as what.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldView {
    /// The field that has the values; the name itself when there is none.
    pub path: Option<String>,
    /// What they are read as; as they were written when there is none.
    pub view: Option<ValueView>,
}

/// The views of an index's fields, by name. A cheap handle.
#[derive(Debug, Clone, Default)]
pub struct ValueViews {
    by_name: Arc<HashMap<String, FieldView>>,
}

impl ValueViews {
    /// What the values of a name are read as.
    pub fn get(&self, name: &str) -> Option<&ValueView> {
        self.by_name.get(name)?.view.as_ref()
    }

    /// The field that has the values of a name.
    pub fn path<'a>(&'a self, name: &'a str) -> &'a str {
        let known = self.by_name.get(name);
        known.and_then(|own| own.path.as_deref()).unwrap_or(name)
    }

    /// The names that mean something else than they say.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &FieldView)> {
        self.by_name.iter()
    }

    /// The same with a view for each of some names that have none.
    #[must_use]
    pub fn with(self, names: &[&String], view: &ValueView) -> Self {
        let lacks = |name: &&&String| self.get(name).is_none();
        let lacking: Vec<_> = names.iter().filter(lacks).collect();
        if lacking.is_empty() {
            return self;
        }
        let mut by_name = self.by_name.as_ref().clone();
        for name in lacking {
            by_name.entry((*name).clone()).or_default().view = Some(view.clone());
        }
        by_name.into_iter().collect()
    }
}

impl FromIterator<(String, FieldView)> for ValueViews {
    fn from_iter<I: IntoIterator<Item = (String, FieldView)>>(views: I) -> Self {
        Self {
            by_name: Arc::new(views.into_iter().collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_added_to_names_that_have_none() {
        let number = ValueView::Numbers { whole: true };
        let raw = FieldView {
            path: Some("title".to_owned()),
            view: None,
        };
        let size = FieldView {
            path: None,
            view: Some(number.clone()),
        };
        let views = [("title.raw".to_owned(), raw), ("size".to_owned(), size)];
        let views: ValueViews = views.into_iter().collect();
        let names = ["title.raw", "size", "other"].map(str::to_owned);
        let views = views.with(&names.each_ref(), &ValueView::Booleans);
        assert_eq!(views.get("title.raw"), Some(&ValueView::Booleans));
        assert_eq!(views.path("title.raw"), "title");
        assert_eq!(views.get("size"), Some(&number));
        assert_eq!(views.get("other"), Some(&ValueView::Booleans));
        assert_eq!(views.path("other"), "other");
    }
}
