// Does what a case asks it to; cases.py says what that is.
import { env, files, input, log, output, PermissionError, PluginNode, store, type NodeMetadata, type Post } from '@pocket/plugin-sdk';

let calls = 0;

const deeds: Record<string, (argument: any, config: any) => unknown> = {
  echo: (value) => value,
  add: ([first, second]) => BigInt(first) + BigInt(second),
  fail: (why) => {
    throw new Error(why); // the error
  },
  log: (line) => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) log[level](line);
  },
  print: (line) => console.log(line),
  env: (name) => env[name] ?? null,
  http: async ({ url, body }) => {
    const response = await fetch(url, { method: 'POST', headers: { 'x-asked': 'yes' }, body });
    return { status: response.status, answered: response.headers.get('x-answer'), body: await response.text() };
  },
  refusal: async (url) => {
    try {
      return await fetch(url);
    } catch (error) {
      return error instanceof PermissionError ? error.code : 'another';
    }
  },
  read: (path) => files.readText(path),
  write: ({ path, text }) => files.write(path, text),
  count: async (key) => {
    const number = ((await store.get<number>(key)) ?? 0) + 1;
    await store.set(key, number);
    return number;
  },
  keys: (prefix) => store.keys({ prefix }),
  forget: (key) => store.delete(key),
  random: () => String(Math.random()),
  calls: () => ++calls,
  config: (_, config) => config,
};
deeds.panic = deeds.fail;

class Deeds extends PluginNode {
  async exec(input: { do: string; with: unknown }) {
    const deed = deeds[input.do];
    if (!deed) throw new Error(`there is no deed ${input.do}`);
    return (await deed(input.with, this.config)) ?? null;
  }

  getMetadata(): NodeMetadata {
    return {
      type: 'deeds',
      category: 'test',
      description: 'Does what its input says',
      bigint: true,
      configSchema: {
        type: 'object',
        properties: { greeting: { type: 'string', default: 'hällo' }, times: { type: 'integer', default: 2 } },
      },
      examples: [{ name: 'An echo', input: { do: 'echo', with: [1] }, output: [1] }],
    };
  }
}

class Halve extends PluginNode {
  async prep(input: unknown) {
    return typeof input === 'string' ? Number(input) : input;
  }

  async exec(input: unknown) {
    if (typeof input !== 'number') throw new Error('that is no number');
    return input / 2;
  }

  async post(_: unknown, result: number): Promise<Post<unknown>> {
    return result < 1 ? { output: 'small', next: 'small' } : { output: result, next: 'default' };
  }

  getMetadata(): NodeMetadata {
    return { type: 'halve', category: 'test', description: 'Halves a number, or a text of one', configSchema: {} };
  }
}

class Louder extends PluginNode {
  async exec(error: unknown) {
    let bytes = 0;
    for await (const piece of input) {
      bytes += piece.length;
      await output.write(piece.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte)));
      if (typeof error === 'string') throw new Error(error);
    }
    return bytes;
  }

  getMetadata(): NodeMetadata {
    return { type: 'louder', category: 'test', description: 'Puts a stream into upper case', configSchema: {}, stream: true };
  }
}

export default [new Deeds(), new Halve(), new Louder()];
