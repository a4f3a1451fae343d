//! From the bytes of a request to the bytes of its response.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Context, Json, NodeMetadata, PluginNode, Post, finite};

const FUNCTIONS: [&str; 5] = ["metadata", "run", "prep", "exec", "post"];
const SUCCESS: &[u8] = br#"{"success":true,"output":"#;

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

#[derive(Serialize)]
struct Failure<'a> {
    success: bool,
    error: &'a str,
}

/// A [`PluginNode`] without its types, so that nodes fit in one list.
pub trait Node: Sync {
    /// The name that requests use.
    fn node_type(&self) -> String;
    /// What the node says of itself.
    fn describe(&self) -> NodeMetadata;
    /// Append the JSON of what `prep` gives.
    fn call_prep(&self, input: Json, context: &Context, out: &mut Vec<u8>) -> Result<(), String>;
    /// Append the JSON of what `exec` gives.
    fn call_exec(&self, input: Json, context: &Context, out: &mut Vec<u8>) -> Result<(), String>;
    /// Append the JSON of the output and give the next action; the result of `exec` is in `out`
    /// from `at` on.
    fn call_post(
        &self,
        prepared: Json,
        context: &Context,
        out: &mut Vec<u8>,
        at: usize,
    ) -> Result<Cow<'static, str>, String>;
    /// Append what prep, exec and post give together.
    fn call_run(
        &self,
        input: Json,
        context: &Context,
        out: &mut Vec<u8>,
    ) -> Result<Cow<'static, str>, String>;
}

impl<N: PluginNode> Node for N {
    fn node_type(&self) -> String {
        self.metadata().node_type
    }

    fn describe(&self) -> NodeMetadata {
        self.metadata()
    }

    fn call_prep(&self, input: Json, context: &Context, out: &mut Vec<u8>) -> Result<(), String> {
        match self.prep(input, context)? {
            Some(prepared) => finite::append(out, &prepared),
            None => {
                out.extend_from_slice(input.0);
                Ok(())
            }
        }
    }

    fn call_exec(&self, input: Json, context: &Context, out: &mut Vec<u8>) -> Result<(), String> {
        let input = input.parse().map_err(|error| format!("input: {error}"))?;
        finite::append(out, &self.exec_with(input, context)?)
    }

    fn call_post(
        &self,
        prepared: Json,
        context: &Context,
        out: &mut Vec<u8>,
        at: usize,
    ) -> Result<Cow<'static, str>, String> {
        let Post { output, next } = self.post(prepared, Json(&out[at..]), context)?;
        if let Some(output) = output {
            out.truncate(at);
            finite::append(out, &output)?;
        }
        Ok(next)
    }

    fn call_run(
        &self,
        input: Json,
        context: &Context,
        out: &mut Vec<u8>,
    ) -> Result<Cow<'static, str>, String> {
        let at = out.len();
        let Some(prepared) = self.prep(input, context)? else {
            self.call_exec(input, context, out)?;
            return self.call_post(input, context, out, at);
        };
        let prepared = prepared.to_string();
        self.call_exec(Json(prepared.as_bytes()), context, out)?;
        self.call_post(Json(prepared.as_bytes()), context, out, at)
    }
}

/// Answer one request; `response` is emptied first and keeps its room.
pub fn answer(nodes: &[&dyn Node], types: &[String], request: &[u8], response: &mut Vec<u8>) {
    response.clear();
    response.extend_from_slice(SUCCESS);
    match respond(nodes, types, request, response) {
        Ok(next) if next == "default" => response.push(b'}'),
        Ok(next) => close_with_next(&next, response),
        Err(error) => fail(&error, response),
    }
}

fn respond(
    nodes: &[&dyn Node],
    types: &[String],
    request: &[u8],
    out: &mut Vec<u8>,
) -> Result<Cow<'static, str>, String> {
    let request: Request =
        serde_json::from_slice(request).map_err(|error| format!("request: {error}"))?;
    if request.function == "metadata" {
        return describe(nodes, out).map(|()| "default".into());
    }
    let index = types.iter().position(|name| *name == request.node);
    let node = index.ok_or_else(|| format!("the plugin has no node type '{}'", request.node))?;
    call(nodes[node], &request, out)
}

fn call(
    node: &dyn Node,
    request: &Request,
    out: &mut Vec<u8>,
) -> Result<Cow<'static, str>, String> {
    let context = Context::new(request.config.map_or("{}", RawValue::get));
    match &*request.function {
        "run" => return node.call_run(json(request.input), &context, out),
        "prep" => node.call_prep(json(request.input), &context, out)?,
        "exec" => node.call_exec(json(request.prep_result), &context, out)?,
        "post" => {
            let at = out.len();
            out.extend_from_slice(json(request.exec_result).0);
            return node.call_post(json(request.prep_result), &context, out, at);
        }
        other => return Err(format!("unknown function '{other}'")),
    }
    Ok("default".into())
}

fn json(value: Option<&RawValue>) -> Json<'_> {
    Json(value.map_or("null", RawValue::get).as_bytes())
}

fn describe(nodes: &[&dyn Node], out: &mut Vec<u8>) -> Result<(), String> {
    let metadata = PluginMetadata {
        abi: 1,
        functions: FUNCTIONS,
        nodes: nodes.iter().map(|node| node.describe()).collect(),
    };
    finite::append(out, &metadata)
}

fn close_with_next(next: &str, response: &mut Vec<u8>) {
    response.extend_from_slice(br#","next":"#);
    if let Err(error) = finite::append(response, next) {
        return fail(&error, response);
    }
    response.push(b'}');
}

fn fail(error: &str, response: &mut Vec<u8>) {
    response.clear();
    let failure = Failure {
        success: false,
        error,
    };
    if serde_json::to_writer(&mut *response, &failure).is_err() {
        response.clear();
        response.extend_from_slice(br#"{"success":false,"error":"unknown"}"#);
    }
}
