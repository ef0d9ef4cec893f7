//! Pages of groups: which match, in which order, and what is shown of each.

use std::collections::BTreeMap;

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{
    ErrorGroup, GroupFilter, GroupPage, GroupSort, GroupSource, GroupState, Span,
};
use swarmscope_model::event::Severity;
use swarmscope_model::limits::{LISTED_GROUP_NAMES, MAX_PAGE};

use super::buckets::{self, Layout};
use super::ids;
use super::session::{Cell, Row, Session, json_texts};
use super::tally::{AGENT, TASK_TYPE, VERSION};
use crate::broken::Broken;

/// A group's state now (`$1`): one that was ignored until a time is open after it.
macro_rules! state_now {
    () => {
        "CASE WHEN state = 'ignored' AND ignored_until <= $1 THEN 'open' ELSE state END"
    };
}

/// What [`read`] reads.
const COLUMNS: &str = concat!(
    "group_id, fingerprint_version, source, title, error_type, culprit, severity, count, first_seen, \
     last_seen, created_at, updated_at, ",
    state_now!(),
    " AS state_now, resolved_at, regressed_at, regressions, ignored_until, ignored_until_count"
);

const NAMES: &str = "SELECT group_id, kind, name, names FROM \
     (SELECT group_id, kind, name, \
         row_number() OVER (PARTITION BY group_id, kind ORDER BY count DESC, name) AS place, \
         count(*) OVER (PARTITION BY group_id, kind) AS names \
      FROM error_group_parts WHERE name <> '' AND group_id IN (SELECT value->>0 FROM {rows})) AS placed \
     WHERE place <= $2 ORDER BY group_id, kind, place";

const HISTORY: &str = "SELECT group_id, start, count FROM error_group_counts \
     WHERE group_id IN (SELECT value->>0 FROM {rows}) AND width = $2 AND start >= $3 AND start < $4";

pub async fn page(
    session: &mut dyn Session,
    filter: &GroupFilter,
    now: Timestamp,
) -> Result<GroupPage, Broken> {
    let mut statement = Statement::new(now);
    statement.restrict(filter);
    let text = format!(
        "SELECT state_now, count(*) FROM (SELECT {} AS state_now FROM error_groups{}) AS found \
         GROUP BY state_now",
        state_now!(),
        statement.conditions
    );
    let counted = session.rows(&text, statement.cells.clone()).await?;
    let mut counts = [0; GroupState::ALL.len()];
    for row in &counted {
        counts[state(&row.text(0)) as usize] += row.count(1);
    }
    if let Some(state) = filter.state {
        statement.demand(state_now!(), "=", state.as_str().into());
    }
    let order = match filter.sort {
        GroupSort::LastSeen => "last_seen",
        GroupSort::FirstSeen => "first_seen",
        GroupSort::Count => "count",
    };
    let limit = statement.bind(number(filter.limit.min(MAX_PAGE)).into());
    let offset = statement.bind(number(filter.offset).into());
    let text = format!(
        "SELECT {COLUMNS} FROM error_groups{} ORDER BY {order} DESC, group_id LIMIT {limit} \
         OFFSET {offset}",
        statement.conditions
    );
    let rows = session.rows(&text, statement.cells).await?;
    let total = match filter.state {
        Some(state) => counts[state as usize],
        None => counts.iter().sum(),
    };
    Ok(GroupPage {
        groups: complete(session, &rows, filter.history, now).await?,
        total,
        counts,
    })
}

/// The groups of these ids that there are, in the order of their ids.
pub async fn by_ids(
    session: &mut dyn Session,
    ids: &[String],
    history: Option<Span>,
    now: Timestamp,
) -> Result<Vec<ErrorGroup>, Broken> {
    // The rows have to be the first parameter.
    let columns = COLUMNS.replace("$1", "$2");
    let text = format!(
        "SELECT {columns} FROM error_groups WHERE group_id IN (SELECT value->>0 FROM {{rows}}) \
         ORDER BY group_id"
    );
    let cells = vec![json_texts(ids), now.as_millisecond().into()];
    let rows = session.rows(&text, cells).await?;
    complete(session, &rows, history, now).await
}

/// The conditions of a filter and what they compare with.
struct Statement {
    conditions: String,
    cells: Vec<Cell>,
}

impl Statement {
    fn new(now: Timestamp) -> Self {
        Self {
            // The parameter is named once in any case: PostgreSQL wants to know what each one is.
            conditions: " WHERE $1 >= 0".to_owned(),
            cells: vec![now.as_millisecond().into()],
        }
    }

    fn bind(&mut self, cell: Cell) -> String {
        self.cells.push(cell);
        format!("${}", self.cells.len())
    }

    fn demand(&mut self, column: &str, operator: &str, cell: Cell) {
        let parameter = self.bind(cell);
        self.conditions
            .push_str(&format!(" AND {column} {operator} {parameter}"));
    }

    fn demand_part(&mut self, kind: &str, name: Option<&String>) {
        let Some(name) = name else { return };
        let name = self.bind(name.as_str().into());
        self.conditions.push_str(&format!(
            " AND EXISTS (SELECT 1 FROM error_group_parts AS part \
             WHERE part.group_id = error_groups.group_id AND part.kind = '{kind}' AND part.name = {name})"
        ));
    }

    fn demand_among(&mut self, groups: &str) {
        self.conditions
            .push_str(&format!(" AND group_id IN ({groups})"));
    }

    fn restrict(&mut self, filter: &GroupFilter) {
        for word in filter.text.split_whitespace() {
            let word = word.to_lowercase();
            let part = self.bind(format!("%{}%", escaped(&word)).into());
            let start = self.bind(format!("{}%", escaped(&word)).into());
            self.conditions.push_str(&format!(
                " AND (searched LIKE {part} ESCAPE '!' OR group_id LIKE {start} ESCAPE '!')"
            ));
        }
        self.demand_part(AGENT, filter.agent.as_ref());
        self.demand_part(VERSION, filter.version.as_ref());
        self.demand_part(TASK_TYPE, filter.task_type.as_ref());
        if let Some(error_type) = &filter.error_type {
            self.demand("error_type", "=", error_type.as_str().into());
        }
        if let Some(correlation_id) = &filter.correlation_id {
            let id = self.bind(correlation_id.as_str().into());
            self.demand_among(&ids::groups_of_id(&id));
        }
        if let Some(task_id) = &filter.task_id {
            let id = self.bind(task_id.as_str().into());
            self.demand_among(&ids::groups_of_task(&id));
        }
        for (column, operator, time) in [
            ("last_seen", ">=", filter.seen_from),
            ("first_seen", "<", filter.seen_before),
            ("first_seen", ">", filter.first_seen_after),
            ("created_at", ">", filter.created_after),
            ("regressed_at", ">", filter.regressed_after),
        ] {
            if let Some(time) = time {
                self.demand(column, operator, time.as_millisecond().into());
            }
        }
    }
}

/// For `LIKE … ESCAPE '!'`.
fn escaped(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    for character in word.chars() {
        if matches!(character, '%' | '_' | '!') {
            text.push('!');
        }
        // No text of ours has this character, and PostgreSQL takes none that has.
        text.push(if character == '\0' {
            '\u{fffd}'
        } else {
            character
        });
    }
    text
}

async fn complete(
    session: &mut dyn Session,
    rows: &[Row],
    history: Option<Span>,
    now: Timestamp,
) -> Result<Vec<ErrorGroup>, Broken> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut groups: Vec<ErrorGroup> = rows.iter().map(read).collect();
    let mut places = BTreeMap::new();
    for (place, group) in groups.iter().enumerate() {
        places.insert(group.id.clone(), place);
    }
    let ids = || json_texts(places.keys());
    let most = i64::try_from(LISTED_GROUP_NAMES).unwrap_or(i64::MAX);
    for row in session.rows(NAMES, vec![ids(), most.into()]).await? {
        let Some(place) = places.get(&row.text(0)) else {
            continue;
        };
        let group = &mut groups[*place];
        let names = match row.text(1).as_str() {
            AGENT => {
                group.agents_total = row.count(3);
                &mut group.agents
            }
            VERSION => &mut group.versions,
            TASK_TYPE => &mut group.task_types,
            _ => continue,
        };
        names.push(row.text(2));
    }
    let Some(span) = history else {
        return Ok(groups);
    };
    let layout = Layout::new(span, now);
    let cells = vec![
        ids(),
        layout.width.into(),
        layout.from.into(),
        layout.to.into(),
    ];
    let mut counts: BTreeMap<String, BTreeMap<i64, u64>> = BTreeMap::new();
    for row in session.rows(HISTORY, cells).await? {
        let of_group = counts.entry(row.text(0)).or_default();
        of_group.insert(row.number(1), row.count(2));
    }
    for group in &mut groups {
        group.history = layout.history(counts.get(&group.id).unwrap_or(&BTreeMap::new()));
    }
    Ok(groups)
}

fn read(row: &Row) -> ErrorGroup {
    let time = |column| Timestamp::from_millisecond(row.number(column));
    let point = |column| row.number_or_null(column).map(Timestamp::from_millisecond);
    let state = state(&row.text(12));
    let is_ignored = state == GroupState::Ignored;
    ErrorGroup {
        id: row.text(0),
        fingerprint_version: u32::try_from(row.number(1)).unwrap_or(0),
        source: GroupSource::from_name(&row.text(2)).unwrap_or(GroupSource::Message),
        title: row.text(3),
        error_type: row.text(4),
        culprit: row.text(5),
        severity: row.text(6).parse().unwrap_or(Severity::Error),
        count: row.count(7),
        first_seen: time(8),
        last_seen: time(9),
        created_at: time(10),
        updated_at: time(11),
        agents: Vec::new(),
        agents_total: 0,
        versions: Vec::new(),
        task_types: Vec::new(),
        state,
        resolved_at: point(13),
        regressed_at: point(14),
        regressions: row.count(15),
        ignored_until: point(16).filter(|_| is_ignored),
        ignored_until_count: row
            .number_or_null(17)
            .filter(|_| is_ignored)
            .and_then(|count| u64::try_from(count).ok()),
        history: buckets::nothing(),
    }
}

fn state(name: &str) -> GroupState {
    GroupState::from_name(name).unwrap_or(GroupState::Open)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
