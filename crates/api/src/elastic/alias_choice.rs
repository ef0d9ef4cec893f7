//! Which aliases a list of names means: names, wildcards, and behind a wildcard also exclusions.

use std::collections::BTreeSet;

use swarmscope_query::indices::wildcard_matches;

/// What a list of names asks for.
pub struct AliasChoice<'a> {
    names: Vec<&'a str>,
    /// Where exclusions begin to be ones: `-x` before it is a name.
    first_wildcard: usize,
}

impl<'a> AliasChoice<'a> {
    /// Reads names between commas.
    pub fn of(listed: &'a str) -> Self {
        let names: Vec<&str> = listed.split(',').map(str::trim).collect();
        let wildcard = |name: &&str| name.contains('*') || matches!(*name, "_all" | "-_all");
        Self {
            first_wildcard: names.iter().position(wildcard).unwrap_or(names.len()),
            names,
        }
    }

    /// What is excluded at this place, if the name there is an exclusion.
    fn exclusion(&self, at: usize) -> Option<&'a str> {
        let name = self.names[at].strip_prefix('-')?;
        (at >= self.first_wildcard).then_some(name)
    }

    /// Whether the alias is one of those.
    pub fn has(&self, alias: &str) -> bool {
        let mut is_chosen = false;
        for (at, name) in self.names.iter().enumerate() {
            match self.exclusion(at) {
                Some(excluded) => is_chosen &= !matches(excluded, alias),
                None => is_chosen |= matches(name, alias),
            }
        }
        is_chosen
    }

    /// The names in full that are none of the aliases there are, and that nothing excludes again.
    pub fn missing(&self, is_known: impl Fn(&str) -> bool) -> BTreeSet<&'a str> {
        let named = self.names.iter().enumerate().filter(|(at, name)| {
            let behind = (at + 1..self.names.len()).filter_map(|at| self.exclusion(at));
            !name.contains('*')
                && **name != "_all"
                && self.exclusion(*at).is_none()
                && !behind.into_iter().any(|excluded| matches(excluded, name))
        });
        named
            .map(|(_, name)| *name)
            .filter(|name| !is_known(name))
            .collect()
    }
}

fn matches(pattern: &str, alias: &str) -> bool {
    matches!(pattern, "_all" | "") || wildcard_matches(pattern, alias)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(listed: &str) -> (Vec<&'static str>, Vec<&str>) {
        let known = ["a1", "a2", "b1"];
        let choice = AliasChoice::of(listed);
        let chosen = known.into_iter().filter(|alias| choice.has(alias));
        let missing = choice.missing(|name| known.contains(&name));
        (chosen.collect(), missing.into_iter().collect())
    }

    #[test]
    fn exclusions_count_behind_a_wildcard() {
        assert_eq!(of("a*,-a1"), (vec!["a2"], vec![]));
        assert_eq!(of("-a1,a*"), (vec!["a1", "a2"], vec!["-a1"]));
        assert_eq!(of("a1,b1,-a*,-b1"), (vec![], vec![]));
        assert_eq!(of("b1,a*,-none"), (vec!["a1", "a2", "b1"], vec![]));
        assert_eq!(of("z,a1,y"), (vec!["a1"], vec!["y", "z"]));
        assert_eq!(of("_all,-b*"), (vec!["a1", "a2"], vec![]));
    }
}
