//! Why the cluster behind a context could not be asked, in words that hold no secret.

use std::{error::Error, io, time::Duration};

use crate::{
    engine::error::Said,
    error::{Code, Explain},
    health,
    kubeconfig::KubeconfigError,
};

/// Why the cluster behind a context could not be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReachError {
    /// The context cannot be read.
    #[error("its kubeconfig cannot be read")]
    Kubeconfig(#[source] KubeconfigError),
    /// Something in its entries is not what it should be. What exactly may be a secret.
    #[error("the certificates, keys or address in its kubeconfig cannot be used")]
    Unusable,
    /// It signs in by a program that was not allowed to run.
    #[error("this context signs in by running `{0}`")]
    NeedsProgram(String),
    /// The program did not give what it should.
    #[error("this context signs in by running `{program}`, which did not work")]
    Program {
        /// Which.
        program: String,
        /// Why.
        #[source]
        source: ProgramError,
    },
    /// It signs in by something that kubectl knew once.
    #[error("this context signs in by the `{0}` provider, which cannot be used here")]
    Provider(String),
    /// It is behind a proxy of its own.
    #[error("this context goes through the proxy `{0}`, which cannot be used here")]
    Proxy(String),
    /// There is no such host.
    #[error("the name `{0}` of its server is not known")]
    UnknownHost(String),
    /// Nothing listens there.
    #[error("its server refused the connection")]
    Refused(#[source] Said),
    /// No way leads there.
    #[error("its server cannot be reached over the network")]
    NoWay(#[source] Said),
    /// Neither side could agree on who the other is.
    #[error("no secure connection to its server was possible")]
    Tls(#[source] Said),
    /// The server does not know this user, or no longer.
    #[error("its server does not accept these credentials")]
    Credentials(#[source] Said),
    /// The server knows this user, who may not do this.
    #[error("its server does not allow this")]
    Forbidden(#[source] Said),
    /// It answers, but not as Kubernetes does.
    #[error("its server does not answer as it should")]
    Answer(#[source] Said),
    /// It did not answer in time.
    #[error("it did not answer within {} seconds", .0.as_secs_f32())]
    TimedOut(Duration),
}

/// Why a program gave no credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// There is no such program.
    #[error("it is not installed, or not in `PATH`")]
    Missing,
    /// The system refused to run it.
    #[error("it could not be started")]
    NotStarted(#[source] io::Error),
    /// It asks something on a terminal.
    #[error("it wants to ask something on a terminal")]
    WantsTerminal,
    /// It gave up.
    #[error("it ended with {0}")]
    Failed(String),
    /// What it wrote is no credential.
    #[error("what it wrote is no credential")]
    NotUnderstood,
}

impl Explain for ReachError {
    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Kubeconfig(source) => return source.hint(),
            Self::Unusable => "Fetch the kubeconfig of this cluster anew.",
            Self::NeedsProgram(_) => "Ask again and allow it to run.",
            Self::Program {
                source: ProgramError::Missing,
                ..
            } => "Install it, or start k3tray where it is found.",
            Self::Program { .. } | Self::Provider(_) | Self::Proxy(_) => {
                "Ask `kubectl get nodes` in a terminal: it shows more."
            }
            Self::UnknownHost(_) | Self::NoWay(_) | Self::TimedOut(_) => {
                "Check the network or the VPN, then ask again."
            }
            Self::Refused(_) => "Check that the cluster runs and that its address is right.",
            Self::Tls(_) => {
                "Fetch the kubeconfig of this cluster anew: its certificates may be old."
            }
            Self::Credentials(_) => "Sign in again, or fetch the kubeconfig of this cluster anew.",
            Self::Forbidden(_) => "Ask whoever runs the cluster for the right.",
            Self::Answer(_) => "Check that its address is that of a Kubernetes API.",
        };
        Some(hint.into())
    }

    fn code(&self) -> Code {
        match self {
            Self::Kubeconfig(source) => source.code(),
            Self::NeedsProgram(_) => Code::NeedsProgram,
            _ => Code::Other,
        }
    }
}

/// What the API's client met with.
pub(super) fn told(error: &kube::Error) -> ReachError {
    let said = health::said(error);
    match error {
        kube::Error::Api(status) => match status.code {
            401 => ReachError::Credentials(said),
            403 => ReachError::Forbidden(said),
            _ => ReachError::Answer(said),
        },
        // These repeat what the server wrote.
        kube::Error::SerdeError(_) | kube::Error::FromUtf8(_) => {
            ReachError::Answer(Said("what it wrote is not Kubernetes' JSON".into()))
        }
        error => broken(error, said),
    }
}

/// What is wrong with a connection.
fn broken(error: &(dyn Error + 'static), said: Said) -> ReachError {
    if let Some(tls) = find::<rustls::Error>(error) {
        let said = Said(tls.to_string());
        return match tls {
            // The other side's complaint is about the certificate that it was shown.
            rustls::Error::AlertReceived(_) => ReachError::Credentials(said),
            _ => ReachError::Tls(said),
        };
    }
    match find::<io::Error>(error).map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => ReachError::Refused(said),
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
            ReachError::NoWay(said)
        }
        _ => ReachError::Answer(said),
    }
}

/// The innermost error of that type, looked for inside what the system's errors carry, too.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let carried = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
        .map(|inner| inner as &(dyn Error + 'static));
    let inner = carried.or_else(|| error.source());
    inner
        .and_then(find::<E>)
        .or_else(|| error.downcast_ref::<E>())
}
