// What an author writes: a class for each node type.
import { Value } from "./value";

/** One call of a node. */
export class Call {
  /** The action that chooses the next node of a workflow; for `post` to set. */
  next: string = "default";

  constructor(
    /** The node's input; for `exec` and `post`, what `prep` made of it. */
    public input: Value,
    /** The node's config, checked by the host, with its defaults. */
    public config: Value,
    /** For `post`: what `exec` gave. */
    public result: Value,
  ) {}
}

/** A node type. */
export abstract class Node {
  /** JSON: type, category, description, configSchema, inputSchema, outputSchema, examples, stream. */
  abstract metadata(): string;

  /** Does the work. */
  abstract exec(call: Call): Value;

  /** Turns `call.input` into what `exec` takes. */
  prep(call: Call): Value {
    return call.input;
  }

  /** Gives the node's output, and may set `call.next`. */
  post(call: Call): Value {
    return call.result;
  }
}
