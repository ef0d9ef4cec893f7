//! Messages grouped by the sentence that they are: templates, with counts.
//!
//! A program writes a few hundred sentences, with values put into them. Two steps find the sentences again:
//!
//! 1. **Shapes**, as messages come. The values are replaced by what they are ([`swarmscope_parameters`]),
//!    lists of values by one, and equal results counted together. A million messages are some thousand
//!    shapes; a message whose shape is known costs one look-up.
//! 2. **Templates**, once, from the distinct shapes with their counts: those with the same marks between
//!    their words and mostly the same words are a cluster; a cluster is divided where a column has few
//!    different words (`Started`, `Stopped`), and a column with many is a variable, `<*>`.
//!
//! Drain (He et al., *Drain: An Online Log Parsing Approach with Fixed Depth Tree*, ICWS 2017) gave the
//! similarity of the words, IPLoM (Makanju et al., *Clustering Event Logs Using Iterative Partitioning*,
//! KDD 2009) the division by the column with the fewest words, Brain (Yu et al., *Brain: Log Parsing with
//! Bidirectional Parallel Tree*, IEEE TSC 2023) the idea that what repeats decides, not what comes first.
//! Because the second step sees all shapes at once, the order of messages decides nothing, and parts
//! that were counted apart are merged into the same templates: as long as no part has more shapes than its
//! limit. Beyond it the rarest shapes are drawn into templates early, so that memory stays bounded; what is
//! in no template then counts as *others*.
//!
//! It never keeps a message, and knows neither times nor documents: who wants them keeps them by the
//! numbers of shapes.

mod cluster;
mod drawn;
mod families;
mod miner;
mod refine;
mod shape;
mod template;
mod words;

pub use miner::{Miner, OTHERS, Templates};
pub use template::{Template, id, phrases};
