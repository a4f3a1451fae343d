//! Keeps the lines of a text, of any size, that contain a word.

use std::io::{self, BufRead, BufReader, Write};

use pocket_plugin_sdk::{Context, NodeMetadata, PluginNode, Value, json, stream};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Config {
    contains: String,
    invert: bool,
}

#[derive(Serialize)]
struct Output {
    lines: u64,
    kept: u64,
}

/// What is read and written at once.
const PIECE_BYTES: usize = 256 << 10;

fn filter(config: &Config) -> io::Result<Output> {
    let mut input = BufReader::with_capacity(PIECE_BYTES, stream::input());
    let mut output = io::BufWriter::with_capacity(PIECE_BYTES, stream::output());
    let mut line = Vec::new();
    let mut counts = Output { lines: 0, kept: 0 };
    let word = config.contains.as_bytes();
    while input.read_until(b'\n', &mut line)? > 0 {
        counts.lines += 1;
        if contains(&line, word) != config.invert {
            counts.kept += 1;
            output.write_all(&line)?;
        }
        line.clear();
    }
    output.flush()?;
    Ok(counts)
}

fn contains(line: &[u8], word: &[u8]) -> bool {
    word.is_empty() || line.windows(word.len()).any(|part| part == word)
}

struct FilterLines;

impl PluginNode for FilterLines {
    type Input = Value;
    type Output = Output;

    fn exec_with(&self, _: Value, context: &Context<'_>) -> Result<Output, String> {
        filter(&context.config()?).map_err(|error| error.to_string())
    }

    fn metadata(&self) -> NodeMetadata {
        NodeMetadata {
            node_type: "filter-lines".to_string(),
            category: "text".to_string(),
            description: "Keep the lines of a text that contain a word".to_string(),
            config_schema: json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["contains"],
                "properties": {
                    "contains": {"type": "string", "description": "The word, as it is written"},
                    "invert": {"type": "boolean", "default": false,
                               "description": "Keep the other lines"},
                },
            })
            .into(),
            stream: true,
            ..Default::default()
        }
    }
}

pocket_plugin_sdk::export_plugin!(FilterLines);
