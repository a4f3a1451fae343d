// What a plugin keeps from call to call; wants `permissions.store` in the manifest. A refusal ends the
// call with its reason; who wants to go on without asks by `ask` of host.ts.
import { ask } from "./host";
import { Value } from "./value";

function question(call: string, key: string): Value {
  return Value.object().put("call", call).put("key", key);
}

export namespace store {
  /** Give the value of a key, null where there is none. */
  export function get(key: string): Value {
    return ask(question("store.get", key)).value;
  }

  /** Put a value in place of any that is there. */
  export function set<T>(key: string, value: T): void {
    ask(question("store.set", key).put("value", value)).value;
  }

  /** Delete a key; gives whether it was there. */
  export function remove(key: string): bool {
    return ask(question("store.delete", key)).value.boolean();
  }

  /** Give at most `limit` keys that begin with `prefix` and come after `after`. */
  export function keys(prefix: string = "", limit: i32 = 100, after: string = ""): string[] {
    const asked = Value.object().put("call", "store.keys").put("prefix", prefix).put("after", after);
    const found = ask(asked.put("limit", limit)).value;
    const keys: string[] = [];
    for (let i = 0; i < found.length; i++) keys.push(found.at(i).text());
    return keys;
  }
}
