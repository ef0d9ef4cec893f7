//! The client against real servers.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request as Received;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use swarmscope_http_client::{HttpClient, Request, RequestError};
use swarmscope_prometheus_config::{
    Authorization, BasicAuth, Header, HttpClientConfig, Secret, TlsConfig,
};
use tokio::net::TcpListener;
use url::Url;

const LIMIT: usize = 1 << 20;

async fn serve(router: Router) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    Url::parse(&format!("http://{address}/")).expect("a URL")
}

/// Answers with the headers that came, one a line.
fn echo() -> Router {
    async fn headers(headers: HeaderMap) -> String {
        headers
            .iter()
            .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap_or("?")))
            .collect()
    }
    Router::new().route("/", any(headers))
}

async fn text(client: &HttpClient, url: Url) -> String {
    let response = client
        .send(Request::get(url), LIMIT)
        .await
        .expect("an answer");
    assert_eq!(response.status, StatusCode::OK);
    String::from_utf8(response.body.to_vec()).expect("UTF-8")
}

fn client(config: HttpClientConfig) -> HttpClient {
    HttpClient::new(&config).expect("a client")
}

#[tokio::test]
async fn a_password_file_is_read_at_every_request() {
    let url = serve(echo()).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    let client = client(HttpClientConfig {
        basic_auth: Some(BasicAuth {
            username: "u".to_owned(),
            password_file: Some(file.clone()),
            ..BasicAuth::default()
        }),
        ..HttpClientConfig::default()
    });
    let missing = client.send(Request::get(url.clone()), LIMIT).await;
    assert!(matches!(missing, Err(RequestError::Read { path, .. }) if path == file));
    std::fs::write(&file, "one\n").expect("a file");
    assert!(
        text(&client, url.clone())
            .await
            .contains("authorization: Basic dTpvbmU=\n")
    );
    std::fs::write(&file, "two").expect("a file");
    assert!(
        text(&client, url)
            .await
            .contains("authorization: Basic dTp0d28=\n")
    );
}

#[tokio::test]
async fn tokens_headers_and_credentials_in_the_address_are_sent() {
    let url = serve(echo()).await;
    let token = client(HttpClientConfig {
        authorization: Some(Authorization {
            credentials: Secret::new("t0ken"),
            ..Authorization::default()
        }),
        http_headers: BTreeMap::from([(
            "X-Scope".to_owned(),
            Header {
                values: vec!["a".to_owned()],
                secrets: vec![Secret::new("b")],
                files: Vec::new(),
            },
        )]),
        ..HttpClientConfig::default()
    });
    let seen = text(&token, url.clone()).await;
    for line in [
        "authorization: Bearer t0ken\n",
        "x-scope: a\n",
        "x-scope: b\n",
        "user-agent: Prometheus/",
    ] {
        assert!(seen.contains(line), "{line}{seen}");
    }
    let plain = client(HttpClientConfig::default());
    let with_user = Url::parse(&url.as_str().replace("http://", "http://u%40:p@")).expect("a URL");
    assert!(
        text(&plain, with_user)
            .await
            .contains("authorization: Basic dUA6cA==\n")
    );
    assert!(!text(&plain, url).await.contains("authorization"));
}

#[tokio::test]
async fn redirects_lead_on_without_credentials_for_others() {
    let other = serve(echo()).await;
    let to_other = other.to_string();
    let url =
        serve(
            echo()
                .route(
                    "/here",
                    get(|| async { (StatusCode::FOUND, [("location", "/")]) }),
                )
                .route(
                    "/there",
                    get(move || async move {
                        (StatusCode::TEMPORARY_REDIRECT, [("location", to_other)])
                    }),
                )
                .route(
                    "/loop",
                    get(|| async { (StatusCode::FOUND, [("location", "/loop")]) }),
                ),
        )
        .await;
    let config = HttpClientConfig {
        authorization: Some(Authorization {
            credentials: Secret::new("t0ken"),
            ..Authorization::default()
        }),
        ..HttpClientConfig::default()
    };
    let follows = client(config.clone());
    let to = |path: &str| url.join(path).expect("a URL");
    assert!(text(&follows, to("here")).await.contains("t0ken"));
    assert!(!text(&follows, to("there")).await.contains("t0ken"));
    let endless = follows.send(Request::get(to("loop")), LIMIT).await;
    assert!(matches!(
        endless,
        Err(RequestError::TooManyRedirects { .. })
    ));
    let stays = client(HttpClientConfig {
        follow_redirects: false,
        ..config
    });
    let answer = stays
        .send(Request::get(to("here")), LIMIT)
        .await
        .expect("an answer");
    assert_eq!(answer.status, StatusCode::FOUND);
}

#[tokio::test]
async fn a_body_has_a_limit_and_failures_say_why() {
    let url =
        serve(Router::new().route("/", get(|| async { "x".repeat(2_000).into_response() }))).await;
    let plain = client(HttpClientConfig::default());
    let large = plain.send(Request::get(url), 1_999).await;
    assert!(matches!(
        large,
        Err(RequestError::BodyTooLarge { limit: 1_999 })
    ));
    let address = swarmscope_test_ports::free_address();
    let nobody = Url::parse(&format!("http://u:hunter2@{address}/")).expect("a URL");
    let error = plain
        .send(Request::get(nobody), LIMIT)
        .await
        .expect_err("nobody listens");
    let message = error.to_string();
    assert!(
        message.to_lowercase().contains("connection refused"),
        "{message}"
    );
    assert!(!message.contains("hunter2"), "{message}");
}

/// An HTTPS server for `agent.internal` that wants a certificate from its clients.
struct Https {
    url: Url,
    ca: String,
    client_certificate: String,
    client_key: String,
}

async fn https() -> Https {
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let mut parameters = rcgen::CertificateParams::new(Vec::new()).expect("parameters");
    parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca = parameters
        .self_signed(&authority_key)
        .expect("an authority");
    let issuer = rcgen::Issuer::new(parameters, authority_key);
    let issue = |name: &str| {
        let key = rcgen::KeyPair::generate().expect("a key");
        let certificate = rcgen::CertificateParams::new(vec![name.to_owned()])
            .expect("parameters")
            .signed_by(&key, &issuer)
            .expect("a certificate");
        (certificate, key)
    };
    let (certificate, key) = issue("agent.internal");
    let (client_certificate, client_key) = issue("prometheus");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(ca.der().clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
        Arc::new(roots),
        provider.clone(),
    )
    .build()
    .expect("a verifier");
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![certificate.der().clone()],
            rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        )
        .expect("a server");
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else {
                    return;
                };
                let service = hyper_util::service::TowerToHyperService::new(
                    Router::new().route("/", get(|_: Received| async { "secure" })),
                );
                let _ = hyper_util::server::conn::auto::Builder::new(
                    hyper_util::rt::TokioExecutor::new(),
                )
                .serve_connection(hyper_util::rt::TokioIo::new(stream), service)
                .await;
            });
        }
    });
    Https {
        url: Url::parse(&format!("https://{address}/")).expect("a URL"),
        ca: ca.pem(),
        client_certificate: client_certificate.pem(),
        client_key: client_key.serialize_pem(),
    }
}

#[tokio::test]
async fn tls_trusts_whom_it_is_told_to_and_shows_its_certificate() {
    let server = https().await;
    let folder = tempfile::tempdir().expect("a folder");
    let ca_file = folder.path().join("ca.pem");
    std::fs::write(&ca_file, &server.ca).expect("a file");
    let tls = TlsConfig {
        ca_file: Some(ca_file),
        server_name: "agent.internal".to_owned(),
        cert: server.client_certificate.clone(),
        key: Secret::new(server.client_key.clone()),
        ..TlsConfig::default()
    };
    let with = |tls_config: TlsConfig| {
        client(HttpClientConfig {
            tls_config,
            ..HttpClientConfig::default()
        })
    };
    assert_eq!(text(&with(tls.clone()), server.url.clone()).await, "secure");

    let refusal = |tls_config: TlsConfig| {
        let client = with(tls_config);
        let url = server.url.clone();
        async move {
            client
                .send(Request::get(url), LIMIT)
                .await
                .expect_err("no trust")
                .to_string()
        }
    };
    let wrong_name = TlsConfig {
        server_name: "other.internal".to_owned(),
        ..tls.clone()
    };
    assert!(refusal(wrong_name).await.contains("not valid for name"));
    let no_authority = TlsConfig {
        ca_file: None,
        ..tls.clone()
    };
    assert!(refusal(no_authority).await.contains("UnknownIssuer"));
    let skips = TlsConfig {
        ca_file: None,
        server_name: String::new(),
        insecure_skip_verify: true,
        ..tls.clone()
    };
    assert_eq!(text(&with(skips), server.url.clone()).await, "secure");
    let nobody = TlsConfig {
        cert: String::new(),
        key: Secret::default(),
        ..tls
    };
    let client = with(nobody);
    assert!(
        client
            .send(Request::get(server.url.clone()), LIMIT)
            .await
            .is_err()
    );
}
