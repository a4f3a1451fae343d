// The variables that `permissions.env` in the manifest names.
import { environ_get, environ_sizes_get } from "./wasi";

export namespace env {
  /** Give a variable, or null where it does not exist or the manifest does not name it. */
  export function get(name: string): string | null {
    const entries = all();
    for (let i = 0; i < entries.length; i++) {
      if (entries[i].startsWith(name + "=")) return entries[i].substring(name.length + 1);
    }
    return null;
  }
}

/** All variables, as `NAME=value`. */
function all(): string[] {
  const sizes = memory.data(8);
  if (environ_sizes_get(sizes, sizes + 4) != 0) return [];
  const count = load<u32>(sizes);
  const pointers = new StaticArray<u32>(count);
  const texts = new ArrayBuffer(load<u32>(sizes + 4));
  if (environ_get(changetype<usize>(pointers), changetype<usize>(texts)) != 0) return [];
  const found = new Array<string>();
  const end = changetype<usize>(texts) + texts.byteLength;
  for (let i: u32 = 0; i < count; i++) {
    found.push(String.UTF8.decodeUnsafe(pointers[i], end - pointers[i], true));
  }
  return found;
}
