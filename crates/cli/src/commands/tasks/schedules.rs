//! `swarmscope tasks schedules`: tasks that come back.

use swarmscope_model::Timestamp;
use swarmscope_model::state::{CatchUp, NewTask, Overlap, Priority};
use swarmscope_sdk::wire::TaskReply;
use swarmscope_task_http::{ScheduleList, ScheduleReply, ScheduleRequest};

use super::submit::object;
use super::{path, print_json, text};
use crate::arguments::{
    CatchUpArgument, NamedScheduleArguments, OverlapArgument, PutScheduleArguments,
    SchedulesArguments, SchedulesCommand,
};
use crate::failure::Failure;
use crate::terminal::{FAINT, printable};

/// Runs the command.
///
/// # Errors
/// When there is no such schedule, or the server refuses or cannot be reached.
pub async fn run(mut arguments: SchedulesArguments) -> Result<(), Failure> {
    match arguments.command.take() {
        None => list(&arguments).await,
        Some(SchedulesCommand::Put(arguments)) => put(&arguments).await,
        Some(SchedulesCommand::Pause(arguments)) => switch(&arguments, "/pause").await,
        Some(SchedulesCommand::Resume(arguments)) => switch(&arguments, "/resume").await,
        Some(SchedulesCommand::Run(arguments)) => run_now(&arguments).await,
        Some(SchedulesCommand::Remove(arguments)) => remove(&arguments).await,
    }
}

async fn list(arguments: &SchedulesArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let list: ScheduleList = client.json(client.get("/api/v1/schedules"), "").await?;
    if arguments.json {
        return print_json(&list.schedules);
    }
    anstream::print!("{}", text::schedules(&list.schedules, Timestamp::now()));
    if list.schedules.is_empty() {
        anstream::eprintln!("{FAINT}no task comes back by itself yet{FAINT:#}");
    }
    Ok(())
}

async fn put(arguments: &PutScheduleArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let schedule = ScheduleRequest {
        cron: arguments.cron.clone(),
        time_zone: Some(arguments.time_zone.clone()),
        task: NewTask {
            task_type: arguments.task_type.clone(),
            priority: Priority::from_name(&arguments.priority).unwrap_or_default(),
            metadata: object(&arguments.metadata)?,
            ..NewTask::default()
        },
        enabled: Some(!arguments.paused),
        overlap: match arguments.overlap {
            OverlapArgument::Allow => Overlap::Allow,
            OverlapArgument::Skip => Overlap::Skip,
        },
        catch_up: match arguments.catch_up {
            CatchUpArgument::Last => CatchUp::Last,
            CatchUpArgument::All => CatchUp::All,
            CatchUpArgument::Skip => CatchUp::Skip,
        },
    };
    let request = client
        .put(&path("schedules", &arguments.name, ""))
        .json(&schedule);
    print(&client.json(request, "").await?, arguments.json)
}

async fn switch(arguments: &NamedScheduleArguments, action: &str) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let request = client.post(&path("schedules", &arguments.name, action));
    print(&client.json(request, "").await?, arguments.json)
}

fn print(reply: &ScheduleReply, json: bool) -> Result<(), Failure> {
    if json {
        return print_json(&reply.schedule);
    }
    let shown = std::slice::from_ref(&reply.schedule);
    anstream::print!("{}", text::schedules(shown, Timestamp::now()));
    Ok(())
}

async fn run_now(arguments: &NamedScheduleArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let request = client.post(&path("schedules", &arguments.name, "/run"));
    let reply: TaskReply = client.json(request, "").await?;
    match arguments.json {
        true => print_json(&reply.task)?,
        false => anstream::print!("{}", text::line(&reply.task, Timestamp::now())),
    }
    Ok(())
}

async fn remove(arguments: &NamedScheduleArguments) -> Result<(), Failure> {
    let client = arguments.server.client()?;
    let request = client.delete(&path("schedules", &arguments.name, ""));
    client.accepted(request, "").await?;
    if arguments.json {
        return print_json(&serde_json::json!({ "removed": arguments.name }));
    }
    anstream::println!("removed {}", printable(&arguments.name));
    Ok(())
}
