// JSON in UTF-8, read out of memory.
import { unescape } from "./escape";
import { Value } from "./value";

/** Deeper values are refused: they would only be there to use up the stack. */
export const MOST_DEPTH: i32 = 100;

/** Read one value; null where it is no JSON, or too deep. */
export function read(at: usize, length: usize): Value | null {
  const reader = new Reader(at, at + length);
  const value = reader.value(0);
  reader.skipBlank();
  return reader.atEnd ? value : null;
}

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

class Reader {
  constructor(private at: usize, private end: usize) {}

  get atEnd(): bool {
    return this.at == this.end;
  }

  /** The byte that comes next, or 0. */
  private peek(): u8 {
    return this.at < this.end ? load<u8>(this.at) : 0;
  }

  private take(wanted: u8): bool {
    if (this.peek() != wanted || this.atEnd) return false;
    this.at++;
    return true;
  }

  skipBlank(): void {
    while (this.at < this.end) {
      const byte = load<u8>(this.at);
      if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return;
      this.at++;
    }
  }

  value(depth: i32): Value | null {
    if (depth > MOST_DEPTH) return null;
    this.skipBlank();
    switch (this.peek()) {
      case 0x7b: return this.object(depth);
      case 0x5b: return this.array(depth);
      case QUOTE: {
        const text = this.string();
        return text === null ? null : Value.string(text);
      }
      case 0x74: return this.word("true") ? Value.boolean(true) : null;
      case 0x66: return this.word("false") ? Value.boolean(false) : null;
      case 0x6e: return this.word("null") ? Value.null() : null;
      default: return this.number();
    }
  }

  private object(depth: i32): Value | null {
    const made = Value.object();
    this.at++;
    this.skipBlank();
    if (this.take(0x7d)) return made;
    while (true) {
      this.skipBlank();
      if (this.peek() != QUOTE) return null;
      const name = this.string();
      this.skipBlank();
      if (name === null || !this.take(0x3a)) return null;
      const member = this.value(depth + 1);
      if (member === null) return null;
      made.put(name, member);
      this.skipBlank();
      if (this.take(0x7d)) return made;
      if (!this.take(0x2c)) return null;
    }
  }

  private array(depth: i32): Value | null {
    const made = Value.array();
    this.at++;
    this.skipBlank();
    if (this.take(0x5d)) return made;
    while (true) {
      const element = this.value(depth + 1);
      if (element === null) return null;
      made.push(element);
      this.skipBlank();
      if (this.take(0x5d)) return made;
      if (!this.take(0x2c)) return null;
    }
  }

  private word(word: string): bool {
    for (let i = 0; i < word.length; i++) {
      if (!this.take(word.charCodeAt(i) as u8)) return false;
    }
    return true;
  }

  private number(): Value | null {
    const start = this.at;
    this.take(0x2d);
    if (!this.take(0x30) && !this.manyDigits()) return null;
    if (this.take(0x2e) && !this.manyDigits()) return null;
    if (this.take(0x65) || this.take(0x45)) {
      if (!this.take(0x2b)) this.take(0x2d);
      if (!this.manyDigits()) return null;
    }
    return Value.digits(String.UTF8.decodeUnsafe(start, this.at - start));
  }

  private manyDigits(): bool {
    const start = this.at;
    while (this.at < this.end && load<u8>(this.at) - 0x30 < 10) this.at++;
    return this.at > start;
  }

  private string(): string | null {
    const start = ++this.at;
    while (this.at < this.end) {
      const byte = load<u8>(this.at);
      if (byte == QUOTE) return String.UTF8.decodeUnsafe(start, this.at++ - start);
      if (byte < 0x20) return null;
      if (byte == BACKSLASH) return this.escaped(start);
      this.at++;
    }
    return null;
  }

  private escaped(start: usize): string | null {
    let end = this.at;
    while (end < this.end && load<u8>(end) != QUOTE) {
      if (load<u8>(end) < 0x20) return null;
      end += load<u8>(end) == BACKSLASH ? 2 : 1;
    }
    if (end >= this.end) return null;
    this.at = end + 1;
    return unescape(String.UTF8.decodeUnsafe(start, end - start));
  }
}
