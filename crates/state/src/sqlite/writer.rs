//! The one connection that changes the file, lent to one change after the other, and the group commit:
//! changes that come while others run are committed together, because syncing the disk costs more than
//! the changes themselves.
//!
//! A change is a savepoint of the group's transaction. One that is dropped takes back its own writes
//! alone. [`Change::commit`] answers when the whole group is on disk. Nothing here knows what a change does.

use std::ops::{Deref, DerefMut};

use sqlx::{Connection, Executor, SqliteConnection};
use swarmscope_model::limits::STATE_GROUP_COMMIT;
use tokio::sync::{mpsc, oneshot};

/// Hands out the connection. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    requests: mpsc::UnboundedSender<Request>,
}

/// Who waits for a change to begin.
type Asking = oneshot::Sender<Result<Change, sqlx::Error>>;
/// Who waits for a change to be on disk.
type Committing = oneshot::Sender<Result<(), sqlx::Error>>;

enum Request {
    Change(Asking),
    Close(oneshot::Sender<()>),
}

/// How a change gives the connection back.
struct Returned {
    connection: SqliteConnection,
    /// Whom to tell when the group is on disk; none for a change that was dropped.
    committing: Option<Committing>,
}

/// A change under way: the connection, within a transaction that holds the write lock, so that what it
/// reads is still true when it writes. Dropping it takes back what it wrote.
pub struct Change {
    /// Always there but while it is given back.
    connection: Option<SqliteConnection>,
    back: Option<oneshot::Sender<Returned>>,
}

impl Writer {
    /// Takes the connection, which must not be within a transaction.
    pub fn start(connection: SqliteConnection) -> Self {
        let (requests, incoming) = mpsc::unbounded_channel();
        let lender = Lender {
            connection: Some(connection),
            incoming,
            held: None,
        };
        tokio::spawn(lender.run());
        Self { requests }
    }

    /// The next change, once those before it are through.
    pub async fn change(&self) -> Result<Change, sqlx::Error> {
        let (sender, receiver) = oneshot::channel();
        let asked = self.requests.send(Request::Change(sender));
        asked.map_err(|_| sqlx::Error::PoolClosed)?;
        receiver.await.map_err(|_| sqlx::Error::PoolClosed)?
    }

    /// Waits for what is under way and closes the connection.
    pub async fn close(&self) {
        let (sender, receiver) = oneshot::channel();
        if self.requests.send(Request::Close(sender)).is_ok() {
            // An error means that it is closed, which is what was asked for.
            let _ = receiver.await;
        }
    }
}

impl Change {
    /// Answers when the change is on disk.
    pub async fn commit(mut self) -> Result<(), sqlx::Error> {
        let (sender, receiver) = oneshot::channel();
        self.give_back(Some(sender));
        receiver.await.map_err(|_| sqlx::Error::PoolClosed)?
    }

    fn give_back(&mut self, committing: Option<Committing>) {
        if let (Some(connection), Some(back)) = (self.connection.take(), self.back.take()) {
            // Nobody waits for it any more only when the runtime ends.
            let _ = back.send(Returned {
                connection,
                committing,
            });
        }
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        self.give_back(None);
    }
}

impl Deref for Change {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        self.connection
            .as_ref()
            .expect("there until it is given back")
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        self.connection
            .as_mut()
            .expect("there until it is given back")
    }
}

/// Who lends the connection.
struct Lender {
    /// Always there but while it is lent.
    connection: Option<SqliteConnection>,
    incoming: mpsc::UnboundedReceiver<Request>,
    /// Came too late for a group; the next one begins with it.
    held: Option<Request>,
}

impl Lender {
    async fn run(mut self) {
        while let Some(request) = self.next().await {
            match request {
                Request::Change(first) => self.group(first).await,
                Request::Close(closed) => {
                    if let Some(connection) = self.connection.take() {
                        // It is closed either way; what was committed is on disk.
                        let _ = connection.close().await;
                    }
                    let _ = closed.send(());
                    return;
                }
            }
            if self.connection.is_none() {
                return;
            }
        }
    }

    async fn next(&mut self) -> Option<Request> {
        match self.held.take() {
            Some(request) => Some(request),
            None => self.incoming.recv().await,
        }
    }

    /// One transaction: the first change and those that come while it runs.
    async fn group(&mut self, first: Asking) {
        if let Err(error) = self.execute("BEGIN IMMEDIATE; SAVEPOINT change").await {
            // Of a beginning that failed in part nothing may stay.
            let _ = self.execute("ROLLBACK").await;
            let _ = first.send(Err(error));
            return;
        }
        let mut committing = Vec::new();
        let mut asking = first;
        let ended = loop {
            let Some(returned) = self.lend(asking).await else {
                return;
            };
            let kept = returned.is_some();
            committing.extend(returned);
            let next = self.incoming.try_recv().ok();
            match next {
                Some(Request::Change(next)) if committing.len() < STATE_GROUP_COMMIT => {
                    if let Err(error) = self.execute(next_change(kept)).await {
                        self.held = Some(Request::Change(next));
                        break Err(error);
                    }
                    asking = next;
                }
                late => {
                    self.held = late;
                    break self.execute(last_change(kept)).await;
                }
            }
        };
        if ended.is_err() {
            // SQLite may have taken the transaction back by itself, on a full disk for example.
            let _ = self.execute("ROLLBACK").await;
        }
        tell(committing, ended);
    }

    /// Lends the connection until it comes back, with whom to tell when the change is to be kept. `None`
    /// when it is lost with the runtime.
    async fn lend(&mut self, asking: Asking) -> Option<Option<Committing>> {
        let (back, returned) = oneshot::channel();
        let change = Change {
            connection: Some(self.connection.take()?),
            back: Some(back),
        };
        // One that nobody waits for any more is dropped here, which gives it back at once.
        drop(asking.send(Ok(change)));
        let returned = returned.await.ok()?;
        self.connection = Some(returned.connection);
        Some(returned.committing)
    }

    async fn execute(&mut self, statements: &'static str) -> Result<(), sqlx::Error> {
        let connection = self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)?;
        connection.execute(statements).await.map(drop)
    }
}

/// Ends a change and begins the next.
fn next_change(kept: bool) -> &'static str {
    match kept {
        true => "RELEASE change; SAVEPOINT change",
        false => "ROLLBACK TO change",
    }
}

/// Ends the last change and the group.
fn last_change(kept: bool) -> &'static str {
    match kept {
        true => "COMMIT",
        false => "ROLLBACK TO change; COMMIT",
    }
}

/// Tells everybody how the commit went. The first hears the database's own error, the others that theirs
/// went with it.
fn tell(committing: Vec<Committing>, ended: Result<(), sqlx::Error>) {
    let mut error = ended.err();
    let failed = error.is_some();
    for committing in committing {
        let outcome = match (failed, error.take()) {
            (false, _) => Ok(()),
            (true, Some(error)) => Err(error),
            (true, None) => Err(sqlx::Error::Io(std::io::Error::other(
                "the commit failed that this change was a part of",
            ))),
        };
        // Who has gone meanwhile finds the change when it looks.
        let _ = committing.send(outcome);
    }
}
