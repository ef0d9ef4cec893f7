//! `swarmscope tasks` as it is typed.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use swarmscope_model::state::TaskState;
use swarmscope_task_http::Which;

use super::ServerArguments;
use super::task_settings::{LimitsArguments, PoliciesArguments};

const TASKS_EXAMPLES: &str = "Examples:
  swarmscope tasks                                      # the newest
  swarmscope tasks --state dead_letter --type research
  swarmscope tasks --text timeout --json | jq -r '.[].task_id'
  swarmscope tasks show 0198c4a2-7a60-7b7d-a9a5-6f1d2f0f7b11
  swarmscope tasks submit research --metadata '{\"topic\": \"tides\"}' --priority high --wait
  swarmscope tasks requeue --state dead_letter --type research
  swarmscope tasks cancel --state queued --type research
  swarmscope tasks watch --type research
  swarmscope tasks schedules
  swarmscope tasks limits put type research --concurrent 4
  swarmscope tasks policies put research --max-retries 5";

#[derive(Debug, Args)]
#[command(after_help = TASKS_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct TasksArguments {
    #[command(subcommand)]
    pub command: Option<TasksCommand>,
    #[command(flatten)]
    pub which: WhichArguments,
    /// How many of the newest to show, at most 1,000
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub limit: u16,
    /// Print the tasks as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Subcommand)]
pub enum TasksCommand {
    /// Show one task with its attempts and children
    Show(ShowArguments),
    /// Submit a task
    Submit(SubmitArguments),
    /// Cancel tasks by their ids or every one that matches, and all under them
    Cancel(CancelArguments),
    /// Put failed, dead or cancelled tasks back into the queue
    Retry(SteerArguments),
    /// Put every failed or dead task that matches back into the queue
    Requeue(RequeueArguments),
    /// Print tasks as they change
    Watch(WatchArguments),
    /// Tasks that come back at set times
    #[command(visible_alias = "schedule")]
    Schedules(SchedulesArguments),
    /// How many tasks a type or an agent may have in hand
    #[command(visible_alias = "limit")]
    Limits(LimitsArguments),
    /// How types of tasks are retried
    #[command(visible_alias = "policy")]
    Policies(PoliciesArguments),
}

/// Which tasks.
#[derive(Debug, Clone, Default, Args)]
pub struct WhichArguments {
    /// Only tasks in this state
    #[arg(long, value_name = "STATE", value_parser = TaskState::ALL.map(TaskState::as_str))]
    state: Option<String>,
    /// Only tasks of this type
    #[arg(long = "type", value_name = "TYPE")]
    task_type: Option<String>,
    /// Only tasks that this agent works on or did last
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// Only tasks of this priority
    #[arg(long, value_name = "PRIORITY", value_parser = ["low", "medium", "high"])]
    priority: Option<String>,
    /// Only tasks of this correlation id
    #[arg(long = "correlation-id", value_name = "ID")]
    correlation_id: Option<String>,
    /// Only children of this task
    #[arg(long, value_name = "ID")]
    parent: Option<String>,
    /// Only tasks with this in their id, type or last error
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

impl WhichArguments {
    /// What the API is asked for.
    pub fn scope(&self) -> Which {
        Which {
            state: self.state.clone(),
            task_type: self.task_type.clone(),
            agent_name: self.agent.clone(),
            correlation_id: self.correlation_id.clone(),
            priority: self.priority.clone(),
            parent_task_id: self.parent.clone(),
            task_id: None,
            text: self.text.clone(),
        }
    }
}

const SHOW_EXAMPLES: &str = "Examples:
  swarmscope tasks show 0198c4a2
  swarmscope tasks show 0198c4a2 --json | jq .attempts";

#[derive(Debug, Args)]
#[command(after_help = SHOW_EXAMPLES)]
pub struct ShowArguments {
    /// The task's id, or the begin of it
    #[arg(value_name = "ID")]
    pub task_id: String,
    /// Print the task as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

const SUBMIT_EXAMPLES: &str = "Examples:
  swarmscope tasks submit research
  swarmscope tasks submit research --metadata '{\"topic\": \"tides\"}' --priority high --wait
  swarmscope tasks submit report --delay 1h --deadline 3h --skill french --key order-17

With --wait it ends with 0 when the task is completed, and with 1 when it ended otherwise.";

#[derive(Debug, Args)]
#[command(after_help = SUBMIT_EXAMPLES)]
pub struct SubmitArguments {
    /// The task's type
    #[arg(value_name = "TYPE")]
    pub task_type: String,
    /// A JSON object for the worker
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub metadata: String,
    /// Ties the task to other tasks and events
    #[arg(long = "correlation-id", value_name = "ID")]
    pub correlation_id: Option<String>,
    /// Which goes first
    #[arg(long, value_name = "PRIORITY", default_value = "medium", value_parser = ["low", "medium", "high"])]
    pub priority: String,
    /// Not to be claimed before this time has passed
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub delay: Option<Duration>,
    /// Fails when it has not ended within this time
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub deadline: Option<Duration>,
    /// A skill that its worker has to have; may be given again
    #[arg(long = "skill", value_name = "SKILL")]
    pub skills: Vec<String>,
    /// Retries after transient failures [default: as the type's policy says]
    #[arg(long, value_name = "N")]
    pub max_retries: Option<u32>,
    /// The same key of a type gives the same task back
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// The task that this one is a part of
    #[arg(long, value_name = "ID")]
    pub parent: Option<String>,
    /// Wait until it has ended, and show it then
    #[arg(long)]
    pub wait: bool,
    /// Print the task as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

const RETRY_EXAMPLES: &str = "Examples:
  swarmscope tasks retry 0198c4a2-7a60-7b7d-a9a5-6f1d2f0f7b11
  swarmscope tasks --state failed --json | jq -r '.[].task_id' | xargs swarmscope tasks retry

`swarmscope tasks requeue` does it for every task that matches, and counts them first.";

#[derive(Debug, Args)]
#[command(after_help = RETRY_EXAMPLES)]
pub struct SteerArguments {
    /// The tasks' ids
    #[arg(required = true, value_name = "ID")]
    pub task_ids: Vec<String>,
    /// Print the tasks as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

const CANCEL_EXAMPLES: &str = "Examples:
  swarmscope tasks cancel 0198c4a2-7a60-7b7d-a9a5-6f1d2f0f7b11
  swarmscope tasks cancel --state queued --type research            # counts, and asks
  swarmscope tasks cancel --all --yes

Nothing is changed when another number of tasks matches by the time that you have said yes.";

#[derive(Debug, Args)]
#[command(after_help = CANCEL_EXAMPLES)]
pub struct CancelArguments {
    /// The tasks' ids, instead of a filter
    #[arg(value_name = "ID", conflicts_with_all = ["state", "task_type", "agent", "priority", "correlation_id", "parent", "text", "all"])]
    pub task_ids: Vec<String>,
    #[command(flatten)]
    pub which: WhichArguments,
    /// Every task that has not ended and matches, also when there is no filter
    #[arg(long)]
    pub all: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Print the tasks, or the result, as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

const REQUEUE_EXAMPLES: &str = "Examples:
  swarmscope tasks requeue --state dead_letter --type research      # counts, and asks
  swarmscope tasks requeue --state failed --agent research_agent --yes

Nothing is changed when another number of tasks matches by the time that you have said yes.";

#[derive(Debug, Args)]
#[command(after_help = REQUEUE_EXAMPLES)]
pub struct RequeueArguments {
    #[command(flatten)]
    pub which: WhichArguments,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

const WATCH_EXAMPLES: &str = "Examples:
  swarmscope tasks watch
  swarmscope tasks watch --type research --json | jq -r '.state'

It goes on until Ctrl-C.";

#[derive(Debug, Args)]
#[command(after_help = WATCH_EXAMPLES)]
pub struct WatchArguments {
    #[command(flatten)]
    pub which: WhichArguments,
    /// One JSON document a line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

const SCHEDULES_EXAMPLES: &str = "Examples:
  swarmscope tasks schedules                            # what comes when
  swarmscope tasks schedules put news --cron '0 6 * * 1-5' --time-zone Europe/Berlin --type research
  swarmscope tasks schedules pause news
  swarmscope tasks schedules run news                   # once more, now
  swarmscope tasks schedules remove news";

#[derive(Debug, Args)]
#[command(after_help = SCHEDULES_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct SchedulesArguments {
    #[command(subcommand)]
    pub command: Option<SchedulesCommand>,
    /// Print the schedules as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Subcommand)]
pub enum SchedulesCommand {
    /// Keep a schedule under a name, instead of the one that was there
    Put(PutScheduleArguments),
    /// Submit nothing by it until it is resumed
    #[command(after_help = "Examples:\n  swarmscope tasks schedules pause news")]
    Pause(NamedScheduleArguments),
    /// Go on from the next tick
    #[command(after_help = "Examples:\n  swarmscope tasks schedules resume news")]
    Resume(NamedScheduleArguments),
    /// Submit its task now
    #[command(after_help = "Examples:\n  swarmscope tasks schedules run news")]
    Run(NamedScheduleArguments),
    /// Forget it; the tasks that it submitted stay
    #[command(after_help = "Examples:\n  swarmscope tasks schedules remove news")]
    Remove(NamedScheduleArguments),
}

/// A tick while the task of the one before has not ended.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OverlapArgument {
    Allow,
    Skip,
}

/// Ticks that passed while nothing ran.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum CatchUpArgument {
    Last,
    All,
    Skip,
}

const PUT_SCHEDULE_EXAMPLES: &str = "Examples:
  swarmscope tasks schedules put news --cron '0 6 * * 1-5' --time-zone Europe/Berlin --type research
  swarmscope tasks schedules put tick --cron '*/30 * * * * *' --type poll --overlap skip
  swarmscope tasks schedules put report --cron '@monthly' --type report --metadata '{\"pages\": 4}' --paused";

#[derive(Debug, Args)]
#[command(after_help = PUT_SCHEDULE_EXAMPLES)]
pub struct PutScheduleArguments {
    /// The schedule's name
    pub name: String,
    /// Minute, hour, day, month and weekday; or six fields with seconds first
    #[arg(long, value_name = "EXPRESSION")]
    pub cron: String,
    /// Where the hours are those of the expression
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub time_zone: String,
    /// The type of the task
    #[arg(long = "type", value_name = "TYPE")]
    pub task_type: String,
    /// A JSON object for the worker
    #[arg(long, value_name = "JSON", default_value = "{}")]
    pub metadata: String,
    /// Which goes first
    #[arg(long, value_name = "PRIORITY", default_value = "medium", value_parser = ["low", "medium", "high"])]
    pub priority: String,
    /// While the task of the tick before has not ended: submit all the same, or leave the tick out
    #[arg(long, value_enum, default_value = "allow")]
    pub overlap: OverlapArgument,
    /// After a standstill: make up for the last tick, for all, or for none
    #[arg(long, value_enum, default_value = "last")]
    pub catch_up: CatchUpArgument,
    /// Keep it without submitting anything yet
    #[arg(long)]
    pub paused: bool,
    #[arg(long, help = "Print the schedule as JSON")]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}

#[derive(Debug, Args)]
pub struct NamedScheduleArguments {
    /// The schedule's name
    pub name: String,
    #[arg(long, help = "Print the answer as JSON")]
    pub json: bool,
    #[command(flatten)]
    pub server: ServerArguments,
}
