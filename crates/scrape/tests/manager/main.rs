//! The manager against real servers.

mod discovery;
mod scraping;
mod support;
