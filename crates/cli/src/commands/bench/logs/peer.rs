//! `--against`: which other server, and how to see what it uses.

use std::path::PathBuf;
use std::str::FromStr;

use url::Url;

/// A product that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    Swarmscope,
    Elasticsearch,
    OpenSearch,
    VictoriaLogs,
}

impl Product {
    const ALL: [Self; 4] = [
        Self::Swarmscope,
        Self::Elasticsearch,
        Self::OpenSearch,
        Self::VictoriaLogs,
    ];

    fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// As it is typed and printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Swarmscope => "swarmscope",
            Self::Elasticsearch => "elasticsearch",
            Self::OpenSearch => "opensearch",
            Self::VictoriaLogs => "victorialogs",
        }
    }
}

/// Where a server comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It runs.
    Running(Url),
    /// A program to start, in a folder of its own that is removed afterwards.
    Program(PathBuf),
}

/// `PRODUCT=URL[,pid=PID][,data=DIR]` or `victorialogs=PROGRAM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    pub product: Product,
    pub place: Place,
    /// Its process; else who listens on the port.
    pub pid: Option<u32>,
    /// Its data; else what the product itself tells.
    pub data: Option<PathBuf>,
}

/// What is wrong with a peer as it was typed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PeerError {
    #[error("say what it is: PRODUCT=URL, with one of {}", Product::names())]
    NoProduct,
    #[error("{_0:?} is not known here; known are {known}", known = Product::names())]
    UnknownProduct(String),
    #[error("only victorialogs can be started from a program; start {} and give its URL", _0.name())]
    NotStartable(Product),
    #[error("{0:?} is no number of a process")]
    Pid(String),
    #[error("{0:?} is neither pid=PID nor data=DIR")]
    UnknownDetail(String),
}

impl FromStr for Peer {
    type Err = PeerError;

    fn from_str(text: &str) -> Result<Self, PeerError> {
        let (name, rest) = text.split_once('=').ok_or(PeerError::NoProduct)?;
        let known = Product::ALL.into_iter().find(|one| one.name() == name);
        let product = known.ok_or_else(|| PeerError::UnknownProduct(name.to_owned()))?;
        let mut details = rest.split(',');
        let place = details.next().unwrap_or_default();
        let place = match Url::parse(place) {
            Ok(url) => Place::Running(url),
            Err(_) if product == Product::VictoriaLogs => Place::Program(PathBuf::from(place)),
            Err(_) => return Err(PeerError::NotStartable(product)),
        };
        let mut peer = Self {
            product,
            place,
            pid: None,
            data: None,
        };
        for detail in details {
            match detail.split_once('=') {
                Some(("pid", pid)) => {
                    let pid = pid.parse().map_err(|_| PeerError::Pid(pid.to_owned()))?;
                    peer.pid = Some(pid);
                }
                Some(("data", folder)) => peer.data = Some(PathBuf::from(folder)),
                _ => return Err(PeerError::UnknownDetail(detail.to_owned())),
            }
        }
        Ok(peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_a_product_with_a_url_or_a_program() {
        let peer: Peer = "elasticsearch=http://127.0.0.1:9201,pid=7,data=/tmp/es"
            .parse()
            .expect("a peer");
        assert_eq!(peer.product, Product::Elasticsearch);
        assert_eq!(
            (peer.pid, peer.data),
            (Some(7), Some(PathBuf::from("/tmp/es")))
        );
        let peer: Peer = "victorialogs=/opt/victoria-logs".parse().expect("a peer");
        assert_eq!(
            peer.place,
            Place::Program(PathBuf::from("/opt/victoria-logs"))
        );
    }

    #[test]
    fn what_is_wrong_is_told() {
        let wrong = |text: &str| text.parse::<Peer>().expect_err("wrong").to_string();
        assert!(
            wrong("http://127.0.0.1:9200").contains("is not known here")
                || wrong("x").contains("say what it is")
        );
        assert!(wrong("loki=http://x").contains("known are swarmscope, elasticsearch"));
        assert!(wrong("opensearch=/opt/x").contains("start opensearch and give its URL"));
        assert!(wrong("opensearch=http://x,pid=a").contains("no number of a process"));
        assert!(wrong("opensearch=http://x,foo=a").contains("neither pid"));
    }
}
