// Questions to the host, docs/abi.md: everything outside that is not WASI.
import { fail } from "./failure";
import { read } from "./reader";
import { Value } from "./value";
import { Writer } from "./writer";

// @ts-ignore: decorator
@external("pocket", "host_call")
declare function hostCall(at: usize, length: usize): i32;

// @ts-ignore: decorator
@external("pocket", "host_take")
declare function hostTake(at: usize, room: usize): i32;

/** What the host answered. */
export class Answer {
  constructor(
    private given: Value,
    /** Why it refuses: `permission-denied`, `unavailable`, ...; empty where it does not. */
    public code: string,
    public message: string,
  ) {}

  get ok(): bool {
    return this.code.length == 0;
  }

  /** What it gives; where it refuses, why becomes the error of the call. */
  get value(): Value {
    return this.ok ? this.given : fail(`${this.code}: ${this.message}`);
  }
}

/** Ask the host: `ask(Value.object().put("call", "store.get").put("key", "visits"))`. */
export function ask(question: Value): Answer {
  const writer = new Writer();
  writer.value(question);
  const length = hostCall(writer.start, writer.length);
  writer.release();
  if (length < 0) return new Answer(Value.missing(), "too-large", "the question is too large");
  const bytes = new ArrayBuffer(length);
  hostTake(changetype<usize>(bytes), length);
  const answer = read(changetype<usize>(bytes), length);
  if (answer === null) return new Answer(Value.missing(), "unavailable", "the host's answer is not JSON");
  if (answer.get("ok").boolean()) return new Answer(answer.get("value"), "", "");
  const error = answer.get("error");
  return new Answer(Value.missing(), error.get("code").text("unavailable"), error.get("message").text());
}
