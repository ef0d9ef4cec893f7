//! What receivers hear, in single steps and in long random histories.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use swarmscope_model::Timestamp;

use super::super::firing::RuleAlerts;
use super::super::plan_fixture::{notification, own_labels, rule};
use super::super::settings::{AlertingSettings, InhibitConfig};
use super::*;
use crate::notify::LabelMatcher;
use crate::silence::Silence;

const SECOND: i64 = 1_000;
const WAIT: i64 = 10 * SECOND;
const INTERVAL: i64 = 60 * SECOND;
const REPEAT: i64 = 3_600 * SECOND;
/// Between two evaluations.
const ROUND: i64 = 5 * SECOND;
/// The rules, and the instances that each may have alerts of.
const RULES: [&str; 2] = ["Down", "Slow"];
const INSTANCES: [&str; 3] = ["a", "b", "c"];

/// An alert: rule and instance.
type Name = (&'static str, &'static str);

/// Rules, a server that evaluates them and may be restarted, and one receiver that may be away.
struct World {
    now: i64,
    /// What is really so.
    truth: BTreeSet<Name>,
    firing: Firing,
    /// Answers since the last start, by rule.
    answers: BTreeMap<&'static str, u32>,
    /// What the rules found at their last answers since the start.
    seen: BTreeMap<&'static str, BTreeSet<Name>>,
    log: Log,
    waiting: Waiting,
    routing: Routing,
    inhibit: Vec<InhibitConfig>,
    silences: Vec<Silence>,
    is_away: bool,
    /// What the receiver makes of what it heard.
    believed: BTreeSet<Name>,
    last_message: BTreeMap<String, i64>,
    messages: usize,
}

impl World {
    fn new() -> Self {
        let settings: AlertingSettings = serde_json::from_str(
            r#"{"group_wait": "10s", "group_interval": "60s", "repeat_interval": "1h"}"#,
        )
        .expect("settings");
        let routing = Routing::new(&settings, &["r".to_owned()], 1).expect("routes");
        let mut world = Self {
            now: 1_000_000 * SECOND,
            truth: BTreeSet::new(),
            firing: Firing::default(),
            answers: BTreeMap::new(),
            seen: BTreeMap::new(),
            log: Log::default(),
            waiting: Waiting::new(),
            routing,
            inhibit: Vec::new(),
            silences: Vec::new(),
            is_away: false,
            believed: BTreeSet::new(),
            last_message: BTreeMap::new(),
            messages: 0,
        };
        world.restart();
        world
    }

    /// What is on disk stays, the rest begins anew.
    fn restart(&mut self) {
        self.firing = Firing::default();
        self.firing.retain(RULES.map(rule).into());
        self.answers.clear();
        self.seen.clear();
        self.waiting.clear();
    }

    fn answer(&mut self, name: &'static str) {
        let answers = self.answers.entry(name).or_default();
        *answers += 1;
        let is_settled = *answers >= 2;
        let found: BTreeSet<Name> = self
            .truth
            .iter()
            .filter(|(own, _)| *own == name)
            .copied()
            .collect();
        self.set(name, &found, is_settled);
        self.seen.insert(name, found);
    }

    /// The rule's source is away: alerts stay as they are.
    fn fail(&mut self, name: &'static str) {
        let found = self.seen.get(name).cloned().unwrap_or_default();
        self.set(name, &found, false);
    }

    fn set(&mut self, name: &'static str, found: &BTreeSet<Name>, is_settled: bool) {
        let alerts = RuleAlerts {
            at: self.now,
            is_settled,
            firing: found
                .iter()
                .map(|(rule, instance)| (own_labels(rule, instance), notification(rule, instance)))
                .collect(),
            pending: BTreeSet::new(),
        };
        self.firing.set(rule(name), alerts);
    }

    fn round(&mut self) {
        self.now += ROUND;
        for name in RULES {
            self.answer(name);
        }
        self.deliver();
    }

    fn plan(&mut self) -> Plan {
        let mutes = Mutes::new(
            &self.silences,
            self.now,
            &self.inhibit,
            self.firing.labels(),
        );
        let look = Look {
            now: self.now,
            firing: &self.firing,
            routing: &self.routing,
            mutes: &mutes,
            receiver: 0,
            sends_resolved: true,
        };
        plan(&look, &self.log, &mut self.waiting)
    }

    fn deliver(&mut self) {
        let plan = self.plan();
        assert!(plan.next.is_none_or(|next| next > self.now));
        if self.is_away {
            return;
        }
        for message in plan.due {
            self.hear(&message);
            self.waiting.remove(&message.group.key);
            self.log.note(message, self.now, i64::MAX);
        }
    }

    /// The receiver hears a message, which has to be true, news or a reminder, and not too soon.
    fn hear(&mut self, message: &Message) {
        self.messages += 1;
        let mut is_news = false;
        for (key, status, _) in &message.alerts {
            let name = name_of(key);
            match status {
                Status::Firing => {
                    assert!(self.is_seen(name), "{name:?} does not fire");
                    let is_new = self.believed.insert(name);
                    is_news |= is_new;
                    assert!(!(is_new && self.is_silenced(name)), "{name:?} is silenced");
                }
                Status::Resolved => {
                    assert!(self.believed.remove(&name), "{name:?} was never told");
                    assert!(!self.is_seen(name), "a false end of {name:?}");
                    assert!(
                        self.answers
                            .get(name.0)
                            .is_some_and(|answers| *answers >= 2)
                    );
                    is_news = true;
                }
            }
        }
        if let Some(last) = self
            .last_message
            .insert(message.group.key.clone(), self.now)
        {
            let least = if is_news { INTERVAL } else { REPEAT };
            assert!(self.now - last >= least, "after {} ms", self.now - last);
        }
    }

    fn is_seen(&self, name: Name) -> bool {
        self.seen
            .get(name.0)
            .is_some_and(|seen| seen.contains(&name))
    }

    fn is_silenced(&self, name: Name) -> bool {
        let labels = notification(name.0, name.1).labels;
        let mut silences = self.silences.iter();
        silences.any(|silence| silence.is_active(self.now) && silence.matches(&labels))
    }

    fn silence(&mut self, matcher: &str, length: i64) {
        self.silences.push(Silence {
            id: self.silences.len().to_string(),
            matchers: vec![LabelMatcher::parse(matcher).expect("a matcher")],
            from: Timestamp::from_millisecond(self.now),
            until: Timestamp::from_millisecond(self.now + length),
            comment: String::new(),
            author: String::new(),
            created_at: Timestamp::from_millisecond(self.now),
        });
    }
}

fn name_of(key: &AlertKey) -> Name {
    let rule = RULES.into_iter().find(|name| *name == key.rule.name);
    let instance = key.labels.get("instance");
    let instance = INSTANCES.into_iter().find(|own| Some(*own) == instance);
    (rule.expect("a rule"), instance.expect("an instance"))
}

#[test]
fn what_comes_together_is_told_together_and_changes_wait_for_their_turn() {
    let mut world = World::new();
    world.truth.insert(("Down", "a"));
    world.round();
    world.truth.insert(("Down", "b"));
    world.round();
    assert_eq!(world.messages, 0, "the group waits for more");
    world.round();
    assert_eq!((world.messages, world.believed.len()), (1, 2));
    // An alert that comes and goes is not told of each time.
    for _ in 0..11 {
        world.truth.insert(("Down", "c"));
        world.round();
        world.truth.remove(&("Down", "c"));
        world.round();
    }
    assert!(world.messages <= 3, "{} messages", world.messages);
    let before = world.messages;
    world.now += REPEAT;
    world.round();
    assert_eq!(world.messages, before + 1, "a reminder");
}

#[test]
fn the_end_of_a_silenced_alert_is_told_and_its_beginning_is_not() {
    let mut world = World::new();
    world.truth.extend([("Down", "a"), ("Slow", "b")]);
    world.silence("alertname=Slow", 10 * REPEAT);
    for _ in 0..5 {
        world.round();
    }
    assert_eq!(world.believed, [("Down", "a")].into());
    world.silence("alertname=Down", 10 * REPEAT);
    world.truth.clear();
    world.now += INTERVAL;
    for _ in 0..5 {
        world.round();
    }
    assert_eq!(world.believed, [].into());
}

#[test]
fn what_another_alert_explains_is_not_told_of_while_that_fires() {
    let mut world = World::new();
    let inhibit = r#"[{"source": ["alertname=Down"], "target": ["alertname=~\"Down|Slow\""], "equal": ["instance"]}]"#;
    world.inhibit = serde_json::from_str(inhibit).expect("settings");
    world
        .truth
        .extend([("Down", "a"), ("Slow", "a"), ("Slow", "b")]);
    for _ in 0..5 {
        world.round();
    }
    assert_eq!(world.believed, [("Down", "a"), ("Slow", "b")].into());
    world.truth.remove(&("Down", "a"));
    world.now += INTERVAL;
    for _ in 0..5 {
        world.round();
    }
    assert_eq!(world.believed, [("Slow", "a"), ("Slow", "b")].into());
}

#[test]
fn a_group_that_is_too_large_for_one_message_is_told_in_as_few_as_can_be() {
    let mut world = World::new();
    let alerts = |count: usize| RuleAlerts {
        at: 0,
        is_settled: true,
        firing: (0..count)
            .map(|number| {
                let instance = number.to_string();
                (
                    own_labels("Down", &instance),
                    notification("Down", &instance),
                )
            })
            .collect(),
        pending: BTreeSet::new(),
    };
    world.firing.set(rule("Down"), alerts(600));
    assert!(world.plan().due.is_empty());
    world.now += WAIT;
    let due = world.plan().due;
    let sizes: Vec<usize> = due.iter().map(|message| message.alerts.len()).collect();
    assert_eq!(sizes, [256, 256, 88]);
    for message in due {
        world.log.note(message, world.now, i64::MAX);
    }
    assert!(world.plan().due.is_empty());
    // One more: it alone is told, and how many others there are.
    world.firing.set(rule("Down"), alerts(601));
    world.plan();
    world.now += INTERVAL;
    let due = world.plan().due;
    assert_eq!(
        (due.len(), due[0].alerts.len(), due[0].truncated),
        (1, 1, 600)
    );
    assert_eq!(due[0].firing(), 601);
    // A reminder does not list them all again.
    world.log.note(due[0].clone(), world.now, i64::MAX);
    world.now += REPEAT;
    let due = world.plan().due;
    assert_eq!(
        (due.len(), due[0].alerts.len(), due[0].truncated),
        (1, 256, 345)
    );
}

#[test]
fn ends_that_are_not_wanted_are_forgotten_without_a_word() {
    let mut world = World::new();
    world.truth.insert(("Down", "a"));
    for _ in 0..3 {
        world.round();
    }
    world.truth.clear();
    world.now += INTERVAL;
    world.answer("Down");
    let mutes = Mutes::new(&[], world.now, &[], world.firing.labels());
    let look = Look {
        now: world.now,
        firing: &world.firing,
        routing: &world.routing,
        mutes: &mutes,
        receiver: 0,
        sends_resolved: false,
    };
    let plan = plan(&look, &world.log, &mut Waiting::new());
    assert_eq!((plan.due.len(), plan.forget.len()), (0, 1));
}

/// Something that happens.
#[derive(Debug, Clone)]
enum Event {
    Begins(usize, usize),
    Ends(usize, usize),
    /// A round of evaluations, of which some rules have no answer.
    Round {
        fails: [bool; 2],
    },
    Passes(i64),
    Restarts,
    Goes,
    Returns,
    Silenced(usize, i64),
}

fn event() -> impl Strategy<Value = Event> {
    let alert = (0..RULES.len(), 0..INSTANCES.len());
    prop_oneof![
        3 => alert.clone().prop_map(|(rule, instance)| Event::Begins(rule, instance)),
        3 => alert.prop_map(|(rule, instance)| Event::Ends(rule, instance)),
        8 => Just(Event::Round { fails: [false; 2] }),
        3 => any::<[bool; 2]>().prop_map(|fails| Event::Round { fails }),
        2 => (0..2 * INTERVAL).prop_map(Event::Passes),
        1 => (0..2 * REPEAT).prop_map(Event::Passes),
        1 => Just(Event::Restarts),
        1 => Just(Event::Goes),
        2 => Just(Event::Returns),
        1 => (0..RULES.len(), 0..5 * INTERVAL).prop_map(|(rule, length)| Event::Silenced(rule, length)),
    ]
}

impl World {
    fn happens(&mut self, event: &Event) {
        match *event {
            Event::Begins(rule, instance) => {
                self.truth.insert((RULES[rule], INSTANCES[instance]));
            }
            Event::Ends(rule, instance) => {
                self.truth.remove(&(RULES[rule], INSTANCES[instance]));
            }
            Event::Round { fails } => {
                self.now += ROUND;
                for (name, fails) in RULES.into_iter().zip(fails) {
                    if fails {
                        self.fail(name);
                    } else {
                        self.answer(name);
                    }
                }
            }
            Event::Passes(time) => self.now += time,
            Event::Restarts => self.restart(),
            Event::Goes => self.is_away = true,
            Event::Returns => self.is_away = false,
            Event::Silenced(rule, length) => {
                self.silence(&format!("alertname={}", RULES[rule]), length);
            }
        }
        self.deliver();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Every message is true and not too soon, which `hear` asserts; and in the end the receiver knows what is so.
    #[test]
    fn a_receiver_is_never_misled_and_knows_in_the_end(events in prop::collection::vec(event(), 1..150)) {
        let mut world = World::new();
        for event in &events {
            world.happens(event);
        }
        world.is_away = false;
        world.now += 6 * INTERVAL;
        for _ in 0..2 * INTERVAL / ROUND {
            world.round();
        }
        prop_assert_eq!(&world.believed, &world.truth);
        // Bounded: no more than a message a group and interval.
        let began = 1_000_000 * SECOND;
        let most = RULES.len() as i64 * ((world.now - began) / INTERVAL + 1);
        prop_assert!(world.messages as i64 <= most);
    }
}
