// The plugin's side of the ABI, around the author's nodes. Evaluates to a function that gets the
// host, as the surroundings left it, and gives what the engine calls.
(function (host) {
  'use strict';

  const FUNCTIONS = ['metadata', 'run', 'prep', 'exec', 'post'];
  const nodes = new Map();
  /** Those that get such numbers as a BigInt. */
  const exact = new Set();
  Math.random = host.random;
  const toJSON = function () {
    return JSON.rawJSON(String(this));
  };
  Object.defineProperty(BigInt.prototype, 'toJSON', { value: toJSON, writable: true, configurable: true });

  function register(exported) {
    for (const node of Array.isArray(exported) ? exported : [exported]) {
      if (typeof node?.exec !== 'function' || typeof node?.getMetadata !== 'function') {
        throw new TypeError('the default export is no node: it needs exec and getMetadata');
      }
      const { type, bigint } = node.getMetadata();
      if (typeof type !== 'string') throw new TypeError('getMetadata gives no type');
      if (nodes.has(type)) throw new TypeError(`two nodes of the type ${type}`);
      nodes.set(type, node);
      if (bigint) exact.add(type);
    }
    return exact.size > 0;
  }

  /** Reads a request again, with whole numbers that are no doubles as they were written. */
  function readExactly(text) {
    return JSON.parse(text, (_, value, { source }) =>
      typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? BigInt(source) : value,
    );
  }

  // An await of the engine's own would cost more than most of what a script does in it.
  function settled(value) {
    return typeof value?.then === 'function' ? host.settle(Promise.resolve(value), host.tick) : value;
  }

  const functions = {
    prep(node, request) {
      return { output: node.prep ? settled(node.prep(request.input)) : request.input };
    },

    exec(node, request) {
      return { output: settled(node.exec(request.prepResult)) };
    },

    post(node, request) {
      return node.post ? chosen(settled(node.post(request.input, request.execResult))) : { output: request.execResult };
    },

    run(node, request) {
      const prepared = node.prep ? settled(node.prep(request.input)) : request.input;
      const output = settled(node.exec(prepared));
      return node.post ? chosen(settled(node.post(request.input, output))) : { output };
    },
  };

  function chosen(result) {
    if (result === null || typeof result !== 'object' || Array.isArray(result)) {
      throw new TypeError('post has to give {output, next}');
    }
    return { output: result.output, next: result.next };
  }

  function metadata() {
    return { output: { abi: 1, functions: FUNCTIONS, nodes: [...nodes.values()].map((node) => node.getMetadata()) } };
  }

  function respond(request) {
    if (request.function === 'metadata') return metadata();
    const node = nodes.get(request.node);
    if (!node) throw new Error(`there is no node of the type ${request.node}`);
    if (!Object.hasOwn(functions, request.function)) throw new Error(`there is no function ${request.function}`);
    node.config = request.config ?? {};
    return functions[request.function](node, request);
  }

  function message(error) {
    if (!(error instanceof Error)) return host.shown(error);
    return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
  }

  /** QuickJS writes `at name (file:line:column)`, without what it does not know. */
  const FRAME = /^ *at (?:(.*) \()?([^()]*?)(?::(\d+))?(?::(\d+))?\)?$/;
  /** What QuickJS calls the engine's own scripts. */
  const OWN = 'eval_script';

  /** Where an error was made, the innermost function first. */
  function frames(error) {
    const all = String(error.stack).toWellFormed().split('\n').map((line) => FRAME.exec(line));
    return all
      .filter((frame) => frame && frame[2] !== OWN && frame[2] !== 'native')
      .map(([, name, file, line, column]) => ({ function: name, file, line: Number(line), column: Number(column) }));
  }

  function failed(error) {
    if (!(error instanceof Error)) return JSON.stringify({ success: false, error: message(error) });
    host.write(0, `${error.name}: ${error.message}\n${error.stack}`);
    return JSON.stringify({ success: false, error: message(error), stack: frames(error) });
  }

  /** Gives the response to a request; its text comes along where that may say more. */
  function answer(request, text) {
    host.forget();
    try {
      const { output, next } = respond(text && exact.has(request.node) ? readExactly(text) : request);
      return JSON.stringify({ success: true, output: output ?? null, next });
    } catch (error) {
      return failed(error);
    }
  }

  // QuickJS makes a built-in function when somebody first looks at it. One that is there in the state to
  // which each call goes back is one that no call has to make: what this file uses, what regular
  // expressions and loops use of themselves, and what the script has a word for.
  function prepare(mentions) {
    const make = Reflect.getOwnPropertyDescriptor;
    make(Object, 'hasOwn');
    make(JSON, 'stringify');
    make(Array.prototype, Symbol.iterator);
    for (const holder of [RegExp.prototype, Map.prototype, Object.getPrototypeOf([].values())]) {
      for (const key of Reflect.ownKeys(holder)) make(holder, key);
    }
    const kinds = [Object, Array, String, Number, Date, Set, Promise, Error];
    for (const holder of [JSON, Math, ...kinds, ...kinds.map((kind) => kind.prototype)]) {
      for (const name of Object.getOwnPropertyNames(holder)) if (mentions(name)) make(holder, name);
    }
  }

  return { register, answer, prepare };
});
