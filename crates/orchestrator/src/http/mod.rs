//! Port 8000, as its own document at `/openapi.json` has it. Handlers translate; what happens is in
//! `dispatch`. What people steer is in `swarmscope_task_http`, and here what workers do.
//!
//! A route comes into the router and into the document by the same line, so that neither lacks one.

mod agents;
mod examples;
mod system;
mod work;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::routing::get;
use axum::{Json, Router};
use swarmscope_task_http::{ApiError, MAX_BODY_BYTES};
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::dispatch::Orchestrator;

/// The head of the document.
#[derive(OpenApi)]
#[openapi(
    info(title = "Swarmscope orchestrator", description = "Tasks and agents of a swarm. An agent registers, \
        claims tasks under a lease with a fencing token, and shows that token with everything it does to \
        them. Times are ISO 8601 in UTC. Every failure has the body `{\"error\": {\"code\", \"message\", \
        \"hint\"?}}`.", license(name = "Apache-2.0", identifier = "Apache-2.0")),
    servers((url = "http://127.0.0.1:8000", description = "Where it listens unless told otherwise")),
    security((), ("basic" = []), ("bearer" = [])),
    tags(
        (name = "tasks", description = "Submit, find and steer tasks"),
        (name = "work", description = "What workers do under a claim"),
        (name = "agents", description = "Who works"),
        (name = "schedules", description = "Tasks that come back"),
        (name = "limits", description = "How much is done at once"),
        (name = "retry policies", description = "What is tried again"),
        (name = "system", description = "Health and figures"),
    )
)]
struct Head;

/// The description of every route.
pub fn document(orchestrator: Orchestrator) -> utoipa::openapi::OpenApi {
    described(orchestrator).split_for_parts().1
}

fn described(orchestrator: Orchestrator) -> OpenApiRouter {
    let steering = swarmscope_task_http::routes(
        Arc::new(orchestrator.clone()),
        orchestrator.closing().clone(),
    );
    let mut head = Head::openapi();
    let schemes = &mut head.components.get_or_insert_default().security_schemes;
    for (name, scheme) in [
        ("basic", HttpAuthScheme::Basic),
        ("bearer", HttpAuthScheme::Bearer),
    ] {
        let scheme = HttpBuilder::new().scheme(scheme).build();
        schemes.insert(name.to_owned(), SecurityScheme::Http(scheme).into());
    }
    OpenApiRouter::with_openapi(head)
        .routes(routes!(work::renew))
        .routes(routes!(work::complete))
        .routes(routes!(work::complete_many))
        .routes(routes!(work::fail))
        .routes(routes!(work::fan_out))
        .routes(routes!(agents::register, agents::list))
        .routes(routes!(agents::heartbeat))
        .routes(routes!(agents::claim))
        .routes(routes!(agents::claim_many))
        .routes(routes!(agents::deregister))
        .routes(routes!(system::health))
        .routes(routes!(system::figures))
        .with_state(orchestrator)
        .merge(steering)
}

/// The whole API and `/metrics`, without a guard.
pub fn router(orchestrator: Orchestrator) -> Router {
    let (router, document) = described(orchestrator).split_for_parts();
    let document = Arc::new(document);
    router
        .route(
            "/openapi.json",
            get(move || async move { Json(document.as_ref().clone()) }),
        )
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

async fn unknown_path(uri: axum::http::Uri) -> ApiError {
    ApiError::UnknownPath {
        path: uri.path().to_owned(),
    }
}

async fn wrong_method(method: Method, uri: axum::http::Uri) -> ApiError {
    ApiError::WrongMethod {
        method,
        path: uri.path().to_owned(),
    }
}
