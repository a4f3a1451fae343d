//! What a node sees of its call besides its input.

use serde::Deserialize;

/// One JSON value, not yet parsed.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a>(pub(crate) &'a [u8]);

impl<'a> Json<'a> {
    /// Read the value as a `T`; the error says what is wrong and where.
    pub fn parse<T: Deserialize<'a>>(self) -> Result<T, String> {
        serde_json::from_slice(self.0).map_err(|error| error.to_string())
    }
}

/// The surroundings of one call.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    config: Json<'a>,
}

impl<'a> Context<'a> {
    /// Make a context with this config, as JSON text: what a unit test of `exec_with` needs.
    #[must_use]
    pub fn new(config: &'a str) -> Self {
        Self {
            config: Json(config.as_bytes()),
        }
    }

    /// Read the node's config, which the host has checked against its schema.
    pub fn config<T: Deserialize<'a>>(&self) -> Result<T, String> {
        self.config
            .parse()
            .map_err(|error| format!("config: {error}"))
    }
}
