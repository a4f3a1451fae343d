// JSON as values: read, built, and written again without loss.
import { read } from "./reader";
import { Writer } from "./writer";

export enum Kind {
  /** What is not there; it can be read like any other, and is written as null. */
  Missing,
  Null,
  Boolean,
  Number,
  String,
  Array,
  Object,
}

export class Value {
  /** Of a string its text, of a number its digits, so that 64 bits lose nothing. */
  private content: string = "";
  private flag: bool = false;
  private elements: Value[] | null = null;
  private fields: Map<string, Value> | null = null;

  private constructor(public readonly kind: Kind) {}

  /** Read JSON; null where the text is none, or is more than 100 deep. */
  static parse(text: string): Value | null {
    const bytes = String.UTF8.encode(text);
    return read(changetype<usize>(bytes), bytes.byteLength);
  }

  static missing(): Value {
    return new Value(Kind.Missing);
  }

  static null(): Value {
    return new Value(Kind.Null);
  }

  static array(): Value {
    const made = new Value(Kind.Array);
    made.elements = [];
    return made;
  }

  static object(): Value {
    const made = new Value(Kind.Object);
    made.fields = new Map();
    return made;
  }

  static string(text: string): Value {
    const made = new Value(Kind.String);
    made.content = text;
    return made;
  }

  static boolean(flag: bool): Value {
    const made = new Value(Kind.Boolean);
    made.flag = flag;
    return made;
  }

  /** A number by its digits, as JSON writes them. */
  static digits(digits: string): Value {
    const made = new Value(Kind.Number);
    made.content = digits;
    return made;
  }

  /** Make a value of a string, boolean, number, another value, or an array of those. */
  static of<T>(from: T): Value {
    if (isBoolean<T>()) {
      return Value.boolean(from as bool);
    } else if (isInteger<T>()) {
      return Value.digits(from.toString());
    } else if (isFloat<T>()) {
      if (!isFinite(from)) throw new RangeError("JSON cannot hold NaN and infinity");
      return Value.digits(from.toString());
    } else if (isString<T>()) {
      return Value.string(from as string);
    } else if (isArray<T>()) {
      const made = Value.array();
      for (let i = 0; i < from.length; i++) made.push(from[i]);
      return made;
    } else {
      return from as Value;
    }
  }

  /** Whether there is a value at all, be it null. */
  get exists(): bool {
    return this.kind != Kind.Missing;
  }

  /** How many elements or members there are. */
  get length(): i32 {
    if (this.kind == Kind.Array) return this.elements!.length;
    return this.kind == Kind.Object ? this.fields!.size : 0;
  }

  /** A member of an object. */
  get(name: string): Value {
    if (this.kind != Kind.Object || !this.fields!.has(name)) return Value.missing();
    return this.fields!.get(name);
  }

  /** An element of an array, from 0 on. */
  at(index: i32): Value {
    if (this.kind != Kind.Array || index < 0 || index >= this.length) return Value.missing();
    return this.elements![index];
  }

  /** The names of an object's members. */
  keys(): string[] {
    return this.kind == Kind.Object ? this.fields!.keys() : [];
  }

  text(otherwise: string = ""): string {
    return this.kind == Kind.String ? this.content : otherwise;
  }

  boolean(otherwise: bool = false): bool {
    return this.kind == Kind.Boolean ? this.flag : otherwise;
  }

  number(otherwise: f64 = 0): f64 {
    return this.kind == Kind.Number ? F64.parseFloat(this.content) : otherwise;
  }

  /** A whole number; `otherwise` for what is none, has a point or an exponent, or does not fit. */
  integer(otherwise: i64 = 0): i64 {
    if (this.kind != Kind.Number) return otherwise;
    const number = I64.parseInt(this.content);
    return number.toString() == this.content ? number : otherwise;
  }

  /** As `integer`, from 0 to 2^64 - 1. */
  unsigned(otherwise: u64 = 0): u64 {
    if (this.kind != Kind.Number) return otherwise;
    const number = U64.parseInt(this.content);
    return number.toString() == this.content ? number : otherwise;
  }

  /** The digits of a number as they came. */
  get digits(): string {
    return this.kind == Kind.Number ? this.content : "";
  }

  /** Put a member into an object; the last one of a name counts. Gives the object back. */
  put<T>(name: string, value: T): Value {
    if (this.kind != Kind.Object) throw new TypeError("put() wants an object");
    this.fields!.set(name, Value.of<T>(value));
    return this;
  }

  /** Append an element to an array. Gives the array back. */
  push<T>(value: T): Value {
    if (this.kind != Kind.Array) throw new TypeError("push() wants an array");
    this.elements!.push(Value.of<T>(value));
    return this;
  }

  /** The value as JSON. */
  toString(): string {
    const writer = new Writer();
    writer.value(this);
    const text = writer.toString();
    writer.release();
    return text;
  }
}
