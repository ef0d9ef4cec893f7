//! How sorts and aggregations look at the values of mapped fields.

use super::{Kind, Mapped, Mapping};
use crate::document::is_time_field;
use crate::value_view::{DateFormat, FieldView, ValueView, ValueViews};

/// The views of a mapping's fields.
pub(super) fn of(mapping: &Mapping) -> ValueViews {
    let own = mapping.fields.iter().filter_map(|(name, mapped)| {
        let meant = match &mapped.kind {
            // An alias names a field, never another alias.
            Kind::Alias(path) => {
                let known = mapping.fields.get(path);
                let meant = known.map(|meant| field(path, meant)).unwrap_or_default();
                FieldView {
                    path: meant.path.or_else(|| Some(path.clone())),
                    view: meant.view,
                }
            }
            _ => field(name, mapped),
        };
        (meant != FieldView::default()).then(|| (name.clone(), meant))
    });
    own.collect()
}

fn field(name: &str, mapped: &Mapped) -> FieldView {
    let path = mapped.view_of.as_deref().unwrap_or(name);
    FieldView {
        path: mapped.view_of.clone(),
        view: view(mapped).filter(|_| !is_time_field(path)),
    }
}

fn view(mapped: &Mapped) -> Option<ValueView> {
    Some(match &mapped.kind {
        Kind::Keyword { folded } => ValueView::Texts {
            fold: *folded,
            most: mapped.ignore_above,
        },
        Kind::Number { whole } => ValueView::Numbers { whole: (*whole)? },
        Kind::Boolean => ValueView::Booleans,
        // Dates in ISO 8601 and milliseconds are known without being read again.
        Kind::Date(format) => ValueView::Instants(match is_plain(format) {
            true => None,
            false => DateFormat::parse(format),
        }),
        Kind::Text | Kind::Address | Kind::Flattened | Kind::Alias(_) | Kind::Other => {
            return None;
        }
    })
}

/// Whether a format is no more than ISO 8601 and milliseconds.
fn is_plain(format: &str) -> bool {
    format.split("||").all(|part| {
        matches!(
            part,
            "strict_date_optional_time"
                | "date_optional_time"
                | "strict_date_optional_time_nanos"
                | "epoch_millis"
        )
    })
}
