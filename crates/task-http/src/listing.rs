//! Which tasks a request means: parameters and bodies become one filter.

use serde::{Deserialize, Serialize};
use swarmscope_model::limits::MAX_PAGE;
use swarmscope_model::state::{Priority, Task, TaskFilter, TaskState};
use utoipa::{IntoParams, ToSchema};

use crate::errors::ApiError;

/// Tasks of a page that names no limit.
const DEFAULT_LIMIT: usize = 100;

/// Which tasks. Empty and absent fields do not restrict.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Which {
    /// `queued`, `in_progress`, `completed`, `failed`, `dead_letter` or `cancelled`, or another state that
    /// this version knows
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_type: Option<String>,
    /// Who works on it or did last
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
    /// `low`, `medium` or `high`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// The children of this task
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_task_id: Option<String>,
    /// This task alone
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<String>,
    /// A part of the id, type or last error, in either case
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Which page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct Page {
    /// Tasks of the page, at most 1,000
    #[param(value_type = Option<u32>, default = 100)]
    pub limit: Option<String>,
    /// Tasks before the page
    #[param(value_type = Option<u64>, default = 0)]
    pub offset: Option<String>,
}

fn given(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

impl Which {
    /// The filter of everything that matches.
    ///
    /// # Errors
    /// When a state or priority is none.
    pub fn filter(&self) -> Result<TaskFilter, ApiError> {
        let state = given(&self.state).map(|name| {
            TaskState::from_name(&name).ok_or_else(|| {
                let known = TaskState::ALL.map(TaskState::as_str).join(", ");
                ApiError::invalid(format!("state={name:?} is none of {known}"))
            })
        });
        let priority = given(&self.priority).map(|name| {
            let unknown =
                || ApiError::invalid(format!("priority={name:?} is none of low, medium, high"));
            Priority::from_name(&name).ok_or_else(unknown)
        });
        Ok(TaskFilter {
            state: state.transpose()?,
            task_type: given(&self.task_type),
            agent_name: given(&self.agent_name),
            correlation_id: given(&self.correlation_id),
            priority: priority.transpose()?,
            parent_task_id: given(&self.parent_task_id),
            task_ids: given(&self.task_id).map(|task_id| vec![task_id]),
            text: given(&self.text),
            ..TaskFilter::default()
        })
    }

    /// The filter of a page.
    ///
    /// # Errors
    /// As [`Which::filter`], and when a number is none.
    pub fn page(&self, page: &Page) -> Result<TaskFilter, ApiError> {
        let number = |name: &str, text: &Option<String>, absent: usize| match given(text) {
            None => Ok(absent),
            Some(text) => text.parse::<usize>().map_err(|_| {
                ApiError::invalid(format!("{name}={text:?} is no whole number from 0 on"))
            }),
        };
        Ok(TaskFilter {
            limit: number("limit", &page.limit, DEFAULT_LIMIT)?.min(MAX_PAGE),
            offset: number("offset", &page.offset, 0)?,
            ..self.filter()?
        })
    }
}

/// Whether a task that has changed is one of the filter's.
pub fn matches(filter: &TaskFilter, task: &Task) -> bool {
    let same = |wanted: &Option<String>, value: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| value == Some(wanted))
    };
    let has_text = |text: &str| {
        let text = text.to_lowercase();
        [
            Some(task.task_id.as_str()),
            Some(&task.task_type),
            task.last_error.as_deref(),
        ]
        .into_iter()
        .flatten()
        .any(|value| value.to_lowercase().contains(&text))
    };
    let listed = |ids: &Vec<String>| ids.contains(&task.task_id);
    filter.state.is_none_or(|state| state == task.state)
        && filter
            .priority
            .is_none_or(|priority| priority == task.priority)
        && same(&filter.task_type, Some(&task.task_type))
        && same(&filter.agent_name, task.agent_name.as_deref())
        && same(&filter.correlation_id, Some(task.correlation_id()))
        && same(&filter.parent_task_id, task.parent_task_id.as_deref())
        && filter.task_ids.as_ref().is_none_or(listed)
        && filter.text.as_deref().is_none_or(has_text)
}
