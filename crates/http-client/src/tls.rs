//! The TLS settings of a configuration, for rustls: whom to trust, and as whom to appear.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use swarmscope_prometheus_config::{TlsConfig, TlsVersion};

use crate::error::HttpClientError;

/// Reads the certificates that the settings name and puts all together.
pub(crate) fn client_config(settings: &TlsConfig) -> Result<ClientConfig, HttpClientError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&versions(settings)?)?;
    let builder = if settings.insecure_skip_verify {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(NoVerification(provider)))
    } else {
        builder.with_root_certificates(roots(settings)?)
    };
    match identity(settings)? {
        Some((certificates, key)) => Ok(builder.with_client_auth_cert(certificates, key)?),
        None => Ok(builder.with_no_client_auth()),
    }
}

fn versions(
    settings: &TlsConfig,
) -> Result<Vec<&'static rustls::SupportedProtocolVersion>, HttpClientError> {
    let known = [
        (TlsVersion::TLS12, &rustls::version::TLS12),
        (TlsVersion::TLS13, &rustls::version::TLS13),
    ];
    let chosen: Vec<_> = known
        .into_iter()
        .filter(|(version, _)| {
            settings.min_version.is_none_or(|min| *version >= min)
                && settings.max_version.is_none_or(|max| *version <= max)
        })
        .map(|(_, version)| version)
        .collect();
    if chosen.is_empty() {
        return Err(HttpClientError::NoVersion);
    }
    Ok(chosen)
}

/// The authorities that the settings name, or else those of the system.
fn roots(settings: &TlsConfig) -> Result<Arc<RootCertStore>, HttpClientError> {
    static SYSTEM: LazyLock<Arc<RootCertStore>> = LazyLock::new(|| {
        let mut store = RootCertStore::empty();
        // A machine without authorities reaches no public server, which the handshake then says.
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Arc::new(store)
    });
    let Some((what, pem)) = source(&settings.ca, settings.ca_file.as_deref())? else {
        return Ok(SYSTEM.clone());
    };
    let mut store = RootCertStore::empty();
    for certificate in certificates(&what, &pem)? {
        store.add(certificate)?;
    }
    Ok(Arc::new(store))
}

type Identity = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

fn identity(settings: &TlsConfig) -> Result<Option<Identity>, HttpClientError> {
    let Some((what, pem)) = source(&settings.cert, settings.cert_file.as_deref())? else {
        return Ok(None);
    };
    let Some((key_what, key)) = source(settings.key.expose(), settings.key_file.as_deref())? else {
        return Ok(None);
    };
    let key = PrivateKeyDer::from_pem_slice(&key).map_err(|source| HttpClientError::Pem {
        what: key_what,
        source,
    })?;
    Ok(Some((certificates(&what, &pem)?, key)))
}

/// PEM from the configuration itself or from a file, and what to call it.
fn source(inline: &str, file: Option<&Path>) -> Result<Option<(String, Vec<u8>)>, HttpClientError> {
    match file {
        Some(path) => {
            let pem = std::fs::read(path).map_err(|source| HttpClientError::Read {
                path: path.to_owned(),
                source,
            })?;
            Ok(Some((path.display().to_string(), pem)))
        }
        None if inline.is_empty() => Ok(None),
        None => Ok(Some((
            "the text in tls_config".to_owned(),
            inline.as_bytes().to_vec(),
        ))),
    }
}

fn certificates(what: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, HttpClientError> {
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| HttpClientError::Pem {
            what: what.to_owned(),
            source,
        })?;
    if certificates.is_empty() {
        return Err(HttpClientError::NoCertificate {
            what: what.to_owned(),
        });
    }
    Ok(certificates)
}

/// `insecure_skip_verify`: anybody may answer. Signatures are still checked, as they cost nothing.
#[derive(Debug)]
struct NoVerification(Arc<CryptoProvider>);

impl ServerCertVerifier for NoVerification {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
