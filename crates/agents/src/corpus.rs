//! What the demo agents know: topics with a few true sentences each.

const CORPUS: [(&str, &[&str]); 8] = [
    (
        "log aggregation",
        &[
            "Log aggregation gathers the events of many programs in one place.",
            "A shipper keeps its position in each file so that a restart loses nothing.",
            "Events without a timestamp are ordered by their arrival.",
        ],
    ),
    (
        "distributed tracing",
        &[
            "A trace follows one request through every service it touches.",
            "Spans form a tree whose root is the first service that was called.",
            "A correlation id is the simplest form of a trace context.",
        ],
    ),
    (
        "time series storage",
        &[
            "Neighbouring samples of a series differ little, so their differences compress well.",
            "The number of label values decides how large an index becomes.",
            "A write-ahead log lets a store acknowledge samples before it compresses them.",
        ],
    ),
    (
        "task queues",
        &[
            "A lease gives a task back when its worker dies.",
            "A fencing token keeps a worker that was thought dead from doing harm.",
            "At least once delivery asks for work that may safely be done twice.",
        ],
    ),
    (
        "error budgets",
        &[
            "An error budget is the part of a service level objective that may be missed.",
            "A fast burn of the budget pages somebody, a slow one opens a ticket.",
        ],
    ),
    (
        "structured logging",
        &[
            "A structured event is an object with fields instead of a sentence.",
            "Fields can be counted and filtered without parsing text.",
            "A stable event type is worth more than a well-phrased message.",
        ],
    ),
    (
        "alert fatigue",
        &[
            "An alert that nobody acts on teaches everybody to ignore alerts.",
            "Grouping turns a hundred notifications of one failure into one.",
        ],
    ),
    (
        "leader election",
        &[
            "A leader holds a lease that it has to renew before it runs out.",
            "Two leaders at once are harmless only if the store checks a token.",
        ],
    ),
];

/// Every topic that something is known about.
pub fn topics() -> impl Iterator<Item = &'static str> {
    CORPUS.iter().map(|(topic, _)| *topic)
}

/// The facts about a topic.
pub fn facts(topic: &str) -> Option<&'static [&'static str]> {
    CORPUS
        .iter()
        .find_map(|(known, facts)| known.eq_ignore_ascii_case(topic).then_some(*facts))
}

/// Whether the corpus has this sentence, whatever its case and spacing.
pub fn confirms(sentence: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let asked = words(sentence);
    CORPUS
        .iter()
        .flat_map(|(_, facts)| facts.iter())
        .any(|fact| words(fact) == asked)
}
