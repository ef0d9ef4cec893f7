//! What can be asked of logs, and the door through which it is asked.
//!
//! One tree of queries ([`ast`]) and one of aggregations ([`aggregate`]); every language parses into
//! them: Lucene's query_string ([`lucene`]), Kibana's KQL ([`kql`]) and Elasticsearch's DSL ([`elastic`]).
//! [`store::LogStore`] is the trait that the embedded store and remote ones implement. [`evaluate`] says what each query
//! means, document by document; a store may be faster, never different.
//!
//! This room knows the model and nobody else. It never reads a file or a socket and never imports a
//! store.

pub mod aggregate;
pub mod analysis;
pub mod ast;
pub mod bm25;
pub mod datemath;
pub mod document;
pub mod elastic;
pub mod evaluate;
pub mod highlight;
pub mod indices;
pub mod kql;
pub mod lucene;
pub mod mapping;
pub mod number_format;
pub mod pipeline;
pub mod score_statistics;
pub mod script;
pub mod staged;
pub mod store;
pub mod value_view;
