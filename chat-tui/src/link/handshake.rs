//! From a stream to a login: hello, challenge, signature, welcome.

use super::dial::{Call, Dialer, Encryption, Security};
use super::end::End;
use super::wire::{self, Inbound, Outbound};
use chat_proto::frame::{Challenge, ClientFrame, Hello, Login, ServerFrame, Welcome};
use chat_proto::login::Binding;
use chat_proto::{Nick, VERSION_MAX, VERSION_MIN, login};
use ed25519_dalek::SigningKey;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// All of the greeting together.
const PATIENCE: Duration = Duration::from_secs(10);
/// The numbers of the two requests of a greeting; what is asked later counts on its own.
const HELLO: u32 = 1;
const LOGIN: u32 = 2;

/// A connection that is logged in.
pub(crate) struct Connected<S> {
    pub(crate) inbound: Inbound<S>,
    pub(crate) outbound: Outbound<S>,
    pub(crate) welcome: Welcome,
    pub(crate) security: Security,
    pub(crate) notices: Vec<String>,
}

/// Dials and logs in as `name`; once more over TLS if the server asks for it or expects it, as one behind a tunnel
/// does.
pub(crate) async fn connect<D: Dialer>(
    dialer: &D,
    encryption: Encryption,
    key: &SigningKey,
    instance: u64,
    name: &Nick,
) -> Result<Connected<D::Stream>, End> {
    let call = match encryption {
        Encryption::ByAddress => dialer.dial().await,
        Encryption::Always => dialer.dial_encrypted().await,
    };
    let call = call.map_err(End::not_dialled)?;
    let is_plain = call.security == Security::Plain;
    match log_in(call, key, instance, name).await {
        Err(End::NeedsTls(_)) if is_plain => {
            let call = dialer.dial_encrypted().await.map_err(End::not_dialled)?;
            log_in(call, key, instance, name).await
        }
        outcome => outcome,
    }
}

async fn log_in<S>(call: Call<S>, key: &SigningKey, instance: u64, name: &Nick) -> Result<Connected<S>, End>
where
    S: AsyncRead + AsyncWrite,
{
    let Call { stream, binding, security, notices } = call;
    let hello = Hello {
        version_min: VERSION_MIN,
        version_max: VERSION_MAX,
        name: name.as_str().to_owned().into(),
        key: key.verifying_key().to_bytes(),
        instance,
    };
    let greeting = tokio::time::timeout(PATIENCE, greet(stream, key, hello, &binding));
    match greeting.await {
        Ok(Ok((inbound, outbound, welcome))) => Ok(Connected { inbound, outbound, welcome, security, notices }),
        Ok(Err(end)) => Err(end),
        Err(_) => Err(End::lost("the server took the call but does not greet")),
    }
}

type Greeted<S> = (Inbound<S>, Outbound<S>, Welcome);

async fn greet<S>(stream: S, key: &SigningKey, hello: Hello, binding: &Binding) -> Result<Greeted<S>, End>
where
    S: AsyncRead + AsyncWrite,
{
    let (mut inbound, mut outbound) = wire::split(stream);
    say(&mut outbound, HELLO, hello.clone()).await?;
    let challenge = match hear(&mut inbound).await? {
        ServerFrame::Challenge(challenge) => speakable(challenge)?,
        other => return Err(not_expected(&other)),
    };
    let signature = login::sign(key, &challenge, &hello, binding);
    say(&mut outbound, LOGIN, Login { signature }).await?;
    match hear(&mut inbound).await? {
        ServerFrame::Welcome(welcome) => Ok((inbound, outbound, welcome)),
        other => Err(not_expected(&other)),
    }
}

fn speakable(challenge: Challenge) -> Result<Challenge, End> {
    match (VERSION_MIN..=VERSION_MAX).contains(&challenge.version) {
        true => Ok(challenge),
        false => Err(End::misbehaves(format!("it chose protocol {}, which was not offered", challenge.version))),
    }
}

fn not_expected(frame: &ServerFrame) -> End {
    match frame {
        ServerFrame::Refused(refused) => End::login_refused_by(refused),
        ServerFrame::GoAway(goaway) => End::GoAway(super::end::reconnect_after(goaway)),
        _ => End::misbehaves("an answer out of turn while greeting"),
    }
}

async fn say<S: AsyncWrite>(
    outbound: &mut Outbound<S>,
    request: u32,
    frame: impl Into<ClientFrame>,
) -> Result<(), End> {
    outbound.push(request, &frame.into());
    while outbound.has_unsent() {
        outbound.write_some().await.map_err(|_| hung_up())?;
    }
    Ok(())
}

async fn hear<S: AsyncRead>(inbound: &mut Inbound<S>) -> Result<ServerFrame, End> {
    loop {
        if let Some((_, frame)) = inbound.next_frame()? {
            return Ok(frame);
        }
        if !inbound.read().await.map_err(|_| hung_up())? {
            return Err(hung_up());
        }
    }
}

fn hung_up() -> End {
    End::lost("the server hung up while greeting")
}
