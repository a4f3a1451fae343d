// crypto: random values, drawn from the host each time, so that a restored state does not repeat them.
(function (host) {
  'use strict';

  /** Most bytes of one call, as in browsers. */
  const MOST = 65536;

  function getRandomValues(target) {
    if (!ArrayBuffer.isView(target) || target instanceof DataView || /Float/.test(target[Symbol.toStringTag])) {
      throw new DOMException('getRandomValues wants a typed array of whole numbers', 'TypeMismatchError');
    }
    if (target.byteLength > MOST) throw new DOMException(`getRandomValues gives at most ${MOST} bytes`, 'QuotaExceededError');
    new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(host.randomBytes(target.byteLength));
    return target;
  }

  function randomUUID() {
    const bytes = host.randomBytes(16);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return bytes.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  host.define({ crypto: Object.freeze({ getRandomValues, randomUUID }) });
});
