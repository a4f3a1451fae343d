//! What a plugin author implements.

use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Context, Json, NodeMetadata};

/// The name by which a workflow chooses the next node.
pub type Action = Cow<'static, str>;

/// One node type of a plugin.
///
/// A node without config implements [`exec`](Self::exec); one with config implements
/// [`exec_with`](Self::exec_with) instead. An `Err` becomes the error of the call; a panic
/// crashes the call, after its message and place went to the log.
pub trait PluginNode: Sync {
    /// What `exec` takes.
    type Input: DeserializeOwned;
    /// What `exec` gives.
    type Output: Serialize;

    /// Do the node's work.
    fn exec(&self, _input: Self::Input) -> Result<Self::Output, String> {
        Err("the node implements neither exec nor exec_with".to_owned())
    }

    /// Do the node's work with its config at hand: `context.config::<MyConfig>()?`.
    fn exec_with(
        &self,
        input: Self::Input,
        _context: &Context<'_>,
    ) -> Result<Self::Output, String> {
        self.exec(input)
    }

    /// Turn the node's input, of any shape, into what `exec` takes; `None` leaves it as it is.
    fn prep(&self, _input: Json<'_>, _context: &Context<'_>) -> Result<Option<Value>, String> {
        Ok(None)
    }

    /// Choose the next node, and another output if wanted, from what `prep` and `exec` gave.
    fn post(
        &self,
        _prepared: Json<'_>,
        _result: Json<'_>,
        _context: &Context<'_>,
    ) -> Result<Post, String> {
        Ok(Post::default())
    }

    /// Describe the node.
    fn metadata(&self) -> NodeMetadata;
}

/// What [`PluginNode::post`] decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// The node's output; `None` keeps the result of `exec`.
    pub output: Option<Value>,
    /// The action that chooses the next node of the workflow.
    pub next: Action,
}

impl Default for Post {
    fn default() -> Self {
        Self::next("default")
    }
}

impl Post {
    /// Keep the output of `exec` and go on with this action.
    pub fn next(action: impl Into<Action>) -> Self {
        Self {
            output: None,
            next: action.into(),
        }
    }
}
