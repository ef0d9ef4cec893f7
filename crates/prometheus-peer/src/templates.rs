//! The queries of the comparison: lines with alternatives, such as `sum <by|without> (job) (x)`.

/// Every query of `queries/differential.promql`, alternatives written out.
pub fn queries() -> Vec<String> {
    include_str!("../queries/differential.promql")
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .flat_map(expand)
        .collect()
}

/// A line with each choice of its first `⟨a|b⟩`, expanded further.
fn expand(line: &str) -> Vec<String> {
    let Some((before, rest)) = line.split_once('⟨') else {
        return vec![line.to_owned()];
    };
    let Some((choices, after)) = rest.split_once('⟩') else {
        return vec![line.to_owned()];
    };
    choices
        .split('|')
        .flat_map(|choice| expand(&format!("{before}{choice}{after}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_are_multiplied() {
        assert_eq!(
            expand("⟨sum|max⟩(a⟨1|2⟩)"),
            ["sum(a1)", "sum(a2)", "max(a1)", "max(a2)"]
        );
    }

    #[test]
    fn there_are_five_hundred_different_queries() {
        let mut queries = queries();
        queries.sort_unstable();
        queries.dedup();
        assert!(queries.len() >= 500, "{}", queries.len());
    }
}
