//! A plugin that does what untrusted plugins do, so that the limits can be seen at work.

use std::hint::black_box;

use pocket_plugin_sdk::{NodeMetadata, PluginNode, Value, log};

const MIB: usize = 1 << 20;
const LINES: usize = 10_000;

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
            hoard.push(black_box(vec![1_u8; MIB]));
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
            turns = black_box(turns.wrapping_add(1));
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

struct Deep;

impl PluginNode for Deep {
    type Input = Value;
    type Output = u64;

    fn exec(&self, _: Value) -> Result<u64, String> {
        Ok(descend(0))
    }

    fn metadata(&self) -> NodeMetadata {
        describe("deep", "Call itself until the stack is used up")
    }
}

#[expect(unconditional_recursion)]
fn descend(depth: u64) -> u64 {
    black_box(descend(black_box(depth + 1))) + 1
}

struct Flood;

impl PluginNode for Flood {
    type Input = Value;
    type Output = usize;

    fn exec(&self, _: Value) -> Result<usize, String> {
        let line = "flood ".repeat(100);
        for _ in 0..LINES {
            log::info(&line);
        }
        Ok(LINES)
    }

    fn metadata(&self) -> NodeMetadata {
        describe("flood", "Write 10,000 lines to the log")
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

pocket_plugin_sdk::export_plugin!(MemoryBomb, EndlessLoop, Crash, Deep, Flood, Polite);
