// Random numbers and the clock, by WASI. `Math.random` works too; no two calls get the same numbers.
import { clock_time_get, random_get } from "./wasi";

/** Whether numbers were drawn before the first call, from whose state every call starts. */
let seeded: bool = false;

/** Give 64 random bits; `Math.random` seeds itself with them. */
export function draw(): u64 {
  seeded = true;
  let bits = memory.data(8);
  if (random_get(bits, 8) != 0) throw new Error("the host gives no random numbers");
  return load<u64>(bits);
}

/** Make the random numbers of the next call other ones. */
export function reseed(): void {
  if (!seeded) return;
  Math.seedRandom(draw());
}

/** Fill an array with random bytes. */
export function randomFill(bytes: Uint8Array): void {
  if (random_get(bytes.dataStart, bytes.byteLength) != 0) throw new Error("the host gives no random numbers");
}

/** Give the time, in milliseconds since 1970: `new Date(now())`. */
export function now(): i64 {
  const nanoseconds = memory.data(8);
  if (clock_time_get(0, 1_000_000, nanoseconds) != 0) throw new Error("the host gives no time");
  return load<i64>(nanoseconds) / 1_000_000;
}
