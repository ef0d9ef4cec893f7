//! `swarmscope bench`: what the engines cost on this machine, beside other products in the same run.

pub mod logs;
mod process;
pub mod tasks;
