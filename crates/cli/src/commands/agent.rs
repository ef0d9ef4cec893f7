//! `swarmscope agent run`: one demo agent.
