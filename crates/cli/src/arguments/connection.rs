//! Which server a command talks to, the same in every command that talks to one.

use clap::Args;

use super::base_url::base_url;
use crate::client::Client;
use crate::failure::Failure;

/// Credentials for a server that asks for some.
#[derive(Debug, Clone, Args)]
pub struct CredentialArguments {
    /// User name and password
    #[arg(
        long,
        value_name = "NAME:PASSWORD",
        env = "SWARMSCOPE_USER",
        hide_env_values = true
    )]
    pub user: Option<String>,
    /// API key
    #[arg(
        long,
        value_name = "KEY",
        env = "SWARMSCOPE_API_KEY",
        hide_env_values = true
    )]
    pub api_key: Option<String>,
}

/// A server's Elasticsearch API.
#[derive(Debug, Args)]
pub struct ElasticArguments {
    /// Elasticsearch API of the server
    #[arg(
        long,
        value_name = "URL",
        value_parser = base_url,
        default_value = "http://127.0.0.1:9200",
        env = "SWARMSCOPE_ELASTIC"
    )]
    elastic: String,
    #[command(flatten)]
    pub credentials: CredentialArguments,
}

impl ElasticArguments {
    /// A client of it.
    ///
    /// # Errors
    /// When the credentials are none.
    pub fn client(&self) -> Result<Client, Failure> {
        let credentials = self.credentials.resolve()?;
        Ok(Client::new(&self.elastic, credentials, "--elastic"))
    }
}

/// A Swarmscope server.
#[derive(Debug, Args)]
pub struct ServerArguments {
    /// The server to ask
    #[arg(
        long,
        value_name = "URL",
        value_parser = base_url,
        default_value = "http://127.0.0.1:4700",
        env = "SWARMSCOPE_SERVER"
    )]
    server: String,
    #[command(flatten)]
    credentials: CredentialArguments,
}

impl ServerArguments {
    /// A client of it.
    ///
    /// # Errors
    /// When the credentials are none.
    pub fn client(&self) -> Result<Client, Failure> {
        let credentials = self.credentials.resolve()?;
        Ok(Client::new(&self.server, credentials, "--server"))
    }
}
