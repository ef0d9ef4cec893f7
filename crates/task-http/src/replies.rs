//! The failures that calls share, as the document describes them. What each means is in `errors`.

use swarmscope_sdk::wire::ErrorReply;
use utoipa::IntoResponses;

/// What may befall every call.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "described, never made")]
pub enum Shared {
    /// A body, parameter or path that is not what the call takes
    #[response(status = 400, example = json!({"error": {"code": "invalid_request",
        "message": "task_type: is empty"}}))]
    Invalid(#[to_schema] ErrorReply),
    /// No credentials, or none that are known
    #[response(status = 401, example = json!({"error": {"code": "unauthorized",
        "message": "this server wants credentials", "hint": "send Authorization: Basic or Bearer"}}))]
    Unauthorized(#[to_schema] ErrorReply),
    /// The request comes from a page of another site, or names a host that is not this one
    #[response(status = 403, example = json!({"error": {"code": "foreign_site",
        "message": "the request comes from another site"}}))]
    ForeignSite(#[to_schema] ErrorReply),
    /// The body is too large
    #[response(status = 413, example = json!({"error": {"code": "too_large",
        "message": "the body has more than 4194304 bytes"}}))]
    TooLarge(#[to_schema] ErrorReply),
    /// The state store does not answer
    #[response(status = 503, example = json!({"error": {"code": "unavailable",
        "message": "the state store does not answer",
        "hint": "try again; the orchestrator's log says why"}}))]
    Unavailable(#[to_schema] ErrorReply),
}

/// What is named in the path is not there.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "described, never made")]
pub enum Absent {
    /// There is nothing of that name
    #[response(status = 404, example = json!({"error": {"code": "not_found",
        "message": "there is no task \"t-1\""}}))]
    NotFound(#[to_schema] ErrorReply),
}

/// The state of things does not allow the call.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "described, never made")]
pub enum Refused {
    /// The state of the task does not allow it, the claim is not in force any more, an id or key is taken
    /// by another content, or another number of tasks matches by now: `code` is `wrong_state`,
    /// `stale_claim`, `conflict` or `count_changed`
    #[response(status = 409, example = json!({"error": {"code": "wrong_state",
        "message": "task \"t-1\" is completed, so it cannot be cancelled"}}))]
    Conflict(#[to_schema] ErrorReply),
}
