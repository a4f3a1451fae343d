// `console`: lines for the log of the host.
(function (host) {
  'use strict';

  // A lone surrogate, which JavaScript allows, cannot be written as UTF-8.
  function write(level, line) {
    host.log(level, line.toWellFormed());
  }

  function shown(value) {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return `${value.name}: ${value.message}\n${value.stack}`;
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  }

  function logger(level) {
    return (...values) => write(level, values.map(shown).join(' '));
  }

  const [debug, info, warn, error] = [0, 1, 2, 3].map(logger);
  host.define({ console: Object.freeze({ debug, log: info, info, warn, error }) });
  Object.assign(host, { write, shown });
});
