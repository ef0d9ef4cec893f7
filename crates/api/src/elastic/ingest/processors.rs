//! The processors, one construct a file.

mod append;
mod convert;
mod csv;
mod date;
mod dot_expander;
mod drop;
mod each;
mod fail;
mod foreach;
mod join;
mod json;
mod kv;
mod parse;
mod pipeline;
mod remove;
mod rename;
mod set;
mod sort;
mod split;
mod text;

use std::fmt::Debug;

use super::super::errors::ElasticError;
use super::draft::Draft;
use super::said::Said;
use super::{Flow, Step};

/// One thing to do to a document.
pub trait Process: Debug + Send + Sync {
    /// Does it. `step` is how the pipeline names it.
    ///
    /// # Errors
    /// When the document is not as the processor needs it.
    fn apply(&self, draft: &mut Draft<'_>, step: &Step) -> Result<Flow, ElasticError>;

    /// Whether it writes down itself how it ended, because others run inside of it.
    fn tells_of_itself(&self) -> bool {
        false
    }
}

/// The names of the processors.
const KINDS: &str = "append, bytes, convert, csv, date, dissect, dot_expander, drop, fail, foreach, grok, gsub, \
                     html_strip, join, json, kv, lowercase, pipeline, remove, rename, set, sort, split, trim, \
                     uppercase and urldecode";

/// Reads a processor. `inner` is the one that `foreach` runs.
///
/// # Errors
/// When it is malformed or none of ours.
pub fn read(
    kind: &str,
    said: &mut Said<'_>,
    inner: Option<Box<Step>>,
) -> Result<Box<dyn Process>, ElasticError> {
    Ok(match kind {
        "append" => Box::new(append::Append::read(said)?),
        "bytes" | "gsub" | "html_strip" | "lowercase" | "trim" | "uppercase" | "urldecode" => {
            Box::new(text::Text::read(kind, said)?)
        }
        "convert" => Box::new(convert::Convert::read(said)?),
        "csv" => Box::new(csv::Csv::read(said)?),
        "date" => Box::new(date::Date::read(said)?),
        "dissect" => Box::new(parse::Dissect::read(said)?),
        "dot_expander" => Box::new(dot_expander::DotExpander::read(said)?),
        "drop" => Box::new(drop::Drop),
        "fail" => Box::new(fail::Fail::read(said)?),
        "foreach" => Box::new(foreach::Foreach::read(said, inner)?),
        "grok" => Box::new(parse::Grok::read(said)?),
        "join" => Box::new(join::Join::read(said)?),
        "json" => Box::new(json::Json::read(said)?),
        "kv" => Box::new(kv::KeyValue::read(said)?),
        "pipeline" => Box::new(pipeline::Call::read(said)?),
        "remove" => Box::new(remove::Remove::read(said)?),
        "rename" => Box::new(rename::Rename::read(said)?),
        "set" => Box::new(set::Set::read(said)?),
        "sort" => Box::new(sort::Sort::read(said)?),
        "split" => Box::new(split::Split::read(said)?),
        _ => {
            return Err(said.located(ElasticError::parse(format!(
                "No processor type exists with name [{kind}]; here there are {KINDS}"
            ))));
        }
    })
}
