//! `significant_terms`: values that are more frequent in the documents found than elsewhere.

use std::sync::Arc;

use super::super::error::DslErrorKind;
use super::super::json::{Member, Node};
use super::super::members::object;
use super::super::{Context, Parsed, query};
use super::{Read, Reported, choice, format, terms, unsupported};
use crate::aggregate::{
    AggregationKind, Background, Choice, Contrast, Heuristic, SignificantTerms,
};

const NAME: &str = "significant_terms";
/// Documents that a value has at least unless told.
const FEWEST: u64 = 3;

pub(super) fn significant_terms(node: &Node, context: &mut Context, depth: usize) -> Parsed<Read> {
    let mut found = SignificantTerms {
        field: String::new(),
        size: 10,
        min_doc_count: FEWEST,
        choice: Choice::default(),
        background: None,
        heuristic: Heuristic::default(),
        known: Arc::new(Background::default()),
    };
    let (mut field, mut shown) = (None, None);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(NAME)?),
            "size" => found.size = terms::size(member, NAME)?,
            "min_doc_count" => {
                let given = member.integer()?;
                found.min_doc_count = u64::try_from(given).map_err(|_| {
                    let reason = format!(
                        "[minDocCount] must be greater than or equal to 0. Found [{given}]"
                    );
                    member.bad(NAME, reason)
                })?;
            }
            "format" => shown = Some(format(member, NAME)?),
            "include" => choice::include(&mut found.choice, member, NAME)?,
            "exclude" => choice::exclude(&mut found.choice, member, NAME)?,
            "background_filter" => {
                found.background = Some(query::clause(&member.value, context, depth)?);
            }
            "jlh" => {
                if let [other, ..] = object(&member.value, "jlh")? {
                    return Err(other.unknown_in("jlh"));
                }
                found.heuristic = Heuristic::Jlh;
            }
            "percentage" => {
                if let [other, ..] = object(&member.value, "percentage")? {
                    return Err(other.unknown_in("percentage"));
                }
                found.heuristic = Heuristic::Percentage;
            }
            "mutual_information" => {
                found.heuristic = Heuristic::MutualInformation(contrast(member)?);
            }
            "chi_square" => found.heuristic = Heuristic::ChiSquare(contrast(member)?),
            "gnd" => {
                let contrast = contrast(member)?;
                found.heuristic = Heuristic::Distance {
                    background_is_superset: contrast.background_is_superset,
                };
            }
            "script_heuristic" | "p_value" => {
                return Err(unsupported(
                    member,
                    "use [jlh], [mutual_information], [chi_square], [gnd] or [percentage]",
                ));
            }
            "shard_size" | "shard_min_doc_count" | "execution_hint" => {}
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    found.field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
    let reported = Reported::SignificantTerms { format: shown };
    Ok((AggregationKind::SignificantTerms(found), reported))
}

fn contrast(member: &Member) -> Parsed<Contrast> {
    let name = member.key.as_str();
    let mut found = Contrast {
        include_negatives: false,
        background_is_superset: true,
    };
    for option in object(&member.value, name)? {
        match option.key.as_str() {
            "include_negatives" if name != "gnd" => {
                found.include_negatives = option.boolean(name)?;
            }
            "background_is_superset" => found.background_is_superset = option.boolean(name)?,
            _ => return Err(option.unknown_in(name)),
        }
    }
    Ok(found)
}
