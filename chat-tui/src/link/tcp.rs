//! Dials over TCP: plain on this machine, TLS everywhere else, and nothing is said before the server is trusted.

use super::dial::{Call, DialError, Dialer, Distrust, Encryption, Security, Trust, Why};
use super::tls::{Failure, Roots, Secured, Stream, Tls};
use super::trust::{Evidence, Verdict, decide};
use super::{Target, wall_clock};
use crate::known_servers::{Known, KnownServers, KnownServersError, Voucher};
use chat_proto::Fingerprint;
use std::time::Duration;
use tokio::net::TcpStream;

/// As long as a person would wait for a page to open.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long what was sent may stay unconfirmed by the other machine before the connection counts as dead.
const UNCONFIRMED_MS_MAX: u32 = 30_000;

/// Dials over TCP.
#[derive(Debug, Clone)]
pub struct Tcp {
    /// `host:port`.
    pub server: String,
    /// The key that the server must have.
    pub key: Option<Fingerprint>,
    pub encryption: Encryption,
    pub tls: Tls,
    /// What is known of servers from before.
    pub known: KnownServers,
}

impl Dialer for Tcp {
    type Stream = Stream;

    async fn dial(&self) -> Result<Call<Stream>, DialError> {
        self.within_patience(self.encryption).await
    }

    async fn dial_encrypted(&self) -> Result<Call<Stream>, DialError> {
        self.within_patience(Encryption::Always).await
    }
}

impl Tcp {
    /// To a server, with what this system and this person know of it.
    pub fn to(target: &Target, encryption: Encryption) -> Self {
        let (tls, known) = (Tls::believing(Roots::OfThisSystem), KnownServers::usual());
        Self { server: target.server.clone(), key: target.key, encryption, tls, known }
    }

    async fn within_patience(&self, encryption: Encryption) -> Result<Call<Stream>, DialError> {
        match tokio::time::timeout(PATIENCE, self.call(encryption)).await {
            Ok(called) => called,
            Err(_) => Err(self.no_answer()),
        }
    }

    async fn call(&self, encryption: Encryption) -> Result<Call<Stream>, DialError> {
        let tcp = self.connect().await?;
        match self.may_be_plain(&tcp, encryption) {
            true => Ok(Call::plain(Stream::Plain(tcp))),
            false => self.trusted(tcp).await,
        }
    }

    /// Whether the connection stays on this machine. A key that somebody named can be shown by TLS alone.
    fn may_be_plain(&self, tcp: &TcpStream, encryption: Encryption) -> bool {
        let is_here = tcp.peer_addr().is_ok_and(|peer| peer.ip().to_canonical().is_loopback());
        encryption == Encryption::ByAddress && self.key.is_none() && is_here
    }

    async fn connect(&self) -> Result<TcpStream, DialError> {
        let addresses: Vec<_> = tokio::net::lookup_host(&self.server).await.map_err(|_| self.no_such_host())?.collect();
        let tcp = TcpStream::connect(&addresses[..]).await.map_err(|_| self.no_answer())?;
        // A post is a small frame that somebody waits for.
        tcp.set_nodelay(true).map_err(|_| self.no_answer())?;
        #[cfg(target_os = "linux")]
        rustix::net::sockopt::set_tcp_user_timeout(&tcp, UNCONFIRMED_MS_MAX).map_err(|_| self.no_answer())?;
        Ok(tcp)
    }

    /// TLS with a server that is the one meant; otherwise nothing.
    async fn trusted(&self, tcp: TcpStream) -> Result<Call<Stream>, DialError> {
        let page = self.known.read()?;
        let mut notices = page.complaints();
        let known = page.find(&self.server)?.map(|known| known.voucher);
        let Secured { stream, binding, key, verdict } =
            self.tls.secure(tcp, self.host()).await.map_err(|failure| self.failed(failure))?;
        let evidence = Evidence { found: key, verdict, named: self.key, known };
        let trust = decide(&evidence).map_err(|why| self.distrusted(key, why))?;
        notices.extend(self.write_down(trust, &evidence).await?);
        Ok(Call { stream, binding, security: Security::Tls { key, trust }, notices })
    }

    /// Keeps in mind what is new. A sentence about what the person should know of it.
    async fn write_down(&self, trust: Trust, evidence: &Evidence) -> Result<Option<String>, DialError> {
        let (known, server, key) = (self.known.clone(), self.server.clone(), evidence.found);
        let written = match (trust, evidence.known) {
            (Trust::Known, _) | (Trust::Roots, Some(_)) => return Ok(None),
            (Trust::Invited, Some(Voucher::Key(known))) if known == key => return Ok(None),
            (Trust::Invited, Some(Voucher::Roots)) if evidence.verdict == Verdict::Holds => return Ok(None),
            (Trust::Invited, _) => on_disk(move || known.replace(&server, Voucher::Key(key), wall_clock())).await,
            (Trust::FirstContact, _) => on_disk(move || known.remember(&server, Voucher::Key(key), wall_clock())).await,
            (Trust::Roots, None) => on_disk(move || known.remember(&server, Voucher::Roots, wall_clock())).await,
        };
        match (trust, written) {
            (Trust::Invited, Ok(Some(Known { voucher: Voucher::Key(before), .. }))) => Ok(Some(format!(
                "{} had the key {before} before; the invite names {key}, which is remembered from now on",
                self.server
            ))),
            // Somebody else met the server at the same moment. If it showed them another key, one of the two is not it.
            (Trust::FirstContact, Ok(Some(Known { voucher: Voucher::Key(first), .. }))) if first != key => {
                Err(self.distrusted(key, Why::Changed { known: first }))
            }
            (_, Ok(_)) => Ok(None),
            (_, Err(error)) => Ok(Some(format!("the key of {} could not be remembered: {error}", self.server))),
        }
    }

    /// The host, without what sets an IPv6 address apart from its port and its network.
    fn host(&self) -> &str {
        let host = self.server.rsplit_once(':').map_or(self.server.as_str(), |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host.split_once('%').map_or(host, |(address, _zone)| address)
    }

    fn no_answer(&self) -> DialError {
        DialError::NoAnswer { address: self.server.clone() }
    }

    fn no_such_host(&self) -> DialError {
        DialError::NoSuchHost { host: self.host().to_owned() }
    }

    fn distrusted(&self, found: Fingerprint, why: Why) -> DialError {
        DialError::Distrusted(Distrust { server: self.server.clone(), found, why })
    }

    fn failed(&self, failure: Failure) -> DialError {
        let address = self.server.clone();
        match failure {
            Failure::NotTls => DialError::NotTls { address },
            Failure::Declined => DialError::Declined { address },
            Failure::TooOld => DialError::OldTls { address },
            Failure::Busy => DialError::Busy,
            Failure::Ended => DialError::HungUp { address },
            Failure::Broken(how) => DialError::NoHandshake { address, how },
        }
    }
}

/// Away from the threads that serve connections: another program may hold the file's lock.
async fn on_disk<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, KnownServersError> + Send + 'static,
) -> Result<T, KnownServersError> {
    tokio::task::spawn_blocking(act).await.expect("what is done to the file does not panic and is not cancelled")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_stays_unconfirmed_for_half_a_minute_ends_the_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = listener.local_addr().unwrap().to_string();
        let (tls, known) = (Tls::believing(Roots::these([])), KnownServers::at("unused".into()));
        let tcp = Tcp { server, key: None, encryption: Encryption::ByAddress, tls, known };

        let connected = tcp.connect().await.unwrap();

        assert_eq!(rustix::net::sockopt::tcp_user_timeout(&connected).unwrap(), 30_000);
        assert!(connected.nodelay().unwrap());
    }
}
