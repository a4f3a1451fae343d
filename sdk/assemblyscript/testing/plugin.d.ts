/** A plugin under Node's own WebAssembly, for unit tests without Pocket. Files are not there. */
export class Plugin {
  /**
   * @param file the built plugin.wasm
   * @param host what the plugin may have; `http` answers a request, or throws an Error with a `code`
   */
  constructor(
    file: string | URL,
    host?: {
      env?: Record<string, string>;
      store?: Record<string, unknown>;
      http?: (request: { method: string; url: string; headers: [string, string][]; body?: string; bodyBase64?: string }) => {
        status: number;
        headers?: [string, string][];
        body?: string;
        bodyBase64?: string;
      };
    },
  );
  /** The lines of the log so far, such as `info: done`. */
  readonly log: string[];
  /** The questions to the host so far. */
  readonly asked: { call: string; [field: string]: unknown }[];
  /** What the plugin says of itself. */
  readonly metadata: { nodes: { type: string; examples?: { name: string; config?: unknown; input: unknown; output: unknown }[] }[] };
  /** Calls a node as Pocket does. An error of the call is thrown, with its stack as `frames`. */
  run(node: string, input: unknown, config?: unknown): { output: any; next: string };
  /** Calls a node that works on a stream; `chunks` is all that it reads, or the pieces in which it comes. */
  stream(
    node: string,
    chunks: string | Uint8Array | Iterable<string | Uint8Array>,
    input?: unknown,
    config?: unknown,
  ): { output: any; next: string; written: Uint8Array };
  /** Makes any request of the ABI. */
  call(request: object): { output: any; next: string };
}
