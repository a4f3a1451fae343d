// The streams of a node whose metadata says `"stream": true`: bytes of any number, a piece at a time.
import { fail } from "./failure";

// @ts-ignore: decorator
@external("pocket", "stream_read")
declare function streamRead(at: usize, room: usize): i32;

// @ts-ignore: decorator
@external("pocket", "stream_write")
declare function streamWrite(at: usize, length: usize): i32;

export namespace stream {
  /** Fill `room` with the next bytes: gives how many came, 0 at the end of the stream. */
  export function read(room: Uint8Array): i32 {
    const length = streamRead(room.dataStart, room.byteLength);
    if (length < 0) none();
    return length;
  }

  /** Write the first `length` of the bytes, all by default. The host puts small writes together. */
  export function write(bytes: Uint8Array, length: i32 = bytes.length): void {
    if (length < 0 || length > bytes.length) throw new RangeError(`there are no ${length} bytes to write`);
    if (streamWrite(bytes.dataStart, length) < 0) none();
  }

  /** Write text as UTF-8. */
  export function writeText(text: string): void {
    write(Uint8Array.wrap(String.UTF8.encode(text)));
  }
}

function none(): void {
  fail("this call has no stream: does the node's metadata say \"stream\": true?");
}
