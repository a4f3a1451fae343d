// What the compiler's own library would else import of a browser, done by Pocket; asconfig.json
// puts these in place of `abort`, `seed`, `trace` and `console`.
import { giveUp } from "@pocket/assemblyscript-sdk/assembly/failure";
import { log as lines } from "@pocket/assemblyscript-sdk/assembly/log";
import { draw } from "@pocket/assemblyscript-sdk/assembly/random";

export function pocket_abort(message: string | null, file: string | null, line: u32, column: u32): void {
  giveUp(message, file, line, column);
}

export function pocket_seed(): f64 {
  return reinterpret<f64>(draw());
}

export function pocket_trace(
  message: string, count: i32 = 0, a0: f64 = 0, a1: f64 = 0, a2: f64 = 0, a3: f64 = 0, a4: f64 = 0,
): void {
  const values: f64[] = [a0, a1, a2, a3, a4];
  lines.debug(count > 0 ? message + " " + values.slice(0, count).join(" ") : message);
}

export namespace pocket_console {
  export function debug(message: string = ""): void {
    lines.debug(message);
  }

  export function log(message: string = ""): void {
    lines.info(message);
  }

  export function info(message: string = ""): void {
    lines.info(message);
  }

  export function warn(message: string = ""): void {
    lines.warn(message);
  }

  export function error(message: string = ""): void {
    lines.error(message);
  }
}
