//! Who is told of alerts, and how that goes.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use swarmscope_alerting::notify::ReceiverView;
use swarmscope_model::Timestamp;

use crate::native::NativeState;

#[derive(Serialize)]
pub struct ReceiversBody {
    receivers: Vec<ReceiverBody>,
    /// Those of the Prometheus configuration, which group and silence by themselves.
    alertmanagers: Vec<AlertmanagerBody>,
}

#[derive(Serialize)]
struct ReceiverBody {
    name: String,
    r#type: &'static str,
    address: String,
    firing: usize,
    last_sent: Option<Timestamp>,
    sent: u64,
    failed: u64,
    last_error: Option<String>,
}

#[derive(Serialize)]
struct AlertmanagerBody {
    url: String,
    sent: u64,
    errors: u64,
    dropped: u64,
    queued: usize,
}

impl From<ReceiverView> for ReceiverBody {
    fn from(view: ReceiverView) -> Self {
        Self {
            name: view.name,
            r#type: view.kind,
            address: view.address,
            firing: view.told,
            last_sent: view.last_sent.map(Timestamp::from_millisecond),
            sent: view.sent,
            failed: view.failed,
            last_error: view.last_error,
        }
    }
}

/// `GET /api/v1/alerts/receivers`
pub async fn list(State(state): State<NativeState>) -> Json<ReceiversBody> {
    let alertmanagers = state.alerts.alertmanagers().active.into_iter();
    Json(ReceiversBody {
        receivers: state
            .alerts
            .receivers()
            .into_iter()
            .map(Into::into)
            .collect(),
        alertmanagers: alertmanagers
            .map(|view| AlertmanagerBody {
                url: view.url,
                sent: view.sent,
                errors: view.errors,
                dropped: view.dropped,
                queued: view.queued,
            })
            .collect(),
    })
}
