// From the bytes of a request to its response.
import { fail } from "./failure";
import { Call, Node } from "./node";
import { read } from "./reader";
import { Value } from "./value";
import { Writer } from "./writer";

const nodes: Map<string, Node> = new Map<string, Node>();

/** Make these the plugin's nodes; at the top level of its file. */
export function register(all: Node[]): void {
  for (let i = 0; i < all.length; i++) {
    const described = Value.parse(all[i].metadata());
    if (described === null) throw new Error(`the metadata of node ${i} is not JSON`);
    const type = described.get("type").text();
    if (type.length == 0) throw new Error(`the metadata of node ${i} has no type`);
    nodes.set(type, all[i]);
  }
}

/** Answer one request; the response replaces what was written. */
export function answer(at: usize, length: usize, response: Writer): void {
  const request = read(at, length);
  if (request === null) {
    fail("the request is not JSON, or too deep");
    return;
  }
  const wanted = request.get("function").text();
  if (wanted == "metadata") {
    respond(response, describe(), "default");
    return;
  }
  const type = request.get("node").text();
  if (!nodes.has(type)) fail(`the plugin has no node type '${type}'`);
  const call = new Call(request.get("input"), request.get("config"), request.get("execResult"));
  const output = perform(nodes.get(type), wanted, call, request);
  respond(response, output, call.next);
}

function respond(response: Writer, output: Value, next: string): void {
  response.clear();
  response.raw('{"success":true,"output":');
  response.value(output);
  if (next != "default") {
    response.raw(',"next":');
    response.text(next);
  }
  response.raw("}");
}

function perform(node: Node, wanted: string, call: Call, request: Value): Value {
  if (wanted == "prep") return node.prep(call);
  if (wanted == "run") {
    call.input = node.prep(call);
    call.result = node.exec(call);
    return node.post(call);
  }
  call.input = request.get("prepResult");
  if (wanted == "exec") return node.exec(call);
  if (wanted == "post") return node.post(call);
  return fail(`unknown function '${wanted}'`);
}

function describe(): Value {
  const found = Value.array();
  const all = nodes.values();
  for (let i = 0; i < all.length; i++) {
    const described = Value.parse(all[i].metadata());
    if (described !== null) found.push(described);
  }
  const functions: string[] = ["metadata", "run", "prep", "exec", "post"];
  return Value.object().put("abi", 1).put("functions", functions).put("nodes", found);
}
