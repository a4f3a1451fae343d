// Pocket's log.

// @ts-ignore: decorator
@external("pocket", "log")
declare function write(level: i32, at: usize, length: usize): void;

function line(level: i32, text: string): void {
  const bytes = String.UTF8.encode(text);
  write(level, changetype<usize>(bytes), bytes.byteLength);
}

export namespace log {
  export function debug(text: string): void {
    line(0, text);
  }

  export function info(text: string): void {
    line(1, text);
  }

  export function warn(text: string): void {
    line(2, text);
  }

  export function error(text: string): void {
    line(3, text);
  }
}
