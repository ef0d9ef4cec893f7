//! Scripts of pipeline aggregations, with the parameters of their own.

use std::collections::HashMap;

use super::parameters::Parameters;
use super::{DslErrorKind, Json, Member, Parsed, PipelineKind, argument, object};
use crate::script::{Script, Value, Wanted};

/// `bucket_script` and `bucket_selector`.
pub fn formula(parameters: &mut Parameters<'_>) -> Parsed<PipelineKind> {
    let script = parameters.require("script")?;
    let (paths, gaps) = (parameters.paths()?, parameters.gaps);
    Ok(match parameters.kind {
        "bucket_selector" => PipelineKind::Selector {
            paths,
            gaps,
            script: read(script, Wanted::Boolean, false)?,
        },
        _ => PipelineKind::Formula {
            paths,
            gaps,
            script: read(script, Wanted::Number, false)?,
        },
    })
}

/// A script over the numbers of a window.
pub fn over_values(member: &Member) -> Parsed<Script> {
    read(member, Wanted::Number, true)
}

fn read(member: &Member, wanted: Wanted, over_values: bool) -> Parsed<Script> {
    let mut own = HashMap::new();
    let mut source = None;
    if let Json::String(text) = &member.value.value {
        source = Some(text.clone());
    } else {
        for part in object(&member.value, "script")? {
            match part.key.as_str() {
                "source" | "inline" => source = Some(part.text("script")?),
                "lang" => {
                    let lang = part.text("script")?;
                    if lang != "painless" {
                        let reason = format!("script_lang not supported [{lang}]");
                        return Err(argument(&part.value, reason));
                    }
                }
                "params" => own = values(part)?,
                "id" => {
                    let reason =
                        "stored scripts are not supported here; give the script as [source]";
                    return Err(argument(&part.value, reason.to_owned()));
                }
                "options" => {}
                _ => return Err(part.unknown_in("script")),
            }
        }
    }
    let Some(source) = source else {
        let reason =
            "must specify either [source] for an inline script or [id] for a stored script";
        return Err(argument(&member.value, reason.to_owned()));
    };
    Script::read(&source, own, wanted, over_values)
        .map_err(|error| member.value.fault(DslErrorKind::Script(error)))
}

fn values(member: &Member) -> Parsed<HashMap<String, Value>> {
    let named = object(&member.value, "params")?.iter().map(|part| {
        let value = match &part.value.value {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Boolean(*flag),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => i32::try_from(whole).map_or(Value::Long(whole), Value::Int),
                None => Value::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            _ => {
                let reason = format!(
                    "[params.{}] has to be a number, true, false or null",
                    part.key
                );
                return Err(argument(&part.value, reason));
            }
        };
        Ok((part.key.clone(), value))
    });
    named.collect()
}
