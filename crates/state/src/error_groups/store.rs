//! What both stores do alike with error groups: a connection as a [`Session`], and every method of
//! `ErrorGroupStore` as one transaction around it. How a transaction begins and ends, and what a value of a
//! row is, stays with the database.
//!
//! These are macros, because a transaction lends its connection to a future that borrows from both.
//!
//! [`Session`]: super::session::Session

/// Makes the connection a `Session`: its database, its arguments, what stands for `ROWS` and for `LISTED`, and how
/// a row is read.
macro_rules! session {
    ($connection:ty, $database:ty, $arguments:ty, $unpacked:expr, $listed:expr, $read:path) => {
        #[async_trait::async_trait]
        impl $crate::error_groups::session::Session for $connection {
            async fn execute(&mut self, statement: &str, cells: Vec<Cell>) -> Result<u64, Broken> {
                let done = prepared(statement, cells).execute(self).await?;
                Ok(done.rows_affected())
            }

            async fn rows(
                &mut self,
                statement: &str,
                cells: Vec<Cell>,
            ) -> Result<Vec<Row>, Broken> {
                let rows = prepared(statement, cells).fetch_all(self).await?;
                rows.iter().map(|row| Ok($read(row)?)).collect()
            }
        }

        fn prepared(
            statement: &str,
            cells: Vec<Cell>,
        ) -> sqlx::query::Query<'static, $database, $arguments> {
            let statement = statement
                .replace($crate::error_groups::session::ROWS, $unpacked)
                .replace($crate::error_groups::session::LISTED, $listed);
            let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
            for cell in cells {
                query = match cell {
                    Cell::Number(number) => query.bind(number),
                    Cell::Text(text) => query.bind(text),
                    Cell::Bytes(bytes) => query.bind(bytes),
                };
            }
            query
        }
    };
}

/// Implements `ErrorGroupStore`, with a macro for transactions that only look and one for those that change.
macro_rules! error_group_store {
    ($store:ty, $looking:ident, $changing:ident) => {
        #[async_trait::async_trait]
        impl ErrorGroupStore for $store {
            async fn follower_position(
                &self,
                source: &str,
            ) -> Result<FollowerPosition, StateError> {
                $looking!(self, |session| position::read(session, source))
            }

            async fn apply_errors(&self, batch: &GroupBatch) -> Result<Applied, StateError> {
                $changing!(self, |session| apply::apply(session, batch, self.now()))
            }

            async fn known_groups(&self, ids: &[String]) -> Result<Vec<(String, u32)>, StateError> {
                $looking!(self, |session| known(session, ids))
            }

            async fn fingerprint_versions_before(
                &self,
                version: u32,
            ) -> Result<Vec<u32>, StateError> {
                $looking!(self, |session| versions_before(session, version))
            }

            async fn error_groups(&self, filter: &GroupFilter) -> Result<GroupPage, StateError> {
                $looking!(self, |session| list::page(session, filter, self.now()))
            }

            async fn error_group(
                &self,
                id: &str,
                history: Span,
            ) -> Result<GroupDetail, StateError> {
                $looking!(self, |session| detail::detail(
                    session,
                    id,
                    history,
                    self.now()
                ))
            }

            async fn act_on_groups(
                &self,
                ids: &[String],
                action: &GroupAction,
            ) -> Result<Vec<ErrorGroup>, StateError> {
                $changing!(self, |session| act::act(session, ids, action, self.now()))
            }

            async fn error_group_tasks(
                &self,
                id: &str,
                limit: usize,
                offset: usize,
            ) -> Result<GroupTasks, StateError> {
                let found = $looking!(self, |session| tasks::page(session, id, limit, offset))?;
                with_tasks(self as &dyn StateStore, found).await
            }

            async fn requeueable_tasks(
                &self,
                id: &str,
                limit: usize,
            ) -> Result<Vec<String>, StateError> {
                $looking!(self, |session| tasks::requeueable(session, id, limit))
            }

            async fn prune_error_groups(
                &self,
                retention: &GroupRetention,
            ) -> Result<(u64, bool), StateError> {
                $changing!(self, |session| prune::prune(session, retention, self.now()))
            }
        }
    };
}

pub(crate) use {error_group_store, session};
