//! What a node sees of its call besides its input.

use serde::Deserialize;

/// One JSON value, not yet parsed; unit tests make it from text by `.into()`.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a>(pub(crate) &'a [u8]);

impl<'a> From<&'a str> for Json<'a> {
    fn from(text: &'a str) -> Self {
        Self(text.as_bytes())
    }
}

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
    /// Make a context from the JSON text of a config; unit tests need it.
    #[must_use]
    pub fn new(config: &'a str) -> Self {
        Self {
            config: config.into(),
        }
    }

    /// Read the node's config, which the host has checked against its schema.
    pub fn config<T: Deserialize<'a>>(&self) -> Result<T, String> {
        self.config
            .parse()
            .map_err(|error| format!("config: {error}"))
    }
}
