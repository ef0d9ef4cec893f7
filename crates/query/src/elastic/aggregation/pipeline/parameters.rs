//! The parameters of a pipeline aggregation: those that all have, and the others as they are asked for.

use super::{DslErrorKind, Fault, GapPolicy, Json, Member, Node, Parsed, Path, argument, object};
use crate::elastic::aggregation::{ValueFormat, format};

/// What a pipeline aggregation is told.
pub struct Parameters<'a> {
    pub name: &'a str,
    pub kind: &'a str,
    pub node: &'a Node,
    pub gaps: GapPolicy,
    pub format: Option<ValueFormat>,
    buckets_path: Option<&'a Member>,
    /// Those that nobody has asked for yet.
    others: Vec<&'a Member>,
}

impl<'a> Parameters<'a> {
    pub fn new(name: &'a str, kind: &'a str, node: &'a Node) -> Parsed<Self> {
        let mut parameters = Self {
            name,
            kind,
            node,
            gaps: GapPolicy::default(),
            format: None,
            buckets_path: None,
            others: Vec::new(),
        };
        for member in object(node, kind)? {
            match member.key.as_str() {
                "buckets_path" if kind != "bucket_sort" => parameters.buckets_path = Some(member),
                "gap_policy" if !kind.starts_with("cumulative_") => {
                    parameters.gaps = gap_policy(member)?;
                }
                "format" if !matches!(kind, "bucket_sort" | "bucket_selector") => {
                    parameters.format = Some(format(member, kind)?);
                }
                _ => parameters.others.push(member),
            }
        }
        Ok(parameters)
    }

    /// The parameter of that name.
    pub fn take(&mut self, name: &str) -> Option<&'a Member> {
        let place = self.others.iter().position(|member| member.key == name)?;
        Some(self.others.remove(place))
    }

    /// The parameter of that name, which has to be there.
    pub fn require(&mut self, name: &'static str) -> Parsed<&'a Member> {
        self.take(name)
            .ok_or_else(|| argument(self.node, format!("Required [{name}]")))
    }

    /// The only path.
    pub fn path(&self) -> Parsed<Path> {
        let member = self.buckets_path.ok_or_else(|| self.no_path())?;
        match &member.value.value {
            Json::String(text) => read(text, &member.value),
            Json::Array(items) => match items.as_slice() {
                [only] => read(&only.text().unwrap_or_default(), only),
                _ => {
                    let reason = format!(
                        "buckets_path must contain a single entry for aggregation [{}]",
                        self.name
                    );
                    Err(member.value.fault(DslErrorKind::Pipelines { reason }))
                }
            },
            _ => Err(self.unexpected(member)),
        }
    }

    /// Several paths with the names that a script calls them by.
    pub fn paths(&self) -> Parsed<Vec<(String, Path)>> {
        let member = self
            .buckets_path
            .ok_or_else(|| argument(self.node, "Required [buckets_path]".to_owned()))?;
        match &member.value.value {
            Json::String(text) => Ok(vec![("_value".to_owned(), read(text, &member.value)?)]),
            Json::Array(items) => {
                let named = items.iter().enumerate().map(|(place, item)| {
                    let path = read(&item.text().unwrap_or_default(), item)?;
                    Ok((format!("_value{place}"), path))
                });
                named.collect()
            }
            Json::Object(members) => {
                let named = members.iter().map(|member| {
                    let path = read(&member.text("buckets_path")?, &member.value)?;
                    Ok((member.key.clone(), path))
                });
                named.collect()
            }
            _ => Err(self.unexpected(member)),
        }
    }

    /// What nobody has asked for is not known.
    pub fn finish(self) -> Parsed<()> {
        match self.others.first() {
            None => Ok(()),
            Some(member)
                if matches!(
                    self.kind,
                    "bucket_script" | "bucket_selector" | "moving_fn" | "bucket_sort"
                ) =>
            {
                Err(member.unknown_in(self.kind))
            }
            Some(member) => Err(self.unexpected(member)),
        }
    }

    fn unexpected(&self, member: &Member) -> Fault {
        let (token, key) = (member.value.token(), &member.key);
        let reason = format!("Unexpected token {token} [{key}] in [{}]", self.name);
        member.value.fault(DslErrorKind::Unparsable { reason })
    }

    fn no_path(&self) -> Fault {
        let of = match self.kind {
            "derivative" | "serial_diff" => format!("{} ", self.kind),
            "cumulative_sum" | "cumulative_cardinality" | "moving_fn" => {
                return argument(self.node, "Required [buckets_path]".to_owned());
            }
            _ => String::new(),
        };
        let name = self.name;
        let reason = format!("Missing required field [buckets_path] for {of}aggregation [{name}]");
        self.node.fault(DslErrorKind::Unparsable { reason })
    }
}

fn read(text: &str, node: &Node) -> Parsed<Path> {
    Path::parse(text).map_err(|bad| argument(node, bad.to_string()))
}

fn gap_policy(member: &Member) -> Parsed<GapPolicy> {
    let text = member.text("gap_policy")?;
    GapPolicy::named(&text).ok_or_else(|| {
        let reason = format!(
            "Invalid gap policy: [{text}], accepted values: [insert_zeros, skip, keep_values]"
        );
        member.value.fault(DslErrorKind::Unparsable { reason })
    })
}
