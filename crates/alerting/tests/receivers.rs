//! Routes to receivers of every kind, silences and repetitions, with real receivers.

mod support;

use serde_json::{Value, json};
use support::smtp::{Encryption, MailServer, PASSWORD, USER};
use support::{Hook, World, alerting, eventually};
use swarmscope_alerting::StartError;
use swarmscope_alerting::notify::LabelMatcher;
use swarmscope_alerting::silence::NewSilence;
use swarmscope_model::Timestamp;

/// Receivers and routes as they are written, told at once.
fn settings(receivers: Value, routes: Value) -> swarmscope_alerting::AlertingSettings {
    let section = json!({"group_wait": "0s", "group_interval": "0s", "receivers": receivers, "routes": routes});
    alerting(&section.to_string())
}

fn url(hook: &Hook) -> String {
    format!("http://127.0.0.1:{}/hook", hook.port)
}

fn mail(server: &MailServer, more: Value) -> Value {
    let mut mail = json!({"type": "email", "name": "mail", "host": "localhost", "port": server.port,
        "from": "Swarm <alerts@example.org>", "to": ["a@example.org", "b@example.org"]});
    let more = more.as_object().expect("an object").clone();
    mail.as_object_mut().expect("an object").extend(more);
    mail
}

/// The first mail with its long lines put together.
async fn first(server: &MailServer) -> String {
    let mail = eventually("a mail", async || server.mails().into_iter().next()).await;
    mail.replace("=\r\n", "")
        .replace("=3D", "=")
        .replace("\r\n", "\n")
}

#[tokio::test]
async fn routes_lead_alerts_to_their_receivers() {
    let (pager, chat, hook) = (
        Hook::start().await,
        Hook::start().await,
        Hook::start().await,
    );
    let world = World::new();
    world.write_rules(
        "{alert: Down, expr: up, labels: {severity: '{{ if eq $labels.instance \"a\" }}critical{{ else }}warning{{ end }}'}}",
    );
    world.switch.set(&["a", "b"]);
    let mut settings = settings(
        json!([{"type": "webhook", "name": "pager", "url": url(&pager)}, {"type": "slack", "name": "chat", "url": url(&chat)}]),
        json!([{"matchers": ["severity=\"critical\""], "receivers": ["pager"]}, {"receivers": ["chat"], "group_by": ["alertname", "instance"]}]),
    );
    settings.webhooks = vec![hook.config()];
    let rules = world.start_with("", settings).await.expect("rules");
    assert_eq!(pager.wait(1).await, ["firing a"]);
    assert_eq!(hook.wait(1).await, ["firing a b"]);
    let chat = eventually("a word in the chat", async || {
        chat.bodies().into_iter().next()
    })
    .await;
    assert_eq!(chat["text"], "[FIRING:1] Down b");
    assert_eq!(chat["attachments"][0]["color"], "danger");
    let expected = [
        ("127.0.0.1", "webhook", 2),
        ("pager", "webhook", 1),
        ("chat", "slack", 1),
    ];
    eventually("what each was told", async || {
        let views = rules.receivers();
        let told = views
            .iter()
            .map(|each| (each.name.as_str(), each.kind, each.told));
        told.eq(expected).then_some(())
    })
    .await;
    rules.stop().await;
}

#[tokio::test]
async fn a_silence_holds_over_a_restart_and_ends_when_it_is_ended() {
    let hook = Hook::start().await;
    let world = World::new();
    let rules = world.start("", vec![hook.config()]).await.expect("rules");
    let now = Timestamp::now();
    let silence = NewSilence {
        matchers: vec![LabelMatcher::parse("instance=a").expect("a matcher")],
        from: now,
        until: Timestamp::from_millisecond(now.as_millisecond() + 3_600_000),
        comment: "known".to_owned(),
        author: "somebody".to_owned(),
    };
    let silence = rules.silences().add(silence, now).expect("a silence");
    rules.stop().await;
    let rules = world.start("", vec![hook.config()]).await.expect("rules");
    world.switch.set(&["a", "b"]);
    assert_eq!(hook.wait(1).await, ["firing b"]);
    let alerts: Vec<_> = rules
        .alerts()
        .iter()
        .map(|each| {
            each.alert
                .labels
                .iter()
                .map(|(n, v)| (n.to_owned(), v.to_owned()))
                .collect()
        })
        .collect();
    assert_eq!(rules.muted(&alerts), [true, false]);
    rules
        .silences()
        .end(&silence.id, Timestamp::now())
        .expect("ended");
    assert_eq!(hook.wait(2).await[1], "firing a b");
    rules.stop().await;
}

#[tokio::test]
async fn mail_goes_over_starttls_with_a_password() {
    let server = MailServer::start(Encryption::Starttls).await;
    let world = World::new();
    std::fs::write(world.path("ca.pem"), &server.certificate).expect("written");
    std::fs::write(world.path("password"), "wrong\n").expect("written");
    world.switch.set(&["a"]);
    let more = json!({"user": USER, "password_file": world.path("password"), "ca_file": world.path("ca.pem")});
    let settings = settings(json!([mail(&server, more)]), json!([]));
    let rules = world.start_with("", settings).await.expect("rules");
    // A password that is wrong can be put right.
    let error = eventually("a refusal", async || {
        rules.receivers()[0].last_error.clone()
    })
    .await;
    assert!(error.contains("535"), "{error}");
    std::fs::write(world.path("password"), format!("{PASSWORD}\n")).expect("written");
    let mail = first(&server).await;
    for part in [
        "From: Swarm <alerts@example.org>\n",
        "To: a@example.org, b@example.org\n",
        "MIME-Version: 1.0\n",
        "Content-Type: text/plain; charset=utf-8\n",
        "Subject: [FIRING:1] Down\n",
        "Firing (1)\n\n  a\n    alertname=Down instance=a job=j\n",
        "http://swarm.example.org/graph?g0.expr=up&g0.tab=1\n",
        "All alerts: http://ui.example.org/alerts\n",
    ] {
        assert!(mail.contains(part), "{part:?} in {mail}");
    }
    world.switch.set(&[]);
    let mails = eventually("the end", async || {
        Some(server.mails()).filter(|mails| mails.len() == 2)
    })
    .await;
    assert!(mails[1].contains("Subject: [RESOLVED] Down"));
    rules.stop().await;
}

#[tokio::test]
async fn mail_goes_over_tls_from_the_first_byte() {
    let server = MailServer::start(Encryption::Implicit).await;
    let world = World::new();
    std::fs::write(world.path("ca.pem"), &server.certificate).expect("written");
    world.switch.set(&["a"]);
    let more = json!({"tls": "implicit", "ca_file": world.path("ca.pem")});
    let settings = settings(json!([mail(&server, more)]), json!([]));
    let rules = world.start_with("", settings).await.expect("rules");
    assert!(first(&server).await.contains("Subject: [FIRING:1] Down"));
    rules.stop().await;
}

#[tokio::test]
async fn mail_that_must_be_encrypted_is_never_sent_in_the_clear() {
    let server = MailServer::start(Encryption::None).await;
    let world = World::new();
    world.switch.set(&["a"]);
    let settings = settings(json!([mail(&server, json!({}))]), json!([]));
    let rules = world.start_with("", settings).await.expect("rules");
    let error = eventually("a refusal", async || {
        rules.receivers()[0].last_error.clone()
    })
    .await;
    assert!(error.to_lowercase().contains("starttls"), "{error}");
    assert_eq!(server.mails().len(), 0);
    rules.stop().await;

    // In the clear when that is what is asked for.
    let world = World::new();
    world.switch.set(&["a"]);
    let settings = self::settings(json!([mail(&server, json!({"tls": "none"}))]), json!([]));
    let rules = world.start_with("", settings).await.expect("rules");
    assert!(first(&server).await.contains("Subject: [FIRING:1] Down"));
    rules.stop().await;
}

#[tokio::test]
async fn settings_that_cannot_be_are_refused_at_the_start() {
    let world = World::new();
    let twice = json!({"type": "webhook", "name": "x", "url": "http://127.0.0.1:1/"});
    for (receivers, routes, reason) in [
        (
            json!([twice, twice]),
            json!([]),
            "two receivers of [alerting] are called \"x\"",
        ),
        (
            json!([]),
            json!([{"receivers": ["y"]}]),
            "names the receiver \"y\"",
        ),
    ] {
        let error = world.start_with("", settings(receivers, routes)).await;
        let error = error.err().expect("refused");
        assert!(matches!(error, StartError::Receivers(_)));
        assert!(error.to_string().contains(reason), "{error}");
    }
}
