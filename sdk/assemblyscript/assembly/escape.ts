// The escapes of JSON's strings.

const BACKSLASH: u16 = 0x5c;

/** Give a string as it is meant, or null where a backslash says nothing. */
export function unescape(text: string): string | null {
  const from = changetype<usize>(text);
  const end = from + ((text.length as usize) << 1);
  const room = heap.alloc(end - from);
  let to = room;
  for (let at = from; at < end; at += 2) {
    let unit = load<u16>(at);
    if (unit == BACKSLASH) {
      at += 2;
      const code = load<u16>(at) == 0x75 ? hex4(at + 2, end) : meaning(load<u16>(at));
      if (code < 0) {
        heap.free(room);
        return null;
      }
      if (load<u16>(at) == 0x75) at += 8;
      unit = code as u16;
    }
    store<u16>(to, unit);
    to += 2;
  }
  const meant = String.UTF16.decodeUnsafe(room, to - room);
  heap.free(room);
  return meant;
}

function meaning(escape: u16): i32 {
  switch (escape) {
    case 0x22: case 0x2f: case 0x5c: return escape;
    case 0x62: return 0x08;
    case 0x66: return 0x0c;
    case 0x6e: return 0x0a;
    case 0x72: return 0x0d;
    case 0x74: return 0x09;
    default: return -1;
  }
}

function hex4(at: usize, end: usize): i32 {
  if (end < at + 8) return -1;
  let code: i32 = 0;
  for (let i = 0; i < 4; i++, at += 2) {
    const unit: i32 = load<u16>(at);
    const small = unit | 0x20;
    if (unit >= 0x30 && unit <= 0x39) code = (code << 4) | (unit - 0x30);
    else if (small >= 0x61 && small <= 0x66) code = (code << 4) | (small - 0x61 + 10);
    else return -1;
  }
  return code;
}
