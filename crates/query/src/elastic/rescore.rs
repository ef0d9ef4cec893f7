//! `rescore`: another score for the best hits.

use swarmscope_model::limits::{MAX_RESCORES, MAX_RESULT_WINDOW};

use super::error::DslErrorKind;
use super::json::{Member, Node};
use super::members::{object, one_or_many};
use super::{Context, Parsed, query};
use crate::ast::Query;

/// One step that scores the best hits anew.
#[derive(Debug, Clone)]
pub struct Rescore {
    /// So many of the best hits.
    pub window: usize,
    pub query: Query,
    /// What the score so far counts.
    pub weight: f32,
    /// What the score of this query counts.
    pub own_weight: f32,
    pub mode: ScoreMode,
}

/// How two scores become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreMode {
    Total,
    Multiply,
    Average,
    Max,
    Min,
}

impl Rescore {
    /// The score of a hit, with what the query of this step counts for it; `None` when that does not find it.
    pub fn score(&self, before: f32, own: Option<f32>) -> f32 {
        let before = before * self.weight;
        let Some(own) = own.map(|own| own * self.own_weight) else {
            return before;
        };
        match self.mode {
            ScoreMode::Total => before + own,
            ScoreMode::Multiply => before * own,
            ScoreMode::Average => (before + own) / 2.0,
            ScoreMode::Max => before.max(own),
            ScoreMode::Min => before.min(own),
        }
    }
}

/// Reads one step or several.
pub(super) fn steps(node: &Node, context: &mut Context) -> Parsed<Vec<Rescore>> {
    let items = one_or_many(node);
    if items.len() > MAX_RESCORES {
        let reason = format!(
            "[rescore] has at most [{MAX_RESCORES}] steps, this one has [{}]",
            items.len()
        );
        return Err(node.fault(DslErrorKind::Argument { reason }));
    }
    items.iter().map(|item| step(item, context)).collect()
}

fn step(node: &Node, context: &mut Context) -> Parsed<Rescore> {
    let mut window = 10;
    let mut found = None;
    for member in object(node, "rescore")? {
        match member.key.as_str() {
            "window_size" => window = window_size(member)?,
            "query" => found = Some(query_step(&member.value, context)?),
            other => {
                let reason = format!("unknown field [{other}]");
                return Err(member.value.fault(DslErrorKind::Argument { reason }));
            }
        }
    }
    match found {
        Some(step) => Ok(Rescore { window, ..step }),
        None => Err(node.fault(DslErrorKind::Unparsable {
            reason: "missing rescore type".to_owned(),
        })),
    }
}

fn window_size(member: &Member) -> Parsed<usize> {
    let given = member.integer()?;
    match usize::try_from(given) {
        Ok(window) if window <= MAX_RESULT_WINDOW => Ok(window),
        _ => {
            let reason = format!(
                "Rescore window [{given}] is too large. It must be less than [{MAX_RESULT_WINDOW}]. This prevents \
                 allocating massive heaps for storing the results to be rescored. This limit can be set by changing \
                 the [index.max_rescore_window] index level setting."
            );
            Err(member.value.fault(DslErrorKind::ShardRefusal { reason }))
        }
    }
}

fn query_step(node: &Node, context: &mut Context) -> Parsed<Rescore> {
    const NAME: &str = "query";
    let mut step = Rescore {
        window: 0,
        query: Query::Nothing,
        weight: 1.0,
        own_weight: 1.0,
        mode: ScoreMode::Total,
    };
    let mut has_query = false;
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "rescore_query" => {
                step.query = query::clause(&member.value, context, 1)?;
                has_query = true;
            }
            "query_weight" => step.weight = member.number(NAME)?,
            "rescore_query_weight" => step.own_weight = member.number(NAME)?,
            "score_mode" => step.mode = score_mode(member)?,
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    match has_query {
        true => Ok(step),
        false => Err(node.fault(DslErrorKind::Argument {
            reason: "Required [rescore_query]".to_owned(),
        })),
    }
}

fn score_mode(member: &Member) -> Parsed<ScoreMode> {
    let text = member.text("query")?;
    Ok(match text.as_str() {
        "total" => ScoreMode::Total,
        "multiply" => ScoreMode::Multiply,
        "avg" => ScoreMode::Average,
        "max" => ScoreMode::Max,
        "min" => ScoreMode::Min,
        _ => return Err(member.bad("query", format!("illegal score_mode [{text}]"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_scores_become_one_as_the_mode_says() {
        let score = |mode, own| {
            let step = Rescore {
                window: 1,
                query: Query::All,
                weight: 5.0,
                own_weight: 10.0,
                mode,
            };
            step.score(2.0, own)
        };
        for (mode, expected) in [
            (ScoreMode::Total, 40.0),
            (ScoreMode::Multiply, 300.0),
            (ScoreMode::Average, 20.0),
            (ScoreMode::Max, 30.0),
            (ScoreMode::Min, 10.0),
        ] {
            assert_eq!(score(mode, Some(3.0)), expected);
            assert_eq!(score(mode, None), 10.0);
        }
    }
}
