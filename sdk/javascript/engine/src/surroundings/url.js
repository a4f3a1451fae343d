// URL and URLSearchParams; the Rust crate `url` reads and writes, by the standard of browsers.
(function (host) {
  'use strict';

  /** In the order in which the host gives them. */
  const PARTS = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];
  const text = (value) => String(value).toWellFormed();
  let bind, reload;

  class URLSearchParams {
    #pairs;
    #changed = () => {};

    static {
      bind = (params, changed) => (params.#changed = changed);
      reload = (params, search) => (params.#pairs = host.parseForm(search));
    }

    constructor(init = '') {
      this.#pairs = pairsOf(init);
    }

    get size() {
      return this.#pairs.length;
    }

    append(name, value) {
      this.#pairs.push([text(name), text(value)]);
      this.#changed();
    }

    delete(name, value) {
      this.#pairs = this.#pairs.filter((pair) => !matches(pair, name, value));
      this.#changed();
    }

    get(name) {
      return this.#pairs.find((pair) => matches(pair, name))?.[1] ?? null;
    }

    getAll(name) {
      return this.#pairs.filter((pair) => matches(pair, name)).map(([, value]) => value);
    }

    has(name, value) {
      return this.#pairs.some((pair) => matches(pair, name, value));
    }

    set(name, value) {
      const at = this.#pairs.findIndex((pair) => matches(pair, name));
      if (at < 0) return this.append(name, value);
      this.#pairs[at] = [text(name), text(value)];
      this.#pairs = this.#pairs.filter((pair, index) => index <= at || !matches(pair, name));
      this.#changed();
    }

    sort() {
      this.#pairs.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
      this.#changed();
    }

    forEach(callback, self) {
      for (const [name, value] of this.#pairs) callback.call(self, value, name, this);
    }

    *entries() {
      for (const [name, value] of this.#pairs) yield [name, value];
    }

    *keys() {
      for (const [name] of this.#pairs) yield name;
    }

    *values() {
      for (const [, value] of this.#pairs) yield value;
    }

    [Symbol.iterator]() {
      return this.entries();
    }

    toString() {
      return host.writeForm(this.#pairs.flat());
    }

    get [Symbol.toStringTag]() {
      return 'URLSearchParams';
    }
  }

  function pairsOf(init) {
    if (init === null || typeof init !== 'object') return host.parseForm(text(init).replace(/^\?/, ''));
    const pairs = init[Symbol.iterator] ? [...init] : Object.entries(init);
    return pairs.map((pair) => {
      const both = [...pair].map(text);
      if (both.length !== 2) throw new TypeError('a parameter is a pair, [name, value]');
      return both;
    });
  }

  function matches([name, value], wanted, wantedValue) {
    return name === text(wanted) && (wantedValue === undefined || value === text(wantedValue));
  }

  class URL {
    #parts;
    #params;

    static {
      for (const [index, name] of PARTS.entries()) {
        const get = function () {
          return this.#parts[index];
        };
        const set = function (value) {
          this.#set(name, value);
        };
        Object.defineProperty(this.prototype, name, { get, ...(name !== 'origin' && { set }), enumerable: true, configurable: true });
      }
    }

    constructor(url, base) {
      this.#parts = host.parseUrl(text(url), base === undefined ? null : text(base));
      if (!this.#parts) throw new TypeError(`this is no URL: ${url}`);
    }

    static canParse(url, base) {
      return URL.parse(url, base) !== null;
    }

    static parse(url, base) {
      try {
        return new URL(url, base);
      } catch {
        return null;
      }
    }

    get searchParams() {
      if (!this.#params) {
        this.#params = new URLSearchParams(this.search);
        bind(this.#params, () => (this.#parts = host.setUrl(this.href, 'search', this.#params.toString())));
      }
      return this.#params;
    }

    #set(name, value) {
      const parts = host.setUrl(this.href, name, text(value));
      if (!parts) throw new TypeError(`this is no URL: ${value}`);
      this.#parts = parts;
      if (this.#params) reload(this.#params, this.search.slice(1));
    }

    toString() {
      return this.href;
    }

    toJSON() {
      return this.href;
    }

    get [Symbol.toStringTag]() {
      return 'URL';
    }
  }

  host.define({ URL, URLSearchParams });
});
