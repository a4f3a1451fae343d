// Nodes whose types follow from their schemas.
import type { FromSchema, JSONSchema as StrictSchema } from 'json-schema-to-ts';
import type { Awaitable, NodeMetadata, PluginNode, Post } from './index.js';

/** A JSON Schema that a library made of its own types and that carries them, as `z.toJSONSchema` of zod does. */
export interface TypedSchema<Given = any, Filled = any> {
  readonly '~standard': { readonly types?: { readonly input: Given; readonly output: Filled } | undefined };
}

type AnySchema = StrictSchema | TypedSchema;

// Conditional types wait until the schema is known; without them the compiler would look into the type
// of every schema there is, and give up.

/** What a schema describes, its defaults filled in. */
export type Filled<Schema> =
  Schema extends TypedSchema<any, infer Type> ? Type : Schema extends StrictSchema ? FromSchema<Schema> : never;

/** What a schema describes, as it was given: a property with a default may be missing. */
export type Given<Schema> =
  Schema extends TypedSchema<infer Type> ? Type
  : Schema extends StrictSchema ? FromSchema<Schema, { keepDefaultedPropertiesOptional: true }>
  : never;

/** A node: its metadata and its functions, whose types are those of the schemas. */
export interface NodeDefinition<ConfigSchema, InputSchema, OutputSchema, Prepared> extends Omit<NodeMetadata, keyof Schemas> {
  configSchema: ConfigSchema;
  inputSchema?: InputSchema;
  outputSchema?: OutputSchema;
  /** Shown to users, and checked by `pocket plugins test`. */
  examples?: { name: string; config?: Given<ConfigSchema>; input: Given<InputSchema>; output: Given<OutputSchema> }[];

  /** Turns what the workflow gives into what `exec` takes. */
  prep?(input: Given<InputSchema>, config: Filled<ConfigSchema>): Awaitable<Prepared>;

  /** Does the work. What it throws becomes the error of the call. */
  exec(input: Prepared, config: Filled<ConfigSchema>): Awaitable<Given<OutputSchema>>;

  /** Turns what `exec` gave into the node's output, and chooses where to go next. */
  post?(
    input: Given<InputSchema>,
    result: Given<OutputSchema>,
    config: Filled<ConfigSchema>,
  ): Awaitable<Post<Given<OutputSchema>>>;
}

/**
 * Makes a node of its schemas and functions:
 *
 *     export default defineNode({ type: 'shout', configSchema: {...}, async exec(input, config) {...} });
 *
 * A schema that is written elsewhere needs `as const`, so that its types are known. What has no
 * schema is `unknown`.
 */
export function defineNode<
  const ConfigSchema extends AnySchema,
  const InputSchema extends AnySchema = true,
  const OutputSchema extends AnySchema = true,
  Prepared = Given<InputSchema>,
>(
  definition: NodeDefinition<ConfigSchema, InputSchema, OutputSchema, Prepared>,
): PluginNode<Prepared, Given<OutputSchema>, Filled<ConfigSchema>>;
export function defineNode({ prep, exec, post, ...metadata }: Untyped): PluginNode {
  const node: PluginNode = {
    config: {},
    exec: (input) => exec(input, node.config),
    getMetadata: () => metadata,
  };
  if (prep) node.prep = (input) => prep(input, node.config);
  if (post) node.post = (input, result) => post(input, result, node.config);
  return node;
}

/** What has types of its own in each definition, and none inside `defineNode`. */
type Schemas = Pick<NodeMetadata, 'configSchema' | 'inputSchema' | 'outputSchema' | 'examples'>;

type AnySchemas = { [Name in keyof Schemas]: any };

interface Untyped extends Omit<NodeMetadata, keyof Schemas>, AnySchemas {
  prep?(input: any, config: any): Awaitable<any>;
  exec(input: any, config: any): Awaitable<any>;
  post?(input: any, result: any, config: any): Awaitable<Post<any>>;
}
