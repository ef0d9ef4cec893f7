//! A mail server that keeps what it gets: in the clear, with STARTTLS, or with TLS from the first byte.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// How its connections become encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    None,
    Starttls,
    Implicit,
}

pub const USER: &str = "swarm";
pub const PASSWORD: &str = "secret";

/// A mail server for `localhost`.
pub struct MailServer {
    pub port: u16,
    /// What to trust.
    pub certificate: String,
    mails: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Shared {
    acceptor: TlsAcceptor,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub async fn start(encryption: Encryption) -> Self {
        let made =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a configuration");
        let shared = Shared {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            mails: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mails = Arc::clone(&shared.mails);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = shared.clone();
                // A client may hang up at any time.
                tokio::spawn(async move { drop(serve(stream, encryption, shared).await) });
            }
        });
        Self {
            port,
            certificate: made.cert.pem(),
            mails,
        }
    }

    /// Every mail, headers and all.
    pub fn mails(&self) -> Vec<String> {
        self.mails.lock().expect("nobody panicked").clone()
    }
}

async fn serve(stream: TcpStream, encryption: Encryption, shared: Shared) -> std::io::Result<()> {
    match encryption {
        Encryption::Implicit => {
            let stream = shared.acceptor.accept(stream).await?;
            talk(stream, true, false, &shared).await.map(drop)
        }
        Encryption::None => talk(stream, true, false, &shared).await.map(drop),
        Encryption::Starttls => match talk(stream, true, true, &shared).await? {
            Some(stream) => {
                let stream = shared.acceptor.accept(stream).await?;
                talk(stream, false, false, &shared).await.map(drop)
            }
            None => Ok(()),
        },
    }
}

/// One conversation; gives the stream back when it is to become TLS.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    greets: bool,
    offers_tls: bool,
    shared: &Shared,
) -> std::io::Result<Option<S>> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.write_all(b"220 localhost ready\r\n").await?;
    }
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let command = line.trim_end();
        let answer = match command.split(' ').next().unwrap_or_default() {
            "EHLO" if offers_tls => "250-localhost\r\n250 STARTTLS\r\n",
            "EHLO" => "250-localhost\r\n250 AUTH PLAIN\r\n",
            "STARTTLS" => {
                stream.write_all(b"220 go on\r\n").await?;
                return Ok(Some(stream.into_inner()));
            }
            "AUTH" if is_known(command) => "235 welcome\r\n",
            "AUTH" => "535 wrong user or password\r\n",
            "MAIL" | "RCPT" | "RSET" => "250 ok\r\n",
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mail = data(&mut stream).await?;
                shared.mails.lock().expect("nobody panicked").push(mail);
                "250 kept\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(None);
            }
            _ => "500 what?\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

fn is_known(command: &str) -> bool {
    let given = command.strip_prefix("AUTH PLAIN ").unwrap_or_default();
    let expected = STANDARD.encode(format!("\0{USER}\0{PASSWORD}"));
    given == expected
}

async fn data(stream: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<String> {
    let mut mail = String::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        if line.trim_end() == "." || line.is_empty() {
            return Ok(mail);
        }
        mail.push_str(&line);
    }
}
