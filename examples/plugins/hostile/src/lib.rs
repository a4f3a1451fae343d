//! A plugin that does what untrusted plugins do, so that the limits can be seen at work.

use pocket_plugin_sdk::{NodeMetadata, PluginNode, Value};

const MIB: usize = 1 << 20;

fn describe(node_type: &str, description: &str) -> NodeMetadata {
    NodeMetadata {
        node_type: node_type.to_owned(),
        category: "demo".to_owned(),
        description: description.to_owned(),
        ..Default::default()
    }
}

struct MemoryBomb;

impl PluginNode for MemoryBomb {
    type Input = Value;
    type Output = usize;

    fn exec(&self, _: Value) -> Result<usize, String> {
        let mut hoard = Vec::new();
        loop {
            hoard.push(std::hint::black_box(vec![1_u8; MIB]));
        }
    }

    fn metadata(&self) -> NodeMetadata {
        describe("memory-bomb", "Take memory until stopped")
    }
}

struct EndlessLoop;

impl PluginNode for EndlessLoop {
    type Input = Value;
    type Output = u64;

    fn exec(&self, _: Value) -> Result<u64, String> {
        let mut turns = 0_u64;
        loop {
            turns = std::hint::black_box(turns.wrapping_add(1));
        }
    }

    fn metadata(&self) -> NodeMetadata {
        describe("endless-loop", "Compute until stopped")
    }
}

struct Crash;

impl PluginNode for Crash {
    type Input = Value;
    type Output = Value;

    fn exec(&self, _: Value) -> Result<Value, String> {
        panic!("this node always crashes")
    }

    fn metadata(&self) -> NodeMetadata {
        describe("crash", "Panic, which is a trap in WebAssembly")
    }
}

struct Polite;

impl PluginNode for Polite {
    type Input = Value;
    type Output = Value;

    fn exec(&self, input: Value) -> Result<Value, String> {
        Ok(input)
    }

    fn metadata(&self) -> NodeMetadata {
        describe("polite", "Give the input back")
    }
}

pocket_plugin_sdk::export_plugin!(MemoryBomb, EndlessLoop, Crash, Polite);
