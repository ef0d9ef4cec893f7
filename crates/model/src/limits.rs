//! Every limit, in one place, with the reason for its value.

use std::time::Duration;

/// Largest HTTP request body, after decompression. Elasticsearch's `http.max_content_length`.
pub const MAX_REQUEST_BYTES: usize = 100 * 1024 * 1024;
/// Bodies of requests to the log store in memory at once; beyond it a whole request is refused with 429.
/// More than the largest one, and a hundred of the usual bulks of a thousand events.
pub const MAX_BODIES_BYTES: usize = 128 * 1024 * 1024;
/// Largest single document. A log line beyond this is a file, not a line.
pub const MAX_DOCUMENT_BYTES: usize = 10 * 1024 * 1024;
/// Deepest nesting of a document. serde_json stops at 128 by itself; Elasticsearch at 20 objects.
pub const MAX_DOCUMENT_DEPTH: usize = 120;
/// Longest `_id`, in bytes, as in Elasticsearch.
pub const MAX_ID_BYTES: usize = 512;
/// Longest index name, in bytes, as in Elasticsearch.
pub const MAX_INDEX_NAME_BYTES: usize = 255;
/// `from + size` of a search, Elasticsearch's `index.max_result_window`.
pub const MAX_RESULT_WINDOW: usize = 10_000;
/// Hits that are counted exactly unless a request asks otherwise, as in Elasticsearch.
pub const TRACK_TOTAL_HITS: usize = 10_000;
/// Matches that a search by score ranks: each costs about a microsecond, so that many are seconds of one core. They are
/// those of the newest parts; the others count, and are not among the hits.
pub const MAX_SCORED_DOCUMENTS: u64 = 2_000_000;
/// Rows of an index that are looked at to tell how rare a word is, and how long texts are: off by a few percent beyond
/// that, of which a score takes the logarithm, and some 20 ms for each word.
pub const MAX_COUNTED_ROWS: u64 = 64 * 1024;
/// Numbers that are counted side by side while a part is scored: 16 MiB with what is around them.
pub const MAX_COUNTED_AT_ONCE: usize = 1024 * 1024;
/// Scrolls and points in time that are open at once, Elasticsearch's `search.max_open_scroll_context`.
pub const MAX_SEARCH_CONTEXTS: usize = 500;
/// Bytes of the requests of all open scrolls, which are kept to go on: each has a query, some a long list of ids.
pub const MAX_CONTEXT_BYTES: usize = 16 * 1024 * 1024;
/// Memory for what the scores of all open scrolls and points in time know of words and fields, so that their pages
/// agree: a hundred bytes for each word, field and index.
pub const MAX_CONTEXT_STATISTICS_BYTES: usize = 16 * 1024 * 1024;
/// What one of them takes of that, so that a query of very many words leaves the others theirs: some 10,000 words of
/// fields. Beyond it each page counts anew.
pub const MAX_STATISTICS_BYTES_PER_CONTEXT: usize = 2 * 1024 * 1024;
/// Longest time between two uses of a scroll or point in time, Elasticsearch's `search.max_keep_alive`.
pub const MAX_CONTEXT_KEEP_ALIVE: Duration = Duration::from_secs(24 * 3600);
/// Slices of one scroll or point in time, Elasticsearch's `index.max_slices_per_scroll`.
pub const MAX_SLICES: u64 = 1_024;
/// Answers of `_async_search` that are kept at once, and their bytes together: clients fetch theirs within seconds.
pub const MAX_KEPT_ANSWERS: usize = 100;
pub const MAX_KEPT_ANSWER_BYTES: usize = 32 * 1024 * 1024;
/// Longest time such an answer is kept; beyond it the search is quicker made again.
pub const MAX_ANSWER_KEEP_ALIVE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Tasks of `_tasks` that run at once: each rewrites segments, and one keeps the disk busy.
pub const MAX_RUNNING_TASKS: usize = 8;
/// Tasks that are done and remembered: each is some hundred bytes.
pub const MAX_FINISHED_TASKS: usize = 1_000;
/// Templates, aliases, policies and the like, together, in bytes: what a dozen shippers bring along. They are in
/// memory as well, and written as a whole with every change.
pub const MAX_CATALOG_BYTES: usize = 8 * 1024 * 1024;
/// Tokens that `_analyze` shows, as in Elasticsearch; those of all steps that it explains together.
pub const MAX_ANALYZE_TOKENS: usize = 10_000;
/// Bytes of these tokens: one may be a whole text.
pub const MAX_ANALYZE_BYTES: usize = 2 * MAX_DOCUMENT_BYTES;
/// Filters that a request to `_analyze` puts together; real analysers have up to ten.
pub const MAX_ANALYZE_FILTERS: usize = 50;
/// Parts between dots of the name of a setting, with the objects around it; the longest of Elasticsearch has nine.
pub const MAX_SETTING_PARTS: usize = 20;
/// Levels of the fields of a mapping, those that dots in names make among them: Elasticsearch's
/// `index.mapping.depth.limit`. Each level is an object in an object, which is read and written by recursion.
pub const MAX_MAPPING_DEPTH: usize = 20;
/// Processors of an ingest pipeline, those for failures among them: each costs every document, and the largest that
/// shippers bring along have about a hundred.
pub const MAX_PIPELINE_STEPS: usize = 1_000;
/// Deepest nesting of what a pipeline does on failure; two levels are seen.
pub const MAX_PIPELINE_DEPTH: usize = 8;
/// Processors and parts of conditions that run for one document, those of pipelines that pipelines call and of
/// `foreach` among them: ten times what the longest pipeline has, and less than a second's work.
pub const MAX_PIPELINE_RUN: usize = 10_000;
/// Bytes of a value that a part of a condition looks through as one of these steps: together with them some 300 MB,
/// less than a second's work too.
pub const CONDITION_STEP_BYTES: usize = 32 * 1024;
/// Processors within processors that run for one document: pipelines that call pipelines, `foreach` and what is done
/// on failure. Each takes some of the stack; shippers go four deep.
pub const MAX_PIPELINE_NESTING: usize = 50;
/// Documents that `_reindex` and `_update_by_query` hold at once: what a scroll of Elasticsearch takes.
pub const REWRITTEN_AT_ONCE: usize = 1_000;
/// Documents that they take first, when nobody knows yet how long they are.
pub const REWRITTEN_AT_FIRST: usize = 100;
/// Bytes of documents that they write at once, and about what they take: with twice the room in the queue of writes
/// they leave most of that to who ingests.
pub const REWRITE_BATCH_BYTES: usize = 8 * 1024 * 1024;
/// How often they send a batch again that a busy store refuses; with the pauses between, two minutes.
pub const REWRITE_TRIES: u32 = 600;
/// Documents that are tried out in one request: a person reads them.
pub const MAX_SIMULATED_DOCUMENTS: usize = 1_000;
/// What trying out shows, in bytes, for all documents and all processors together: as much as two of the largest
/// documents, before and after.
pub const MAX_SIMULATED_BYTES: usize = 4 * MAX_DOCUMENT_BYTES;
/// Keys of a dissect pattern; a line of a web server has a dozen.
pub const MAX_DISSECT_KEYS: usize = 1_000;
/// Regular expressions of one ingest pipeline: each stays in memory, and the largest that shippers bring along have
/// some dozens.
pub const MAX_INGEST_PATTERNS: usize = 200;
/// Memory of one compiled expression of a processor. A line of a web server needs a tenth of it.
pub const MAX_INGEST_EXPRESSION_BYTES: usize = 8 * 1024 * 1024;
/// How deep grok patterns may name patterns; those for a line of a web server go six deep.
pub const MAX_GROK_DEPTH: usize = 20;
/// A grok expression with all patterns written out; a line of a web server has about 6 KB.
pub const MAX_GROK_EXPRESSION_BYTES: usize = 64 * 1024;
/// Documents of one `_mget`: a page of a search has no more, and each may be as large as a document gets.
pub const MAX_GET_DOCUMENTS: usize = MAX_RESULT_WINDOW;
/// How often an update is tried when others write between its reading and its writing. Who asks for more
/// has a queue in a document.
pub const MAX_UPDATE_TRIES: u32 = 100;
/// Buckets in one reply, Elasticsearch's `search.max_buckets`.
pub const MAX_BUCKETS: usize = 65_536;
/// Clauses in one query, Elasticsearch's `indices.query.bool.max_clause_count` floor.
pub const MAX_CLAUSES: usize = 1_024;
/// Terms of one `terms_set`: each number of them that a document may ask for is a clause of its own.
pub const MAX_SET_TERMS: usize = 48;
/// Longest regular expression of a search, in characters, Elasticsearch's `index.max_regex_length`.
pub const MAX_REGEXP_CHARS: usize = 1_000;
/// Numbers of one interval `<n-m>` in a regular expression: each becomes an alternative.
pub const MAX_REGEXP_INTERVAL: u64 = 1_000;
/// Searches for the `inner_hits` of one collapsed search: each group and name is one.
pub const MAX_INNER_SEARCHES: usize = 1_000;
/// Documents whose objects are looked at one by one are read together up to so many bytes, as far as the size of those
/// before tells: each thread of a search holds them, with what is read from them.
pub const SOURCES_AT_ONCE_BYTES: usize = 4 * 1024 * 1024;
/// Objects of such documents that are aggregated together, those of one document aside: some MB of columns.
pub const MAX_OBJECTS_AT_ONCE: usize = 64 * 1024;
/// Names in `indices_boost`: each is looked for among all indices.
pub const MAX_INDEX_BOOSTS: usize = 1_000;
/// Values that one `terms` takes from another document, Elasticsearch's `index.max_terms_count`.
pub const MAX_LOOKED_UP_TERMS: usize = 65_536;
/// Indices of one search for the scores of a step of `rescore`: each is a clause, and a search has room for as many.
pub const RESCORED_INDICES_AT_ONCE: usize = 256;
/// Parts between dots of a path whose `inner_hits` are shown: each is an object around the one that was found, and
/// Elasticsearch maps no more (`index.mapping.depth.limit`).
pub const MAX_NESTED_PATH_PARTS: usize = 20;
/// Steps of `rescore` in one search: each is one more search.
pub const MAX_RESCORES: usize = 10;
/// `terms` clauses of one search whose values are in other documents: each is one more document that is read.
pub const MAX_TERMS_LOOKUPS: usize = 64;
/// Characters of one value that are looked at for highlights, Elasticsearch's `index.highlight.max_analyzed_offset`.
pub const MAX_HIGHLIGHTED_CHARS: usize = 1_000_000;
/// Depth of a query, Elasticsearch's `indices.query.bool.max_nested_depth`.
pub const MAX_QUERY_DEPTH: usize = 30;
/// Longest query text, in bytes.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;
/// Longest PromQL query, in bytes: dashboards put thousands of instances into one pattern.
pub const MAX_EXPRESSION_BYTES: usize = 1024 * 1024;
/// Levels of a PromQL tree, chains of operators included. Whoever walks over a tree may recurse, and
/// a thread has 2 MB of stack.
pub const MAX_EXPRESSION_DEPTH: usize = 256;
/// Values of one series in the notation of test scripts, where few letters stand for many. Buckets of
/// repeated histograms count as well.
pub const MAX_SEQUENCE_VALUES: usize = 1_000_000;
/// Memory one compiled regular expression or wildcard may take.
pub const MAX_PATTERN_BYTES: usize = 1024 * 1024;
/// Memory of a pattern's table of states, where it has one: what the second-level cache holds beside the
/// values, and milliseconds to build. Larger patterns go without.
pub const MAX_QUICK_PATTERN_BYTES: usize = 256 * 1024;
/// Longest string that an exact match, sort or `terms` aggregation sees whole; longer ones are
/// still stored and searched word by word. Lucene's largest term.
pub const MAX_KEYWORD_BYTES: usize = 32_766;
/// Columns a segment keeps; values of further fields are found through the document itself.
pub const MAX_SEGMENT_COLUMNS: usize = 512;
/// Values in a document that is kept as a shape and columns; one with more is kept as its bytes. A log
/// line has some ten, a statement about a whole cluster some hundred.
pub const MAX_SHAPE_SLOTS: usize = 512;
/// Keys and structure of such a document, its values aside, in bytes.
pub const MAX_SHAPE_BYTES: usize = 16 * 1024;
/// Shapes of one memtable or group of rows; documents of further shapes are kept as their bytes. Programs
/// have as many shapes as log statements, times the fields that come and go.
pub const MAX_BLOCK_SHAPES: usize = 4_096;
/// Memory of these shapes: of programs whose keys are data, like ids, nearly every document is a shape.
pub const MAX_BLOCK_SHAPE_BYTES: usize = 4 * 1024 * 1024;
/// Memory of what a parser of documents remembers of those it has read: some thousand shapes. When it is
/// used up, the parser begins anew with the next request. There are as many parsers as cores.
pub const MAX_LEARNED_BYTES: usize = 2 * 1024 * 1024;
/// Fields that such a parser has a number for; values of others go to the overflow column.
pub const MAX_LEARNED_FIELDS: usize = 16_384;
/// What may follow one value in the documents that a parser remembers. They are tried one by one.
pub const MAX_FRAGMENT_BRANCHES: usize = 64;
/// Percentiles or ranks of one aggregation: a curve's worth of points, and few against the numbers.
pub const MAX_PERCENTILES: usize = 1_000;
/// Nested aggregations, outermost to innermost.
pub const MAX_AGGREGATION_DEPTH: usize = 16;
/// Longest script of an aggregation or condition of a processor, in bytes: a formula, not a program.
pub const MAX_SCRIPT_BYTES: usize = 16 * 1024;
/// Nesting of a script or condition, which is read and computed by recursion.
pub const MAX_SCRIPT_DEPTH: usize = 64;
/// Steps of all pipeline aggregations of a request, where a step is a number looked at or an operation: under
/// a second of work.
pub const MAX_REDUCTION_STEPS: u64 = 50_000_000;
/// Documents that a value may have and still be rare, as in Elasticsearch.
pub const MAX_RARE_DOCUMENTS: u64 = 100;
/// Values that `significant_terms` compares with the background, the most frequent in the bucket: each costs a
/// bucket of the searches ahead.
pub const MAX_SIGNIFICANT_CANDIDATES: usize = 20_000;
/// Such aggregations in one request: each is a search ahead, and they share the candidates that one reply may have, of
/// which some 2,000 are left for each.
pub const MAX_SIGNIFICANT_TERMS: usize = 32;
/// Filters of an `adjacency_matrix`, which has a bucket for every two of them.
pub const MAX_ADJACENT_FILTERS: usize = 100;
/// Buckets that `auto_date_histogram` may be asked for, and one more, as in Elasticsearch.
pub const MAX_AUTO_BUCKETS: usize = 2_184;
/// Values in one combination of `composite` or `multi_terms`.
pub const MAX_TUPLE_SOURCES: usize = 32;
/// Documents of one bucket that `top_hits` gives, Elasticsearch's `index.max_inner_result_window`.
pub const MAX_INNER_WINDOW: usize = 100;
/// Documents of one bucket that `top_metrics` looks at, Elasticsearch's `index.top_metrics_max_size`.
pub const MAX_TOP_METRICS: usize = 10;
/// Documents that the buckets of one `top_hits` keep while they are looked for: some 200 MB.
pub const MAX_KEPT_HITS: usize = 2_000_000;
/// Buckets that a `moving_fn` looks at around each.
pub const MAX_WINDOW: usize = 10_000;

/// Rows an in-memory block holds before it becomes a segment on disk.
pub const MEMTABLE_ROWS: usize = 72 * 1024;
/// Raw bytes the memtable holds before it is written out as a segment.
pub const MEMTABLE_BYTES: usize = 64 * 1024 * 1024;
/// Values of one page that cost no bytes of their own, because all are alike: a reader of a page that
/// claims more does not believe it. Several times a row group.
pub const MAX_PAGE_VALUES: usize = 1024 * 1024;
/// Bytes of one page in memory: a reader of a page that claims more does not believe it. Twice the
/// largest request, so that no write comes near.
pub const MAX_PAGE_BYTES: usize = 256 * 1024 * 1024;
/// Memory of unacknowledged writes that may wait; beyond it a whole request is refused with 429. A dozen of
/// the largest usual requests; with the memtable and the one being written out some 150 MB.
pub const WRITE_QUEUE_BYTES: usize = 64 * 1024 * 1024;
/// Bytes of a disk that documents may not take: manifests, deletions, the state and metrics on the same disk
/// go on when documents are refused already.
pub const DISK_RESERVE_BYTES: u64 = 64 * 1024 * 1024;
/// Of a small disk, one part in so many is enough: Elasticsearch's flood stage leaves as much.
pub const DISK_RESERVE_SHARE: u64 = 20;
/// Searches that run at once on the embedded store; more wait in line.
pub const MAX_CONCURRENT_SEARCHES: usize = 8;
/// Searches of one request (`_msearch`) that run at once: less than all, so that others get their turn.
pub const MAX_CONCURRENT_SEARCHES_OF_REQUEST: usize = 4;
/// Searches that may wait in line; beyond it a search is refused with 429.
pub const MAX_WAITING_SEARCHES: usize = 256;
/// A search that takes longer gives up.
pub const SEARCH_TIMEOUT: Duration = Duration::from_secs(30);
/// A search that took so long and is not at its end gets the threads that are spare; to start one costs a
/// tenth of this.
pub const SEARCH_PATIENCE: Duration = Duration::from_micros(400);

/// Retention of logs by age unless configured: a week covers "what happened last Thursday".
pub const RETENTION_AGE: Duration = Duration::from_secs(7 * 24 * 3600);
/// Retention of logs by size on disk unless configured.
pub const RETENTION_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// Longest line a collector takes as one event; the rest is cut off and the event says so.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;
/// Lines of one traceback that are kept; of an endless recursion the ends tell the story.
pub const MAX_TRACEBACK_LINES: usize = 1_000;
/// Lines that a collector holds back because they may begin a traceback.
pub const MAX_UNDECIDED_LINES: usize = 30;
/// How long they are held back when nothing follows.
pub const TRACEBACK_PATIENCE: Duration = Duration::from_millis(300);
/// Events the collector keeps in memory while the store is slow.
pub const COLLECT_QUEUE_EVENTS: usize = 10_000;

/// Events of a wrapped program kept in memory while the server is slow; more go to its spool.
pub const PENDING_EVENTS: usize = 20_000;
/// Events of a wrapped program kept on disk while the server does not answer.
pub const SPOOL_BYTES: u64 = 1024 * 1024 * 1024;

/// Longest template of a label or annotation, in bytes. Runbooks are linked to, not written into rules.
pub const MAX_TEMPLATE_BYTES: usize = 64 * 1024;
/// Deepest nesting of a template's blocks and parentheses, and of templates that call templates.
pub const MAX_TEMPLATE_DEPTH: usize = 50;
/// Commands and rounds of loops in one expansion of a template: a second's work at most.
pub const MAX_TEMPLATE_STEPS: usize = 100_000;
/// Longest text that one expansion makes. Receivers of alerts cut far earlier.
pub const MAX_TEMPLATE_OUTPUT: usize = 64 * 1024;

/// Changes of alerts that are kept: some weeks of a swarm whose alerts are worth reading.
pub const ALERT_HISTORY_ENTRIES: usize = 10_000;
/// Notifications that wait for one Alertmanager; beyond it the oldest go. Prometheus's default.
pub const NOTIFICATION_QUEUE: usize = 10_000;
/// Notifications in one request. Prometheus's.
pub const NOTIFICATION_BATCH: usize = 64;
/// First wait after a receiver of alerts did not answer; doubles each time.
pub const NOTIFICATION_RETRY_BASE: Duration = Duration::from_secs(1);
/// Longest wait for a receiver of alerts: half the time after which it hears of an alert again anyway.
pub const NOTIFICATION_RETRY_CAP: Duration = Duration::from_secs(30);
/// How long a shutdown waits for notifications that are still queued.
pub const NOTIFICATION_DRAIN: Duration = Duration::from_secs(5);
/// Bytes of a receiver's answer that are read; only an error's first line is of use.
pub const MAX_NOTIFICATION_REPLY: usize = 64 * 1024;
/// Alerts in one message to a receiver: more than anybody reads, and a body that every receiver takes.
pub const MAX_MESSAGE_ALERTS: usize = 256;
/// Alerts that a mail or a chat lists one by one; further ones are counted.
pub const MAX_MESSAGE_LINES: usize = 20;
/// From the first change of a group of alerts to the word of it, unless configured: what breaks together is
/// noticed within a few evaluations.
pub const GROUP_WAIT: Duration = Duration::from_secs(10);
/// Between two words of changes of a group, unless configured: an alert that comes and goes with every
/// evaluation is heard of once a minute.
pub const GROUP_INTERVAL: Duration = Duration::from_secs(60);
/// After which what still fires is told again, unless configured. Alertmanager's default.
pub const REPEAT_INTERVAL: Duration = Duration::from_secs(4 * 3600);
/// How long the last word of a group is remembered: longer than any sensible interval between two words.
pub const GROUP_MEMORY: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long a step of a mail server is waited for unless configured; some look a sender up first.
pub const SMTP_TIMEOUT: Duration = Duration::from_secs(30);
/// Rules that are made in the web UI; more belong into files that somebody keeps in order.
pub const MAX_OWN_RULES: usize = 200;
/// Distance of two evaluations of a rule that is tried on the past: as fine as it may be.
pub const TRIAL_STEP: Duration = Duration::from_secs(15);
/// Evaluations of such a trial at most, a week by the minute: the steps of a range query.
pub const MAX_TRIAL_STEPS: usize = MAX_RANGE_STEPS as usize;
/// Alerts that such a trial lists. A rule that fires more often is no good, which is known by then.
pub const MAX_TRIAL_ALERTS: usize = 1_000;
/// How long such a trial may take: somebody waits for it.
pub const TRIAL_TIMEOUT: Duration = Duration::from_secs(20);
/// Silences that last or wait at a time. Each is looked at for every alert.
pub const MAX_SILENCES: usize = 1_000;
/// Matchers of one silence.
pub const MAX_SILENCE_MATCHERS: usize = 32;
/// Longest comment or author of a silence, in bytes: a sentence or two.
pub const MAX_SILENCE_COMMENT_BYTES: usize = 1_024;
/// How long a silence that ended is shown. Alertmanager's `data.retention`.
pub const SILENCE_RETENTION: Duration = Duration::from_secs(5 * 24 * 3600);
/// How long a server that ends waits for the answer to a word that is on its way to a receiver: a quick receiver's
/// answer, and short enough for whoever waits for the end.
pub const LAST_WORD_WAIT: Duration = Duration::from_secs(3);
/// How long a webhook's answer is waited for unless configured.
pub const WEBHOOK_TIMEOUT: Duration = Duration::from_secs(10);
/// Alerts that one rule over logs or errors may have at a time: more are one alert, of another rule.
pub const MAX_RULE_ANSWERS: usize = 1_000;
/// How late an error may arrive and still be news: a spool is sent within minutes, a first look at old logs finds
/// groups by the hundred that are none.
pub const NEW_ERROR_LATENESS: Duration = Duration::from_secs(3600);
/// Letters of an error group's title that its alert carries as a label.
pub const MAX_ERROR_TITLE_LABEL: usize = 200;
/// Fields that a rule over logs counts by: what tells alerts apart, not what is worth knowing.
pub const MAX_RULE_FIELDS: usize = 3;
/// Longest time that a rule looks back over logs, errors and agents: a month's reports are no alerts.
pub const MAX_RULE_WINDOW: Duration = Duration::from_secs(31 * 24 * 3600);
/// How long a store of logs, errors or tasks may take to answer a rule: a search gives up by itself by then.
pub const RULE_SOURCE_TIMEOUT: Duration = Duration::from_secs(35);
/// Groups of rules that are evaluated at once; more wait their turn. Twice the cores of a small machine,
/// so that rules cannot crowd out queries.
pub const MAX_RULE_EVALUATIONS: usize = 4;
/// After which Alertmanagers hear of an alert again. Prometheus's `rules.alert.resend-delay`.
pub const RESEND_DELAY: Duration = Duration::from_secs(60);
/// Up to which an outage is not held against an alert that was waiting. Prometheus's
/// `rules.alert.for-outage-tolerance`.
pub const FOR_OUTAGE_TOLERANCE: Duration = Duration::from_secs(3600);
/// What an alert that was waiting before a restart waits at least after it. Prometheus's
/// `rules.alert.for-grace-period`.
pub const FOR_GRACE_PERIOD: Duration = Duration::from_secs(600);
/// How long after a start an alert from before has to be missing to have ended: metrics are scraped every
/// minute at least, and agents need a moment to come back.
pub const SETTLE_AFTER: Duration = Duration::from_secs(90);
/// How long a resolved alert is told, so that an Alertmanager that was away hears of its end. Prometheus's.
pub const RESOLVED_RETENTION: Duration = Duration::from_secs(15 * 60);

/// How long a claimed task stays with its worker without a renewal.
pub const LEASE: Duration = Duration::from_secs(10);
/// An agent whose last heartbeat is older than this is shown as inactive.
pub const AGENT_SILENT_AFTER: Duration = Duration::from_secs(10);
/// A task that an agent took with SQL of its own has no lease. It returns to the queue when neither
/// the task nor its agent has shown a change for this long: such agents often give signs of life only
/// between two tasks, so a task that takes minutes must not look like a death.
pub const FOREIGN_TASK_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// How often expired leases and silent agents are looked for: a tenth of the lease, so that a death
/// costs about one lease.
pub const SWEEP_EVERY: Duration = Duration::from_secs(1);
/// Days that finished tasks and their history are kept: a month covers "how was it last month".
pub const STATE_RETENTION_DAYS: u32 = 30;
/// Rows that retention removes in one transaction: few enough that nobody notices the wait.
pub const PRUNE_BATCH: u32 = 1_000;
/// Between two looks for what retention removes, once a look has found less than a full batch.
pub const PRUNE_EVERY: Duration = Duration::from_secs(60);
/// How often waiting tasks are counted: a metric is scraped every quarter of a minute.
pub const COUNT_QUEUE_EVERY: Duration = Duration::from_secs(10);
/// Each count reads an index of all waiting tasks, and the next one comes so many times later than this took:
/// a fifth of a percent of the time while a count takes up to a tenth of a second.
pub const COUNT_QUEUE_REST: u32 = 500;
/// But no later than this, however long one took that had to wait for the database: rules look at the gauge.
pub const COUNT_QUEUE_WITHIN: Duration = Duration::from_secs(60);
/// Tasks that one sweep takes back, so that a sweep after an outage ends and is seen to work.
pub const SWEEP_BATCH: usize = 1_000;
/// Rows of `system_config` that are read; ours are fewer than ten, agents may keep some of theirs.
pub const MAX_SETTINGS: u32 = 1_000;
/// Connections of one process to a state database, three of them for batches and one to hear of others' tasks.
/// PostgreSQL allows 100 in all unless configured.
pub const STATE_CONNECTIONS: u32 = 10;
/// Between two announcements of work to other processes: what comes meanwhile goes with the next one, so that
/// two hundred a second are the most that a queue of any speed costs.
pub const ANNOUNCE_PAUSE: Duration = Duration::from_millis(5);
/// Longest announcement; PostgreSQL takes up to 8,000 bytes. More to say is said as "anything".
pub const MAX_ANNOUNCEMENT_BYTES: usize = 7_000;
/// Between two tries to hear of others' work when the database is away.
pub const ANNOUNCED_PAUSE: Duration = Duration::from_secs(1);
/// How often changed tasks are looked for while somebody watches: soon enough to feel live.
pub const WATCH_EVERY: Duration = Duration::from_millis(250);
/// How far each of these looks goes back: longer than a change takes from its time to its commit.
pub const WATCH_OVERLAP: Duration = Duration::from_millis(500);
/// Changed tasks of one look; more in one go nobody can read, and who watches is told to list anew.
pub const MAX_WATCHED_AT_ONCE: usize = 1_000;
/// Changes that the id of an event names, so that a reader who comes back does not hear of them again: ten letters
/// each, and servers and proxies take headers of four to eight kilobytes.
pub const MAX_MARKED: usize = 256;
/// Looks that wait for a slow reader before it misses some.
pub const WATCH_BACKLOG: usize = 16;
/// Waiting claims that are woken in vain for one task, because others were quicker: with each the
/// chance falls that it is still there.
pub const VAIN_WAKES: u32 = 3;
/// Dead letters of a page, each with all its attempts.
pub const MAX_DEAD_LETTERS: usize = 100;
/// Changes of an embedded state that are committed together: the write lock is held for some
/// milliseconds at most, and the sync of the disk is shared by so many.
pub const STATE_GROUP_COMMIT: usize = 64;
/// Tasks that one call may claim, or complete: what the state does together, and few enough that whoever loses
/// the answer leaves little work lying until the leases run out.
pub const MAX_WORK_AT_ONCE: usize = STATE_GROUP_COMMIT;
/// How long an operation on the state keeps trying while the database is away: shorter than the
/// shortest usual HTTP timeout, longer than a database's restart.
pub const STATE_PATIENCE: Duration = Duration::from_secs(5);
/// How long one statement on the state may take; they take milliseconds, so it is a broken network.
pub const STATE_STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a start waits for the state database, which may be starting at the same time.
pub const STATE_START_PATIENCE: Duration = Duration::from_secs(30);
/// How long a look at the health of the state may take before the answer is "unreachable".
pub const STATE_PING_TIMEOUT: Duration = Duration::from_secs(2);
/// For so long after a failed try no connection for batches is tried: each try may take as long, and all that wait for
/// their batch would wait for one try after another instead of going alone, where failures are met with patience.
pub const STATE_BATCH_PAUSE: Duration = Duration::from_secs(1);
/// Delayed tasks that one claim lets into the queue: it pays for others, but not for all of them.
pub const ADMIT_BATCH: u32 = 256;
/// How much waiting one level of priority is worth: a task of high priority overtakes medium ones
/// that are up to this much older, and low ones up to twice as much. So a task of low priority waits
/// at most for those that come within twice this time after it.
pub const PRIORITY_HEAD_START: Duration = Duration::from_secs(600);
/// Skills that one task may require: more are no skills but a description.
pub const MAX_SKILLS: usize = 32;
/// Longest delay, deadline and window of an idempotency key: ten years are for ever.
pub const MAX_TASK_SPAN: Duration = Duration::from_secs(10 * 365 * 24 * 3600);
/// Tasks that one call may requeue: it is one transaction, which others wait for on SQLite.
pub const MAX_REQUEUE: u64 = 10_000;
/// Schedules that may be kept: each is looked at in every round.
pub const MAX_SCHEDULES: u32 = 1_000;
/// Missed ticks of one schedule that one round makes up for; the next round goes on.
pub const MAX_TICKS_A_ROUND: usize = 100;
/// How late a tick may be seen to that is not made up for: a busy round is no downtime.
pub const TICK_GRACE: Duration = Duration::from_secs(30);
/// Tasks above one another: deeper trees come from a task that makes its like for ever.
pub const MAX_TASK_DEPTH: usize = 32;
/// Retries of a transient failure, unless a task says otherwise.
pub const MAX_RETRIES: u32 = 3;
/// First wait before a retry; doubles each time.
pub const RETRY_BASE: Duration = Duration::from_millis(500);
/// Longest wait before a retry.
pub const RETRY_CAP: Duration = Duration::from_secs(10);
/// Largest page of tasks or agents in one reply.
pub const MAX_PAGE: usize = 1_000;
/// Longest task id, task type or agent name, in bytes.
pub const MAX_NAME_BYTES: usize = 255;
/// Largest `metadata` of a task or agent, in bytes.
pub const MAX_METADATA_BYTES: usize = 1024 * 1024;
/// Agents with an account of their own in the ledger; a swarm with more names is mislabelling.
pub const MAX_ACCOUNTED_AGENTS: usize = 10_000;
/// How often an agent reports how many events it has emitted, when there are any: seldom enough to be no
/// noise, often enough that a gap is seen within a minute.
pub const LEDGER_REPORT_EVERY: Duration = Duration::from_secs(10);
/// Longest token of a text field, in characters; longer words are cut into pieces, as in Lucene.
pub const MAX_TOKEN_CHARS: usize = 255;

/// How long a logging call waits for a line longer than a pipe takes in one piece: an error with its
/// traceback should be out before the program can end, and a reader that does not read must not hold
/// the program up.
pub const LONG_LINE_WAIT: Duration = Duration::from_millis(10);
/// Values in one event's metadata, nested ones counted; what is beyond is named, not written. More
/// than a line may hold, and a bound for objects that contain each other many times over.
pub const MAX_METADATA_VALUES: usize = 50_000;
/// Nesting of one event's metadata; deeper values are written as text.
pub const MAX_METADATA_DEPTH: usize = 32;

/// Values in one YAML file once its aliases are written out. A configuration of ten thousand targets has
/// about a hundred thousand; a file of a few lines whose aliases contain each other has billions.
pub const MAX_YAML_VALUES: usize = 2_000_000;
/// Nesting of a YAML file. `prometheus.yml` needs seven levels.
pub const MAX_YAML_DEPTH: usize = 64;
/// Labels of one series, all names and values together, in bytes. Prometheus has no limit; one series with
/// more than this is a document, not a series.
pub const MAX_LABEL_BYTES: usize = 64 * 1024;
/// Labels of one series. Prometheus has no limit; Mimir's is 30, and what exceeds this is a mistake.
pub const MAX_SERIES_LABELS: usize = 256;
/// Series in memory of one metric name: twice the widest query that has to be fast, and some 200 MB.
pub const MAX_METRIC_SERIES: usize = 200_000;
/// Series in memory of one target, its `job` and `instance`. A node exporter has some 2,000, the largest
/// exporters of clusters some 100,000; an agent that labels by task id has as many as it has tasks.
pub const MAX_TARGET_SERIES: usize = 100_000;
/// Series in memory in all: what 4 GB hold with the samples of three hours.
pub const MAX_SERIES: usize = 3_000_000;
/// Exemplars kept in memory, the newest of all series: Prometheus's default, some 25 MB.
pub const MAX_EXEMPLARS: usize = 100_000;
/// Length of the shortest blocks of samples: Prometheus's. Their ends are multiples of it.
pub const BLOCK_PERIOD: Duration = Duration::from_secs(2 * 3600);
/// Retention of samples by age unless configured: Prometheus's.
pub const METRIC_RETENTION_AGE: Duration = Duration::from_secs(15 * 24 * 3600);
/// Retention of samples by size on disk unless configured: some ten billion samples.
pub const METRIC_RETENTION_BYTES: u64 = 10 * 1024 * 1024 * 1024;
/// How far ahead of this machine's clock a sample may be, as for Prometheus's scrapes. One from next year
/// would make all of today's too old.
pub const MAX_SAMPLE_AHEAD: Duration = Duration::from_secs(10 * 60);
/// Memory for decoded pages of blocks: the index of some hundred thousand series.
pub const BLOCK_CACHE_BYTES: usize = 128 * 1024 * 1024;
/// Bytes of the metrics' log after which a checkpoint replaces it, whatever else is going on: some ten
/// seconds of reading at a start.
pub const MAX_LOG_BYTES: u64 = 1024 * 1024 * 1024;
/// How long samples that need not be on disk at once may stay unsynced.
pub const SYNC_EVERY: Duration = Duration::from_secs(1);

/// An agent that has given no sign of life for this long is no target of scrapes any more. Until then it is
/// missed: the shipped alert looks a day back.
pub const FORGET_AGENT_TARGET_AFTER: Duration = Duration::from_secs(24 * 3600);
/// PromQL queries that run at once, Prometheus's `query.max-concurrency`; more wait in line.
pub const MAX_CONCURRENT_QUERIES: usize = 20;
/// Steps of a range query: a week by the minute, a year by the hour. Prometheus's limit.
pub const MAX_RANGE_STEPS: i64 = 11_000;
/// Requests with samples that are stored at once; more wait. Each may hold its message several times over
/// while it is unpacked, so this bounds the memory of all senders together.
pub const MAX_CONCURRENT_WRITES: usize = 8;
/// Largest message of remote write, unpacked. Prometheus sends 2,000 samples at once, about 1 MB; what is
/// far beyond that is a mistake or a bomb.
pub const MAX_REMOTE_WRITE_BYTES: usize = 64 * 1024 * 1024;
/// Largest request of remote read, unpacked: a few selectors.
pub const MAX_REMOTE_READ_BYTES: usize = 1024 * 1024;
/// Largest form that is posted to Prometheus's API: Go's limit.
pub const MAX_FORM_BYTES: usize = 10 * 1024 * 1024;

/// Samples that a PromQL query may hold at once, Prometheus's `query.max-samples`.
pub const MAX_QUERY_SAMPLES: usize = 50_000_000;
/// How long a PromQL query may take, Prometheus's `query.timeout`.
pub const QUERY_TIMEOUT: Duration = Duration::from_secs(120);
/// How old a sample may be to count as a series' current value, Prometheus's `query.lookback-delta`.
pub const QUERY_LOOKBACK: Duration = Duration::from_secs(300);
/// Step of subqueries that name none: Prometheus's default evaluation interval.
pub const SUBQUERY_INTERVAL: Duration = Duration::from_secs(60);
/// Threads of one PromQL query over many series: half the gain of more, and other queries run, too.
pub const QUERY_THREADS: usize = 2;

/// Scrapes that run at once; more wait in line. Enough that a thousand slow targets do not starve the
/// others, and few enough that their pages fit into memory.
pub const MAX_CONCURRENT_SCRAPES: usize = 64;
/// Largest page of metrics, uncompressed, unless `body_size_limit` says otherwise: a million series.
pub const MAX_SCRAPE_BYTES: usize = 128 * 1024 * 1024;
/// How late a scrape may be and still get the time that it was due at: even distances between samples
/// compress best. Prometheus's tolerance; at most a hundredth of the interval.
pub const SCRAPE_TIME_TOLERANCE: Duration = Duration::from_millis(2);
/// Scrapes after which the metadata of a family that is gone is forgotten, as in Prometheus.
pub const METADATA_SCRAPES: u64 = 10;
/// Between two looks at the files of file discovery; they are read only when they changed.
pub const FILE_DISCOVERY_POLL: Duration = Duration::from_secs(2);
/// Largest file or reply of a discovery: a hundred thousand targets.
pub const MAX_DISCOVERY_BYTES: usize = 32 * 1024 * 1024;

/// Bytes of one segment of the queue of samples that wait to be sent to other systems: what a removal
/// takes away at once.
pub const REMOTE_SEGMENT_BYTES: u64 = 16 * 1024 * 1024;
/// Bytes of that queue in all: an outage of some hours at ten thousand samples a second. Beyond it the
/// oldest samples are dropped, counted and reported, because the disk is for what happens here.
pub const REMOTE_QUEUE_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Largest record of that queue; a batch that is larger becomes several.
pub const REMOTE_RECORD_BYTES: usize = 8 * 1024 * 1024;
/// Samples of one record of that queue, so that records stay well below their limit in bytes.
pub const REMOTE_RECORD_SAMPLES: usize = 10_000;
/// Series of which a sender to other systems remembers what relabelling makes of them.
pub const REMOTE_CACHED_SERIES: usize = 200_000;
/// Reply of another system that is read, for its words about what it refused.
pub const REMOTE_REPLY_BYTES: usize = 1024 * 1024;
/// Samples that a sender to another system reads at once.
pub const REMOTE_ROUND_SAMPLES: usize = 200_000;

/// Columns of an exported Parquet file: a thousand fields are more than a table is read by, and each costs
/// every row group some hundred bytes in the file's end.
pub const MAX_EXPORT_COLUMNS: usize = 1_000;
/// Longest name of such a column; a key beyond this is data.
pub const MAX_EXPORT_COLUMN_NAME_BYTES: usize = 256;
/// Fields that an export counts the documents of before it chooses columns: what a parser of documents has
/// numbers for.
pub const MAX_SURVEYED_FIELDS: usize = 16_384;
/// Rows of a row group, DuckDB's own number: it reads row groups in parallel.
pub const EXPORT_GROUP_ROWS: usize = 122_880;
/// Documents of a row group in bytes; it is in memory as a whole, twice: as documents and as columns.
pub const EXPORT_GROUP_BYTES: usize = 32 * 1024 * 1024;
/// Rows times columns of a row group: each has two bytes of levels, present or not.
pub const EXPORT_GROUP_CELLS: usize = 16 * 1024 * 1024;
/// Bytes of documents that an export asks a server for at once, about; both have them in memory.
pub const EXPORT_PAGE_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of documents that an import reads from a Parquet file at once, about.
pub const IMPORT_BATCH_BYTES: usize = 8 * 1024 * 1024;
/// And how many.
pub const IMPORT_BATCH_ROWS: usize = 4_096;

/// Days that an error group stays after its last error or the last decision about it: a quarter.
pub const ERROR_GROUP_RETENTION_DAYS: u32 = 90;
/// Errors of one transaction: few enough that it takes some 20 to 30 ms, for which other changes wait, and enough that in a
/// storm ten of one group change its row, counts and samples once.
pub const ERROR_BATCH: usize = 2_000;
/// Bytes of their documents, about: tracebacks of some kilobytes fit two thousand times; of larger documents
/// a transaction has fewer.
pub const ERROR_BATCH_BYTES: usize = 8 * 1024 * 1024;
/// Errors of one reply of the log store, which gives documents whole: 640 MB at the very worst, when all of them are as
/// large as a document may be. Of larger documents fewer are asked for the next time.
pub const ERRORS_READ_AT_ONCE: usize = 64;
/// Pause after the newest errors were read: several that come together are one transaction.
pub const FOLLOWER_PAUSE: Duration = Duration::from_millis(200);
/// Longest pause when there are none: an idle system costs one look a second, and nobody waits longer.
pub const FOLLOWER_LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// First and longest wait while a store does not answer.
pub const FOLLOWER_RETRY: Duration = Duration::from_millis(250);
pub const FOLLOWER_LONGEST_RETRY: Duration = Duration::from_secs(10);
/// Groups that retention removes in one transaction: each has thousands of rows at most.
pub const ERROR_PRUNE_BATCH: u32 = 100;
/// Hashes that the follower remembers of the documents it counted, two for each of the newest 100,000: what is
/// sent or replaced again comes within minutes. Eight bytes each, in memory and in the state store.
pub const COUNTED_HASHES: usize = 200_000;
/// Agents, versions or task types of a group that are counted by name; the others share a count, those of the last
/// hundreds of errors excepted. Twice the agents of a large swarm; a group with more has ids for names.
pub const MAX_GROUP_NAMES: usize = 500;
/// Of these, names in a list of groups: what a line of a table shows.
pub const LISTED_GROUP_NAMES: usize = 10;
/// Newest errors of a group that are kept as samples, besides the first and those between.
pub const NEWEST_SAMPLES: u64 = 10;
/// Errors of a group, the newest, whose tasks and correlation ids are remembered: what one would put back into a
/// queue at once, and 400 kB. Up to a batch more are kept.
pub const MAX_GROUP_TASKS: usize = 10_000;
/// Errors whose ids are kept together, about: 1 MB at most, so that those of a batch are written into few pages.
pub const ERROR_ID_SPAN: usize = 4_096;
/// Such spans, the newest, that keep all their ids: a quarter of a million errors, and 50 MB. Of those before only what is
/// among the newest [`MAX_GROUP_TASKS`] errors of a group stays.
pub const MAX_FULL_ERROR_ID_SPANS: usize = 64;
/// Such spans in all, of the newest 17 million errors. Who looks for an id looks into each: some milliseconds.
pub const MAX_ERROR_ID_SPANS: usize = 4_096;
/// Longest title, type or culprit of a group, and longest message of a sample, in bytes: what a page shows.
pub const MAX_GROUP_TEXT_BYTES: usize = 2 * 1024;
/// Frames that are kept of a group, the innermost; the rest is the same in all errors of a program.
pub const MAX_GROUP_FRAMES: usize = 100;
/// Notes of one group.
pub const MAX_GROUP_NOTES: u32 = 100;
/// Longest note, in bytes.
pub const MAX_NOTE_BYTES: usize = 16 * 1024;
/// Error groups that are kept; beyond it those that changed the longest ago go. A swarm has some hundred; one
/// with more has messages that nobody could group.
pub const MAX_ERROR_GROUPS: usize = 50_000;
/// Words that error groups are searched by: each is looked for by itself, and SQLite takes 32,766 parameters.
pub const MAX_GROUP_SEARCH_WORDS: usize = 32;
/// Groups of one decision.
pub const MAX_GROUPS_AT_ONCE: usize = 1_000;
/// Buckets of a group's history in one reply: more than a screen has pixels for in a table's row.
pub const MAX_HISTORY_BUCKETS: i64 = 400;

/// Parts of a fingerprint that a client gave which count; people write one to three.
pub const MAX_FINGERPRINT_PARTS: usize = 32;
/// Events of one journey; of a longer one the first and the last half. A person reads hundreds, and the
/// page draws so many without a wait. No more than one search gives.
pub const MAX_JOURNEY_EVENTS: usize = MAX_RESULT_WINDOW;
/// Tasks of one journey, each of which costs a look at its attempts.
pub const MAX_JOURNEY_TASKS: usize = 200;
/// Tasks of other journeys that one names as parents and children of its own.
pub const MAX_JOURNEY_RELATIVES: usize = 50;
/// Heartbeats and the like of a journey's agents: twenty minutes of three agents. Of a longer one the first.
pub const MAX_JOURNEY_PRESENCE: usize = 1_500;
/// Agents of a journey whose signs of life are looked for.
pub const MAX_JOURNEY_AGENTS: usize = 50;
/// Text of a journey's events in bytes; of those beyond it only the beginning of the message is kept.
pub const MAX_JOURNEY_BYTES: usize = 32 * 1024 * 1024;
/// Of such an event's message, in bytes: enough to recognise it by.
pub const JOURNEY_SHORT_MESSAGE: usize = 256;
/// Shortest silence that a journey points out.
pub const JOURNEY_GAP: Duration = Duration::from_secs(1);
/// How far an agent's clock may be off before a journey corrects it: a claim's answer takes its time, too.
pub const JOURNEY_CLOCK_TOLERANCE: Duration = Duration::from_secs(1);

/// Documents that a request for patterns looks at so that it can tell which are new; it does without when
/// there are more. Some seconds of work.
pub const MAX_PATTERN_DOCUMENTS: u64 = 5_000_000;
/// Patterns of one reply: with what is told of each, half the buckets that a reply may have.
pub const MAX_PATTERNS: usize = 1_000;
/// Bytes of a message that its pattern is found by: a sentence, not the document that was logged with it.
pub const MAX_PATTERN_MESSAGE_BYTES: usize = 2 * 1024;
/// Words of a pattern; the rest of a message is one word.
pub const MAX_PATTERN_WORDS: usize = 128;
/// Different messages, values aside, that are kept before the rare ones are drawn into patterns: a large
/// program has some thousand sentences.
pub const MAX_PATTERN_SHAPES: usize = 16 * 1024;
/// Bytes of these messages.
pub const MAX_PATTERN_SHAPE_BYTES: usize = 8 * 1024 * 1024;
