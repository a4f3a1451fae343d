// Timers and tasks. Nothing else happens in a plugin while it waits, so the engine asks for the next
// timer (`tick`) when no promise can go on.
(function (host) {
  'use strict';

  /** Longest delay, in milliseconds: what browsers take. */
  const LONGEST = 2 ** 31 - 1;
  const timers = new Map();
  const later = globalThis.queueMicrotask;
  let last = 0;

  function start(callback, delay, values, every) {
    if (typeof callback !== 'function') throw new TypeError('a timer wants a function');
    const wait = Math.min(Math.max(Number(delay) || 0, 0), LONGEST);
    const id = ++last;
    timers.set(id, { id, due: host.now() + wait, wait, callback: () => callback(...values), every });
    return id;
  }

  /** No promise is there that could be rejected, so the log gets the error, as in browsers. */
  function guarded(callback) {
    try {
      callback();
    } catch (error) {
      host.write(3, host.shown(error));
    }
  }

  function soonest() {
    let next;
    for (const timer of timers.values()) if (!next || timer.due < next.due) next = timer;
    return next;
  }

  /** Waits for the next timer and lets it go; gives whether there was one. */
  function tick() {
    const timer = soonest();
    if (!timer) return false;
    for (let wait; (wait = timer.due - host.now()) > 0; ) host.sleep(wait);
    timers.delete(timer.id);
    if (timer.every) timers.set(timer.id, { ...timer, due: host.now() + timer.wait });
    guarded(timer.callback);
    return true;
  }

  /** No timer outlives the call that started it. */
  function forget() {
    if (timers.size) timers.clear();
  }

  host.define({
    setTimeout: (callback, delay, ...values) => start(callback, delay, values, false),
    setInterval: (callback, delay, ...values) => start(callback, delay, values, true),
    clearTimeout: (id) => void timers.delete(id),
    clearInterval: (id) => void timers.delete(id),
    queueMicrotask(callback) {
      if (typeof callback !== 'function') throw new TypeError('queueMicrotask wants a function');
      later(() => guarded(callback));
    },
  });
  Object.assign(host, { tick, forget, guarded });
});
