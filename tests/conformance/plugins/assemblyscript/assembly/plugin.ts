// Does what a case asks it to; cases.py says what that is.
import { Call, Kind, Node, Request, Value, env, fail, files, log, register, store, stream } from "@pocket/assemblyscript-sdk/assembly";

export * from "@pocket/assemblyscript-sdk/assembly/abi";

let calls = 0;
// Seeds `Math.random` before the first call, from whose state every call starts.
let drawn = Math.random();

class Deeds extends Node {
  metadata(): string {
    return `{
      "type": "deeds", "category": "test", "description": "Does what its input says",
      "configSchema": { "type": "object", "properties": {
        "greeting": { "type": "string", "default": "hällo" }, "times": { "type": "integer", "default": 2 } } },
      "examples": [{ "name": "An echo", "input": { "do": "echo", "with": [1] }, "output": [1] }]
    }`;
  }

  exec(call: Call): Value {
    const deed = call.input.get("do").text();
    const argument = call.input.get("with");
    const text = argument.text();
    if (deed == "echo") return argument;
    if (deed == "add") return Value.of(argument.at(0).integer() + argument.at(1).integer());
    if (deed == "fail") return fail(text);
    if (deed == "panic") throw new Error(text); // the error
    if (deed == "trap") unreachable(); // the crash
    if (deed == "log") {
      log.debug(text);
      log.info(text);
      log.warn(text);
      log.error(text);
      return Value.null();
    }
    if (deed == "print") {
      console.log(text);
      return Value.null();
    }
    if (deed == "env") {
      const value = env.get(text);
      return value === null ? Value.null() : Value.string(value);
    }
    if (deed == "http") return this.http(argument);
    if (deed == "refusal") return Value.string(new Request("GET", text).ask().code);
    if (deed == "read") return Value.string(files.readText(text));
    if (deed == "write") {
      files.writeText(argument.get("path").text(), argument.get("text").text());
      return Value.null();
    }
    if (deed == "count") {
      const number = store.get(text).integer() + 1;
      store.set(text, number);
      return Value.of(number);
    }
    if (deed == "keys") return Value.of(store.keys(text));
    if (deed == "forget") return Value.of(store.remove(text));
    if (deed == "random") return Value.string((drawn + Math.random()).toString());
    if (deed == "calls") return Value.of(++calls);
    if (deed == "config") return call.config;
    return fail(`there is no deed ${deed}`);
  }

  private http(asked: Value): Value {
    const request = new Request("POST", asked.get("url").text()).header("x-asked", "yes");
    const response = request.body(asked.get("body").text()).send();
    return Value.object()
      .put("status", response.status)
      .put("answered", response.header("x-answer") || "")
      .put("body", response.text());
  }
}

class Halve extends Node {
  metadata(): string {
    return '{"type": "halve", "category": "test", "description": "Halves a number, or a text of one"}';
  }

  prep(call: Call): Value {
    return call.input.kind == Kind.String ? Value.of(F64.parseFloat(call.input.text())) : call.input;
  }

  exec(call: Call): Value {
    if (call.input.kind != Kind.Number) return fail("that is no number");
    return Value.of(call.input.number() / 2);
  }

  post(call: Call): Value {
    if (call.result.number() >= 1) return call.result;
    call.next = "small";
    return Value.string("small");
  }
}

class Louder extends Node {
  metadata(): string {
    return '{"type": "louder", "category": "test", "description": "Puts a stream into upper case", "stream": true}';
  }

  exec(call: Call): Value {
    const piece = new Uint8Array(65536);
    let all: i64 = 0;
    for (let length = stream.read(piece); length > 0; length = stream.read(piece)) {
      for (let i = 0; i < length; i++) {
        const letter = unchecked(piece[i]);
        if (letter >= 0x61 && letter <= 0x7a) unchecked((piece[i] = letter - 0x20));
      }
      stream.write(piece, length);
      all += length;
      if (call.input.kind == Kind.String) return fail(call.input.text());
    }
    return Value.of(all);
  }
}

register([new Deeds(), new Halve(), new Louder()]);
