//! Values of a page read as the type that a mapping says.

use std::borrow::Cow;

use swarmscope_query::document::ValueRef;
use swarmscope_query::value_view::{Fold, ValueView, boolean, number, whole_number};

use crate::block::column::{Column, Kind, Rows, Values};
use crate::block::strings::Strings;

/// Whether values of a kind have to be read anew to be what a view says.
pub fn is_needed(view: &ValueView, kind: Kind) -> bool {
    match view {
        ValueView::Instants(format) => format.is_some(),
        ValueView::Numbers { whole: true } => kind != Kind::Integer,
        ValueView::Numbers { whole: false } => kind != Kind::Float,
        ValueView::Booleans => kind != Kind::Boolean,
        ValueView::Texts { fold, most } => kind != Kind::Text || fold.is_some() || most.is_some(),
    }
}

/// Whether a view makes texts something else.
pub fn makes_numbers(view: &ValueView) -> bool {
    !matches!(view, ValueView::Texts { .. })
}

/// The page as the view says, values that cannot be read so left out; `None` when it is so already.
pub fn converted(page: &Column, view: &ValueView) -> Option<Column> {
    Some(match view {
        ValueView::Instants(Some(format)) => {
            collect(page, |value| format.instant(value), Values::Integer)
        }
        ValueView::Instants(None) => return None,
        ValueView::Numbers { whole: true } => collect(page, whole_number, Values::Integer),
        ValueView::Numbers { whole: false } => collect(page, number, Values::Float),
        ValueView::Booleans => collect(page, boolean, Values::Boolean),
        ValueView::Texts { fold, most } => {
            if fold.is_none() && all_fit(page, *most) {
                return None;
            }
            let read = |value: ValueRef<'_>| text_of(value, *fold, *most);
            collect(page, read, |texts: Vec<String>| {
                let bytes = texts.iter().map(String::len).sum();
                let mut strings = Strings::with_room(texts.len(), bytes);
                texts.iter().for_each(|text| strings.push(text));
                Values::Text(strings)
            })
        }
    })
}

/// Whether all values are texts that are not too long.
fn all_fit(page: &Column, most: Option<usize>) -> bool {
    let is_text = matches!(&page.values, Values::Text(_) | Values::Coded { .. });
    is_text
        && most.is_none_or(|most| {
            let mut values = (0..page.len()).map(|at| page.value(at));
            values.all(|value| matches!(value, ValueRef::Text(text) if fits(text, most)))
        })
}

fn fits(text: &str, most: usize) -> bool {
    text.len() <= most || text.chars().count() <= most
}

/// A value as a whole string; numbers and flags are spelled as JSON has them.
fn text_of(value: ValueRef<'_>, fold: Option<Fold>, most: Option<usize>) -> Option<String> {
    let text = match value {
        ValueRef::Text(text) => Cow::Borrowed(text),
        ValueRef::Integer(number) => Cow::Owned(number.to_string()),
        ValueRef::Float(number) => Cow::Owned(format!("{number:?}")),
        ValueRef::Boolean(flag) => Cow::Owned(flag.to_string()),
    };
    most.is_none_or(|most| fits(&text, most))
        .then(|| match fold {
            Some(fold) => fold.apply(&text),
            None => text.into_owned(),
        })
}

fn collect<T>(
    page: &Column,
    read: impl Fn(ValueRef<'_>) -> Option<T>,
    values: impl FnOnce(Vec<T>) -> Values,
) -> Column {
    let (mut rows, mut found) = (Vec::new(), Vec::new());
    for at in 0..page.len() {
        if let Some(value) = read(page.value(at)) {
            rows.push(page.row(at));
            found.push(value);
        }
    }
    Column {
        rows: Rows::Listed(rows),
        values: values(found),
    }
}
