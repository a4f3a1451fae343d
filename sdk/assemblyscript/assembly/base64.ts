// Base64 with padding, RFC 4648 section 4.

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING: i32 = 0x3d;

export function encode(bytes: Uint8Array): string {
  const text = new Array<i32>();
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group: u32 = (octet(bytes, i) << 16) | (octet(bytes, i + 1) << 8) | octet(bytes, i + 2);
    for (let digit = 0; digit < 4; digit++) {
      const code = LETTERS.charCodeAt((group >> (18 - 6 * digit)) & 63);
      text.push(digit <= left ? code : PADDING);
    }
  }
  return String.fromCharCodes(text);
}

function octet(bytes: Uint8Array, index: i32): u32 {
  return index < bytes.length ? bytes[index] : 0;
}

/** Decode what the host wrote. */
export function decode(text: string): Uint8Array {
  let length = text.length;
  while (length > 0 && text.charCodeAt(length - 1) == PADDING) length--;
  const bytes = new Uint8Array((length * 3) >> 2);
  let group: u32 = 0;
  for (let i = 0, at = 0; i < length; i++) {
    group = (group << 6) | value(text.charCodeAt(i));
    if ((i & 3) != 0) bytes[at++] = (group >> (6 - 2 * (i & 3))) as u8;
  }
  return bytes;
}

function value(letter: i32): u32 {
  if (letter >= 0x61) return letter - 0x61 + 26;
  if (letter >= 0x41) return letter - 0x41;
  if (letter >= 0x30) return letter - 0x30 + 52;
  return letter == 0x2b ? 62 : 63;
}
