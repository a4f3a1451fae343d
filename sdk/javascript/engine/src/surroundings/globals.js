// How globals come to be. Reading all of these files takes longer than a small script's whole start,
// so a file is read when one of its globals is first used, or at the start if the script names one.
(function (host) {
  'use strict';

  function property(name, descriptor) {
    Object.defineProperty(globalThis, name, { enumerable: false, configurable: true, ...descriptor });
  }

  function define(globals) {
    for (const [name, value] of Object.entries(globals)) property(name, { value, writable: true });
  }

  function later(names, read) {
    for (const name of names) {
      property(name, {
        get() {
          read(host);
          return globalThis[name];
        },
        set: (value) => define({ [name]: value }),
      });
    }
  }

  Object.assign(host, { define, later });
});
