export {
  env,
  store,
  files,
  input,
  output,
  streams,
  log,
  HostError,
  PermissionError,
  type Env,
  type Files,
  type FileStat,
  type HostErrorCode,
  type Input,
  type KeysOptions,
  type Log,
  type Output,
  type Pocket,
  type Store,
} from './host.js';
export { defineNode, type Filled, type Given, type NodeDefinition, type TypedSchema } from './define.js';

/** Any value that JSON can hold. */
export type JSONValue = null | boolean | number | string | JSONValue[] | { [key: string]: JSONValue };

/** A JSON Schema, https://json-schema.org/draft/2020-12. */
export type JSONSchema = { [keyword: string]: unknown };

/** What an async function gives, or a plain one. */
export type Awaitable<Value> = Value | Promise<Value>;

/** One call and what it gives: shown to users, and checked by `pocket plugins test`. */
export interface Example {
  name: string;
  config?: { [key: string]: JSONValue };
  input: JSONValue;
  output: JSONValue;
}

/** What a node is called, what it does, what it takes and gives. */
export interface NodeMetadata {
  /** The name that workflows use; the manifest names the same. */
  type: string;
  category: string;
  description: string;
  /** What a workflow may write as the node's config; a `default` is filled in before a call. */
  configSchema: JSONSchema;
  inputSchema?: JSONSchema;
  outputSchema?: JSONSchema;
  examples?: Example[];
  /** Whole numbers beyond `Number.MAX_SAFE_INTEGER` come as a BigInt; without it, rounded. */
  bigint?: boolean;
  /** The node works on `input` and `output`, and is called with them only. */
  stream?: boolean;
}

/** What `post` gives: the node's output, and the action that chooses the workflow's next node. */
export interface Post<Output> {
  output: Output;
  next: string;
}

/**
 * One step that a workflow can take. A plugin's script exports one as its default, or a list:
 *
 *     export default new Shout();
 */
export abstract class PluginNode<Input = any, Output = any, Config = any> {
  /** The node's config, with defaults filled in; set before each call. */
  config!: Config;

  /** Does the work. What it throws becomes the error of the call. */
  abstract exec(input: Input): Awaitable<Output>;

  /** Turns what the workflow gives into what `exec` takes. */
  prep?(input: any): Awaitable<Input>;

  /** Turns what `exec` gave into the node's output, and chooses where to go next. */
  post?(input: any, result: Output): Awaitable<Post<any>>;

  abstract getMetadata(): NodeMetadata;
}

/**
 * Calls a node as Pocket does, without WebAssembly: for unit tests.
 *
 * @param config of the node; what is left out gets the `default` of its configSchema
 */
export async function run(
  node: PluginNode,
  input: JSONValue,
  config: { [key: string]: JSONValue } = {},
): Promise<Post<any>> {
  node.config = withDefaults(config, node.getMetadata().configSchema);
  const prepared = node.prep ? await node.prep(input) : input;
  const output = await node.exec(prepared);
  return node.post ? await node.post(input, output) : { output, next: 'default' };
}

function withDefaults(value: JSONValue, schema: JSONSchema): JSONValue {
  const { properties } = schema as { [keyword: string]: JSONValue };
  if (!isObject(value) || !isObject(properties)) return value;
  const complete = { ...value };
  for (const [name, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    if (name in complete) complete[name] = withDefaults(complete[name]!, property);
    else if ('default' in property) complete[name] = structuredClone(property['default']!);
  }
  return complete;
}

function isObject(value: JSONValue | undefined): value is { [key: string]: JSONValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
