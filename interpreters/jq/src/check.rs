//! The node type `check`: what is wrong with a filter.

use pocket_plugin_sdk::{NodeMetadata, PluginNode};

use crate::problem::Problem;
use crate::program::compile;

/// Compiles a filter.
pub struct Check;

impl PluginNode for Check {
    type Input = String;
    type Output = Vec<Problem>;

    fn exec(&self, filter: String) -> Result<Vec<Problem>, String> {
        Ok(compile(&filter).err().unwrap_or_default())
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "check".to_owned(),
            category: "data".to_owned(),
            description: "Says what is wrong with a jq filter".to_owned(),
            ..NodeMetadata::default()
        }
    }
}
