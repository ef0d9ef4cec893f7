//! `swarmscope tasks limits` and `swarmscope tasks policies` as they are typed.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::ServerArguments;

const LIMITS_EXAMPLES: &str = "Examples:
  swarmscope tasks limits                               # what is in force
  swarmscope tasks limits put type research --concurrent 4 --claims 10 --per 1m
  swarmscope tasks limits put agent '*' --concurrent 1  # each agent without one of its own
  swarmscope tasks limits remove type research";

#[derive(Debug, Args)]
#[command(after_help = LIMITS_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct LimitsArguments {
    #[command(subcommand)]
    pub command: Option<LimitsCommand>,
    /// Print the limits as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Subcommand)]
pub enum LimitsCommand {
    /// Keep a limit, instead of the one that was there; in force with the next claims
    Put(PutLimitArguments),
    /// Forget a limit
    #[command(after_help = "Examples:\n  swarmscope tasks limits remove type research")]
    Remove(RemoveLimitArguments),
}

/// Whose claims a limit counts.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum ScopeArgument {
    /// All agents' claims of one type of task
    Type,
    /// One agent's claims
    Agent,
}

const PUT_LIMIT_EXAMPLES: &str = "Examples:
  swarmscope tasks limits put type research --concurrent 4
  swarmscope tasks limits put type research --claims 10 --per 1m
  swarmscope tasks limits put agent '*' --concurrent 1  # each agent without one of its own";

#[derive(Debug, Args)]
#[command(after_help = PUT_LIMIT_EXAMPLES)]
pub struct PutLimitArguments {
    /// Whose claims it counts
    #[arg(value_enum)]
    pub scope: ScopeArgument,
    /// The type's or the agent's name; the agent * is each other one
    pub name: String,
    /// Tasks in progress at once
    #[arg(long, value_name = "N", required_unless_present = "claims")]
    pub concurrent: Option<u32>,
    /// Tasks that are claimed within --per
    #[arg(long, value_name = "N")]
    pub claims: Option<u32>,
    /// The span that --claims counts in
    #[arg(long, value_name = "DURATION", default_value = "1m", requires = "claims", value_parser = humantime::parse_duration)]
    pub per: Duration,
    #[arg(long, help = "Print the limit as JSON")]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Args)]
pub struct RemoveLimitArguments {
    /// Whose claims it counts
    #[arg(value_enum)]
    pub scope: ScopeArgument,
    /// The type's or the agent's name
    pub name: String,
    #[arg(long, help = "Print the answer as JSON")]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

const POLICIES_EXAMPLES: &str = "Examples:
  swarmscope tasks policies                             # what is in force
  swarmscope tasks policies put research --max-retries 5 --base 1s --cap 1m --within 1h --never ValueError
  swarmscope tasks policies put '*' --max-retries 1     # each type without one of its own
  swarmscope tasks policies remove research

Before retry number n, counted from 0, a task waits base times factor to the n, at most the cap.";

#[derive(Debug, Args)]
#[command(after_help = POLICIES_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct PoliciesArguments {
    #[command(subcommand)]
    pub command: Option<PoliciesCommand>,
    /// Print the policies as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Subcommand)]
pub enum PoliciesCommand {
    /// Keep a type's policy, instead of the one that was there
    Put(PutPolicyArguments),
    /// Forget a type's policy
    #[command(after_help = "Examples:\n  swarmscope tasks policies remove research")]
    Remove(RemovePolicyArguments),
}

const PUT_POLICY_EXAMPLES: &str = "Examples:
  swarmscope tasks policies put research --max-retries 5 --base 1s --cap 1m
  swarmscope tasks policies put research --within 1h --never ValueError --never permanent
  swarmscope tasks policies put '*' --max-retries 1     # each type without one of its own";

#[derive(Debug, Args)]
#[command(after_help = PUT_POLICY_EXAMPLES)]
pub struct PutPolicyArguments {
    /// The type of the tasks; * is each other one
    #[arg(value_name = "TYPE")]
    pub task_type: String,
    /// Retries of a task that does not say how many it wants [default: as for all]
    #[arg(long, value_name = "N")]
    pub max_retries: Option<u32>,
    /// Wait before the first retry [default: 500ms]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub base: Option<Duration>,
    /// By how much each wait is longer than the one before [default: 2]
    #[arg(long, value_name = "NUMBER")]
    pub factor: Option<f64>,
    /// Longest wait [default: 10s]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub cap: Option<Duration>,
    /// Share of a wait that chance adds [default: 0.1]
    #[arg(long, value_name = "SHARE")]
    pub jitter: Option<f64>,
    /// No retry that would start later than this after the first attempt began
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub within: Option<Duration>,
    /// A class or type of error that is not tried again, such as ValueError; may be given again
    #[arg(long = "never", value_name = "ERROR")]
    pub never: Vec<String>,
    #[arg(long, help = "Print the policy as JSON")]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Args)]
pub struct RemovePolicyArguments {
    /// The type of the tasks
    #[arg(value_name = "TYPE")]
    pub task_type: String,
    #[arg(long, help = "Print the answer as JSON")]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}
