// Files beneath the folders that `permissions.filesystem` in the manifest names, by WASI.
import { fail } from "./failure";
import {
  fd_close, fd_prestat_dir_name, fd_prestat_get, fd_read, fd_write, path_open, path_unlink_file,
} from "./wasi";

/** The first descriptor of a granted folder. */
const FIRST: i32 = 3;
const FOLLOW_LINKS: i32 = 1;
const CREATE: i32 = 1;
const TRUNCATE: i32 = 8;
const MAY_READ: i64 = 1 << 1;
const MAY_WRITE: i64 = 1 << 6;
const PIECE: i32 = 65536;

export namespace files {
  /** Give what a file holds; whatever keeps it from being read is the error of the call. */
  export function read(path: string): Uint8Array {
    const fd = open(path, 0, MAY_READ);
    let held = new Uint8Array(PIECE);
    let length = 0;
    while (true) {
      if (held.length - length < PIECE) {
        const larger = new Uint8Array(held.length << 1);
        larger.set(held);
        held = larger;
      }
      const count = transfer(path, fd, held.dataStart + length, PIECE, false);
      if (count == 0) break;
      length += count;
    }
    fd_close(fd);
    return held.subarray(0, length);
  }

  /** Give a file that holds UTF-8. */
  export function readText(path: string): string {
    const bytes = read(path);
    return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.byteLength);
  }

  /** Make a file, in place of any that is there. */
  export function write(path: string, bytes: Uint8Array): void {
    const fd = open(path, CREATE | TRUNCATE, MAY_WRITE);
    let done = 0;
    while (done < bytes.length) done += transfer(path, fd, bytes.dataStart + done, bytes.length - done, true);
    fd_close(fd);
  }

  export function writeText(path: string, text: string): void {
    write(path, Uint8Array.wrap(String.UTF8.encode(text)));
  }

  /** Whether there is such a file, and the plugin may see it. */
  export function exists(path: string): bool {
    const place = Place.of(path);
    if (place === null) return false;
    const fd = memory.data(4);
    if (place.open(0, MAY_READ, fd) != 0) return false;
    fd_close(load<i32>(fd));
    return true;
  }

  export function remove(path: string): void {
    const place = find(path);
    check(path, path_unlink_file(place.folder, changetype<usize>(place.path), place.path.byteLength));
  }
}

/** A path as WASI has it: a granted folder, and what comes below it. */
class Place {
  constructor(public folder: i32, public path: ArrayBuffer) {}

  static of(path: string): Place | null {
    const prestat = memory.data(8);
    let found: Place | null = null;
    let longest = 0;
    for (let fd = FIRST; fd_prestat_get(fd, prestat) == 0; fd++) {
      const name = new ArrayBuffer(load<u32>(prestat + 4));
      if (fd_prestat_dir_name(fd, changetype<usize>(name), name.byteLength) != 0) continue;
      const folder = String.UTF8.decode(name);
      if (folder.length <= longest || !path.startsWith(folder + "/")) continue;
      longest = folder.length;
      found = new Place(fd, String.UTF8.encode(path.substring(longest + 1)));
    }
    return found;
  }

  open(flags: i32, rights: i64, fd: usize): i32 {
    const path = changetype<usize>(this.path);
    return path_open(this.folder, FOLLOW_LINKS, path, this.path.byteLength, flags, rights, rights, 0, fd);
  }
}

function find(path: string): Place {
  const place = Place.of(path);
  if (place === null) fail(`${path}: no folder that is granted has it`);
  return place!;
}

function open(path: string, flags: i32, rights: i64): i32 {
  const fd = memory.data(4);
  check(path, find(path).open(flags, rights, fd));
  return load<i32>(fd);
}

function transfer(path: string, fd: i32, at: usize, length: i32, writing: bool): i32 {
  const piece = memory.data(8);
  const done = memory.data(4);
  store<usize>(piece, at);
  store<i32>(piece + 4, length);
  check(path, writing ? fd_write(fd, piece, 1, done) : fd_read(fd, piece, 1, done));
  return load<i32>(done);
}

function check(path: string, errno: i32): void {
  if (errno != 0) fail(`${path}: ${meaning(errno)}`);
}

function meaning(errno: i32): string {
  switch (errno) {
    case 2: return "it may not be read";
    case 31: return "it is a folder";
    case 44: return "there is no such file";
    case 51: return "the quota of permissions.disk is used up";
    case 63: return "the path leads out of its folder";
    case 69: return "it may not be written";
    default: return `error ${errno} of WASI`;
  }
}
