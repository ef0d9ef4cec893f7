//! Fact checking: every sentence of the article has to stand in the corpus.

use serde_json::{Map, Value};

use super::{BadTask, text};
use crate::corpus;

pub fn perform(metadata: &Map<String, Value>) -> Result<Map<String, Value>, BadTask> {
    let article = text(metadata, "article")?;
    let (verified, disputed): (Vec<&str>, Vec<&str>) = article
        .split('.')
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty())
        .partition(|sentence| corpus::confirms(sentence));
    let disputed = disputed.into_iter().map(Value::from).collect();
    Ok(Map::from_iter([
        ("verified".to_owned(), verified.len().into()),
        ("disputed".to_owned(), Value::Array(disputed)),
        ("article".to_owned(), article.into()),
    ]))
}
