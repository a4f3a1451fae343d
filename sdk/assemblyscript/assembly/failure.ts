// How a call ends with an error: AssemblyScript cannot unwind, so the host drops the call's frames.
import { Value } from "./value";
import { Writer } from "./writer";

// @ts-ignore: decorator
@external("pocket", "end_call")
declare function endCall(at: usize, length: usize): void;

/**
 * Ends the call with this error: `return fail("the text is empty");`. In contrast to `throw` it names
 * no place in the source.
 */
export function fail(message: string): Value {
  return end(message, null, 0, 0);
}

function end(message: string, file: string | null, line: u32, column: u32): Value {
  const response = new Writer();
  response.raw('{"success":false,"error":');
  response.text(message);
  if (file !== null) {
    response.raw(',"stack":[{"file":');
    response.text(file);
    response.raw(`,"line":${line},"column":${column}}]`);
  }
  response.raw("}");
  endCall(response.start, response.length);
  return unreachable();
}

/** What `throw`, a failed assertion and the checks of the standard library end in. */
export function giveUp(message: string | null, file: string | null, line: u32, column: u32): void {
  const said = message === null || message.length == 0 ? "the plugin gave up" : message;
  end(said, file, line, column);
}
