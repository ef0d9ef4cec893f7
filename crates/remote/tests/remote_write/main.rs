//! A store with a tee, a writer, and whoever receives.

mod kill;
mod prometheus;
mod receivers;
mod support;
