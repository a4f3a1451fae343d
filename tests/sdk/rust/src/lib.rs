//! A plugin that gives what a hash map of the standard library makes of one key.

use pocket_plugin_sdk::{NodeMetadata, PluginNode, Value, export_plugin};
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

struct Random;

impl PluginNode for Random {
    type Input = Value;
    type Output = String;

    fn exec(&self, _: Value) -> Result<String, String> {
        Ok(RandomState::new().hash_one("key").to_string())
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "main".to_string(),
            ..NodeMetadata::default()
        }
    }
}

export_plugin!(Random);
