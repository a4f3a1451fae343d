//! Why a start or a call failed, as one closed set; each code maps to one Python exception.

use crate::trace::Trace;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The guest trapped or aborted.
    Trap,
    /// The guest was refused memory and then failed.
    Memory,
    /// The call used up its fuel.
    Fuel,
    /// The response is larger than the output cap.
    OutputTooLarge,
    /// The response is not inside the guest's memory.
    BadOutput,
    /// The module misses an export, imports something unknown or is not wasm.
    BadModule,
    /// The artifact was made by another engine or is damaged.
    BadArtifact,
    /// A limit could not be put in force.
    Sandbox,
    /// The host sent what the protocol does not allow.
    Protocol,
}

impl Code {
    pub fn name(self) -> &'static str {
        match self {
            Self::Trap => "trap",
            Self::Memory => "memory",
            Self::Fuel => "fuel",
            Self::OutputTooLarge => "output-too-large",
            Self::BadOutput => "bad-output",
            Self::BadModule => "bad-module",
            Self::BadArtifact => "bad-artifact",
            Self::Sandbox => "sandbox",
            Self::Protocol => "protocol",
        }
    }
}

#[derive(Debug)]
pub struct Fault {
    pub code: Code,
    pub message: String,
    /// Of a guest that ran; empty for all else.
    pub trace: Trace,
}

impl Fault {
    pub fn new(code: Code, message: impl fmt::Display) -> Self {
        Self { code, message: message.to_string(), trace: Trace::default() }
    }

    pub fn with_trace(self, trace: Trace) -> Self {
        Self { trace, ..self }
    }
}
