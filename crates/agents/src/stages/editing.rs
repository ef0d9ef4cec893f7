//! Editing: strikes out what says nothing.

use serde_json::{Map, Value};

use super::writing::FILLERS;
use super::{BadTask, text};

pub fn perform(metadata: &Map<String, Value>) -> Result<Map<String, Value>, BadTask> {
    let draft = text(metadata, "draft")?;
    let words = |text: &str| text.split_whitespace().count();
    let mut article = draft.to_owned();
    for filler in FILLERS {
        article = article.replace(filler, "");
    }
    let article = article.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok(Map::from_iter([
        ("words_before".to_owned(), words(draft).into()),
        ("words_after".to_owned(), words(&article).into()),
        ("article".to_owned(), article.into()),
    ]))
}
