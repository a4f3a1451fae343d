//! What the host refuses or fails to do.

use std::fmt::{self, Display, Formatter};

/// Why the host refuses, or fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorCode {
    /// The manifest does not ask for it, or not for this.
    PermissionDenied,
    /// The question makes no sense.
    InvalidRequest,
    /// It failed outside; a retry may help.
    Unavailable,
    /// The quota of the plugin is used up.
    QuotaExceeded,
    /// The time of the call is nearly over.
    Timeout,
    /// The question or the answer is too large.
    TooLarge,
    /// The answer is not of the type that was asked for.
    Unexpected,
}

const NAMES: [(ErrorCode, &str); 7] = [
    (ErrorCode::PermissionDenied, "permission-denied"),
    (ErrorCode::InvalidRequest, "invalid-request"),
    (ErrorCode::Unavailable, "unavailable"),
    (ErrorCode::QuotaExceeded, "quota-exceeded"),
    (ErrorCode::Timeout, "timeout"),
    (ErrorCode::TooLarge, "too-large"),
    (ErrorCode::Unexpected, "unexpected"),
];

impl ErrorCode {
    /// The code as the ABI writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let found = NAMES.iter().find(|(code, _)| *code == self);
        found.map_or("unexpected", |(_, name)| name)
    }

    pub(crate) fn parse(text: &str) -> Self {
        let found = NAMES.iter().find(|(_, name)| *name == text);
        found.map_or(Self::Unexpected, |(code, _)| *code)
    }
}

impl Display for ErrorCode {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The host's no: `?` in a node makes it the error of the call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HostError {
    /// For the program.
    pub code: ErrorCode,
    /// For a person; names the permission where one is missing.
    pub message: String,
}

impl HostError {
    /// Make an error; tests of a plugin need it.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

impl Display for HostError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for HostError {}

impl From<HostError> for String {
    fn from(error: HostError) -> Self {
        error.to_string()
    }
}
