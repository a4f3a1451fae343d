// A plugin that does what a test asks it to.
import {
  Call, Kind, Node, Request, Value, ask, env, fail, files, log, now, randomFill, register, store, stream,
} from "@pocket/assemblyscript-sdk/assembly";

export * from "@pocket/assemblyscript-sdk/assembly/abi";

let calls = 0;

class Deeds extends Node {
  metadata(): string {
    return '{"type": "deeds", "category": "test", "description": "größer"}';
  }

  exec(call: Call): Value {
    const deed = call.input.get("do").text();
    const argument = call.input.get("with");
    const name = argument.text();
    if (deed == "echo") return argument;
    if (deed == "calls") return Value.of(++calls);
    if (deed == "read") return this.read(argument);
    if (deed == "build") return this.build();
    if (deed == "parse") {
      const parsed = Value.parse(name);
      return parsed === null ? fail("no JSON") : parsed;
    }
    if (deed == "infinity") return Value.of<f64>(Infinity);
    if (deed == "throw") throw new Error(name);
    if (deed == "assert") assert(name.length > 3, "too short");
    if (deed == "index") return Value.of(new Array<i32>(2)[name.length]);
    if (deed == "fail") return fail(name);
    if (deed == "env") return Value.string(env.get(name) || "none");
    if (deed == "count") store.set(name, store.get(name).integer() + 1);
    if (deed == "forget") return Value.of(store.remove(name));
    if (deed == "keys") return Value.of(store.keys(name));
    if (deed == "ask") return Value.string(ask(argument).code);
    if (deed == "get") return Value.string(new Request("GET", name).header("x-a", "b").send().text());
    if (deed == "post") {
      const body = Uint8Array.wrap(String.UTF8.encode(name));
      return Value.of(new Request("POST", "http://a.example/").bytes(body).send().bytes().length);
    }
    if (deed == "json") {
      const answer = new Request("POST", "http://a.example/").json(argument).send();
      return Value.object().put("status", answer.status).put("type", answer.header("Content-Type") || "");
    }
    if (deed == "log") {
      log.info(name);
      console.log(name);
      console.warn(name);
      trace("traced", 2, 1, 2.5);
    }
    if (deed == "random") {
      const bytes = new Uint8Array(8);
      randomFill(bytes);
      const drawn: string[] = [Math.random().toString(), bytes.toString()];
      return Value.of(drawn);
    }
    if (deed == "now") return Value.of(now());
    if (deed == "file") return Value.of(files.exists(name));
    return Value.null();
  }

  private read(value: Value): Value {
    return Value.object()
      .put("kind", value.kind as i32)
      .put("length", value.length)
      .put("text", value.text("none"))
      .put("number", value.number(-1))
      .put("integer", value.integer(-1))
      .put("unsigned", value.unsigned(1))
      .put("boolean", value.boolean(false))
      .put("missing", value.get("x").at(3).get("y").exists);
  }

  private build(): Value {
    const numbers: f64[] = [1, -0.5, 1e300, 1e21];
    const words: string[][] = [["ä", "\"\\\n\u0001"], []];
    return Value.object()
      .put("numbers", numbers)
      .put("words", words)
      .put("flag", true)
      .put("most", u64.MAX_VALUE)
      .put("least", i64.MIN_VALUE)
      .put("byte", <u8>255)
      .put("half", "\uD83D!")
      .put("nothing", Value.null());
  }
}

/** Writes what it reads behind its input, in pieces of the size that its config says. */
class Copy extends Node {
  metadata(): string {
    return '{"type": "copy", "stream": true}';
  }

  exec(call: Call): Value {
    const room = new Uint8Array(call.config.get("room").integer(4) as i32);
    let all = 0;
    stream.writeText(call.input.text());
    for (let length = stream.read(room); length > 0; length = stream.read(room)) {
      if (call.config.get("more").exists) stream.write(room, length + 5);
      stream.write(room, length);
      all += length;
    }
    return Value.of(all);
  }
}

class Halve extends Node {
  metadata(): string {
    return '{"type": "halve"}';
  }

  prep(call: Call): Value {
    return call.input.kind == Kind.String ? Value.of(F64.parseFloat(call.input.text())) : call.input;
  }

  exec(call: Call): Value {
    if (call.input.kind != Kind.Number) return fail("that is no number");
    return Value.of(call.input.number() / call.config.get("by").number(2));
  }

  post(call: Call): Value {
    if (call.result.number() >= 1) return call.result;
    call.next = "small";
    return Value.string("small");
  }
}

register([new Deeds(), new Halve(), new Copy()]);
