// JSON in UTF-8, written into room that grows.
import { Kind, Value } from "./value";

const FIRST_ROOM: usize = 4096;
/** A character of one unit has at most three bytes, and an escape six. */
const MOST_BYTES_OF_A_UNIT: usize = 6;

export class Writer {
  start: usize = heap.alloc(FIRST_ROOM);
  length: usize = 0;
  private room: usize = FIRST_ROOM;

  clear(): void {
    this.length = 0;
  }

  /** Give the room back; the writer is of no use after it. */
  release(): void {
    heap.free(this.start);
  }

  toString(): string {
    return String.UTF8.decodeUnsafe(this.start, this.length);
  }

  private reserve(bytes: usize): void {
    if (this.room - this.length >= bytes) return;
    this.room = max(this.room << 1, this.length + bytes);
    this.start = heap.realloc(this.start, this.room);
  }

  private byte(byte: u8): void {
    store<u8>(this.start + this.length++, byte);
  }

  /** Write ASCII as it is. */
  raw(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i) as u8);
  }

  /** Write a string; half of a surrogate pair becomes U+FFFD. */
  text(text: string): void {
    this.reserve((text.length as usize) * MOST_BYTES_OF_A_UNIT + 2);
    this.byte(0x22);
    const end = changetype<usize>(text) + ((text.length as usize) << 1);
    for (let at = changetype<usize>(text); at < end; at += 2) {
      const unit = load<u16>(at);
      if (unit >= 0x80) at += this.character(unit, at, end);
      else if (unit == 0x22 || unit == 0x5c) this.pair(0x5c, unit as u8);
      else if (unit >= 0x20) this.byte(unit as u8);
      else this.control(unit as u8);
    }
    this.byte(0x22);
  }

  private pair(first: u8, second: u8): void {
    this.byte(first);
    this.byte(second);
  }

  private control(byte: u8): void {
    this.pair(0x5c, 0x75);
    this.pair(0x30, 0x30);
    this.pair(hex(byte >> 4), hex(byte & 15));
  }

  /** A character outside of ASCII; gives how many bytes of the string it took besides its first unit. */
  private character(unit: u32, at: usize, end: usize): usize {
    if (unit < 0x800) {
      this.pair((0xc0 | (unit >> 6)) as u8, (0x80 | (unit & 63)) as u8);
      return 0;
    }
    if (unit >= 0xd800 && unit < 0xe000) {
      const low: u32 = unit < 0xdc00 && at + 2 < end ? load<u16>(at + 2) : 0;
      if (low >= 0xdc00 && low < 0xe000) {
        const code: u32 = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        this.pair((0xf0 | (code >> 18)) as u8, (0x80 | ((code >> 12) & 63)) as u8);
        this.pair((0x80 | ((code >> 6) & 63)) as u8, (0x80 | (code & 63)) as u8);
        return 2;
      }
      unit = 0xfffd;
    }
    this.byte((0xe0 | (unit >> 12)) as u8);
    this.pair((0x80 | ((unit >> 6) & 63)) as u8, (0x80 | (unit & 63)) as u8);
    return 0;
  }

  value(value: Value): void {
    switch (value.kind) {
      case Kind.Boolean: return this.raw(value.boolean() ? "true" : "false");
      case Kind.Number: return this.raw(value.digits);
      case Kind.String: return this.text(value.text());
      case Kind.Array: return this.array(value);
      case Kind.Object: return this.object(value);
      default: return this.raw("null");
    }
  }

  private array(value: Value): void {
    this.raw("[");
    for (let i = 0; i < value.length; i++) {
      if (i > 0) this.raw(",");
      this.value(value.at(i));
    }
    this.raw("]");
  }

  private object(value: Value): void {
    const names = value.keys();
    this.raw("{");
    for (let i = 0; i < names.length; i++) {
      if (i > 0) this.raw(",");
      this.text(names[i]);
      this.raw(":");
      this.value(value.get(names[i]));
    }
    this.raw("}");
  }
}

function hex(digit: u8): u8 {
  return digit < 10 ? 0x30 + digit : 0x61 - 10 + digit;
}
