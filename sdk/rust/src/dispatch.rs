//! From the bytes of a request to the bytes of its response.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use crate::{Action, Context, Json, NodeMetadata, PluginNode, Post, finite};

const FUNCTIONS: [&str; 5] = ["metadata", "run", "prep", "exec", "post"];
const DEFAULT: Action = Cow::Borrowed("default");
/// What a response starts with, until it turns out to be a failure; its output follows.
const OPENING: &[u8] = br#"{"success":true,"output":"#;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    node: Cow<'a, str>,
    #[serde(borrow)]
    function: Cow<'a, str>,
    #[serde(borrow)]
    config: Option<&'a RawValue>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
    #[serde(borrow)]
    prep_result: Option<&'a RawValue>,
    #[serde(borrow)]
    exec_result: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct PluginMetadata {
    abi: u32,
    functions: [&'static str; 5],
    nodes: Vec<NodeMetadata>,
}

/// A [`PluginNode`] without its types, so that nodes fit in one list; `out` is a response after
/// its `OPENING`, and gets the output as JSON.
pub trait Node: Sync {
    /// What the node says of itself.
    fn describe(&self) -> NodeMetadata;
    /// Write what `prep` gives.
    fn call_prep(&self, input: Json, context: &Context, out: &mut Vec<u8>) -> Result<(), String>;
    /// Write what `exec` gives.
    fn call_exec(&self, prepared: Json, context: &Context, out: &mut Vec<u8>)
    -> Result<(), String>;
    /// Replace the result of `exec` by what `post` gives.
    fn call_post(
        &self,
        prepared: Json,
        context: &Context,
        out: &mut Vec<u8>,
    ) -> Result<Action, String>;
    /// Write what prep, exec and post give together.
    fn call_run(&self, input: Json, context: &Context, out: &mut Vec<u8>)
    -> Result<Action, String>;
}

impl<N: PluginNode> Node for N {
    fn describe(&self) -> NodeMetadata {
        self.metadata()
    }

    fn call_prep(&self, input: Json, context: &Context, out: &mut Vec<u8>) -> Result<(), String> {
        let Some(prepared) = self.prep(input, context)? else {
            out.extend_from_slice(input.0);
            return Ok(());
        };
        write(out, &prepared)
    }

    fn call_exec(
        &self,
        prepared: Json,
        context: &Context,
        out: &mut Vec<u8>,
    ) -> Result<(), String> {
        let input = prepared
            .parse()
            .map_err(|error| format!("input: {error}"))?;
        let output = self.exec_with(input, context)?;
        finite::check(&output)?;
        write(out, &output)
    }

    fn call_post(
        &self,
        prepared: Json,
        context: &Context,
        out: &mut Vec<u8>,
    ) -> Result<Action, String> {
        let result = Json(&out[OPENING.len()..]);
        let Post { output, next } = self.post(prepared, result, context)?;
        if let Some(output) = output {
            out.truncate(OPENING.len());
            write(out, &output)?;
        }
        Ok(next)
    }

    fn call_run(
        &self,
        input: Json,
        context: &Context,
        out: &mut Vec<u8>,
    ) -> Result<Action, String> {
        let mut buffer = Vec::new();
        let prepared = match self.prep(input, context)? {
            Some(prepared) => {
                write(&mut buffer, &prepared)?;
                Json(&buffer)
            }
            None => input,
        };
        self.call_exec(prepared, context, out)?;
        self.call_post(prepared, context, out)
    }
}

/// Answer one request; `response` is emptied first and keeps its room.
pub fn answer(nodes: &[&dyn Node], types: &[String], request: &[u8], response: &mut Vec<u8>) {
    response.clear();
    response.extend_from_slice(OPENING);
    let done = respond(nodes, types, request, response).and_then(|next| close(&next, response));
    if let Err(error) = done {
        response.clear();
        response.extend_from_slice(br#"{"success":false,"error":"#);
        response.extend_from_slice(Value::from(error).to_string().as_bytes());
        response.push(b'}');
    }
}

fn close(next: &str, response: &mut Vec<u8>) -> Result<(), String> {
    if next != DEFAULT {
        response.extend_from_slice(br#","next":"#);
        write(response, next)?;
    }
    response.push(b'}');
    Ok(())
}

fn respond(
    nodes: &[&dyn Node],
    types: &[String],
    request: &[u8],
    out: &mut Vec<u8>,
) -> Result<Action, String> {
    let request: Request =
        serde_json::from_slice(request).map_err(|error| format!("request: {error}"))?;
    if request.function == "metadata" {
        return describe(nodes, out).map(|()| DEFAULT);
    }
    let index = types.iter().position(|name| *name == request.node);
    let index = index.ok_or_else(|| format!("the plugin has no node type '{}'", request.node))?;
    call(nodes[index], &request, out)
}

fn call(node: &dyn Node, request: &Request, out: &mut Vec<u8>) -> Result<Action, String> {
    let context = Context::new(request.config.map_or("{}", RawValue::get));
    let [input, prepared, result] =
        [request.input, request.prep_result, request.exec_result].map(json);
    match &*request.function {
        "run" => return node.call_run(input, &context, out),
        "prep" => node.call_prep(input, &context, out)?,
        "exec" => node.call_exec(prepared, &context, out)?,
        "post" => {
            out.extend_from_slice(result.0);
            return node.call_post(prepared, &context, out);
        }
        other => return Err(format!("unknown function '{other}'")),
    }
    Ok(DEFAULT)
}

fn json(value: Option<&RawValue>) -> Json<'_> {
    Json::from(value.map_or("null", RawValue::get))
}

fn describe(nodes: &[&dyn Node], out: &mut Vec<u8>) -> Result<(), String> {
    let nodes = nodes.iter().map(|node| node.describe()).collect();
    let metadata = PluginMetadata {
        abi: 1,
        functions: FUNCTIONS,
        nodes,
    };
    write(out, &metadata)
}

fn write<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) -> Result<(), String> {
    serde_json::to_writer(out, value).map_err(|error| format!("output: {error}"))
}
