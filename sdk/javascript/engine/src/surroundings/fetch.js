// fetch, with its Request and Response. A body is whole, text or bytes; there are no streams.
(function (host) {
  'use strict';

  // These are read now, not in a call, and stay what they are whatever a script does to them.
  const { Headers, TextDecoder, URL, URLSearchParams } = globalThis;
  const { HostError, PermissionError } = host;
  const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

  /** Text or bytes of a body, with the content type that it has by itself. */
  function bodyOf(body) {
    if (body === null || body === undefined) return [null];
    if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return [host.bytesOf(body).slice()];
    if (body instanceof URLSearchParams) return [body.toString(), 'application/x-www-form-urlencoded;charset=UTF-8'];
    return [String(body).toWellFormed(), 'text/plain;charset=UTF-8'];
  }

  let contentOf;

  class Body {
    #content;
    #used = false;

    static {
      contentOf = (body) => body.#content;
    }

    constructor(body, headers) {
      const [content, type] = bodyOf(body);
      this.#content = content;
      this.headers = new Headers(headers);
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type);
    }

    get bodyUsed() {
      return this.#used;
    }

    #take() {
      if (this.#used) throw new TypeError('the body was read already');
      this.#used = this.#content !== null;
      return this.#content ?? '';
    }

    async text() {
      const content = this.#take();
      return typeof content === 'string' ? content.replace(/^\ufeff/, '') : new TextDecoder().decode(content);
    }

    async json() {
      return JSON.parse(await this.text());
    }

    async bytes() {
      const content = this.#take();
      return typeof content === 'string' ? host.encode(content) : content.slice();
    }

    async arrayBuffer() {
      return (await this.bytes()).buffer;
    }
  }

  class Request extends Body {
    constructor(input, init = {}) {
      const from = input instanceof Request ? input : {};
      const body = init.body ?? (input instanceof Request ? contentOf(input) : null);
      super(body, init.headers ?? from.headers);
      const method = String(init.method ?? from.method ?? 'GET');
      this.method = METHODS.includes(method.toUpperCase()) ? method.toUpperCase() : method;
      this.url = input instanceof Request ? input.url : new URL(input).href;
      if (body !== null && ['GET', 'HEAD'].includes(this.method)) throw new TypeError(`${this.method} has no body`);
      this.signal = init.signal ?? from.signal ?? null;
      if ((init.redirect ?? 'follow') !== 'follow') throw new TypeError('redirects are followed here; there is no other way');
    }

    clone() {
      return new Request(this);
    }
  }

  class Response extends Body {
    constructor(body, { status = 200, statusText = '', headers } = {}) {
      super(body, headers);
      if (!(status >= 200 && status <= 599)) throw new RangeError(`${status} is no status of a response`);
      Object.assign(this, { status: Number(status), statusText: String(statusText), url: '', redirected: false });
    }

    static json(value, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has('content-type')) headers.set('content-type', 'application/json');
      return new Response(JSON.stringify(value), { ...init, headers });
    }

    get ok() {
      return this.status >= 200 && this.status <= 299;
    }

    clone() {
      if (this.bodyUsed) throw new TypeError('the body was read already');
      const { status, statusText, url, redirected } = this;
      const headers = new Headers(this.headers);
      return Object.assign(new Response(contentOf(this)), { status, statusText, url, redirected, headers });
    }
  }

  function question(request, timeLeft) {
    const content = contentOf(request);
    const { method, url } = request;
    const asked = { method, url, headers: [...request.headers] };
    if (typeof content === 'string') asked.body = content;
    else if (content) asked.bodyBase64 = content.toBase64();
    if (timeLeft < Infinity) asked.timeoutMs = Math.ceil(timeLeft);
    return asked;
  }

  function answered({ status, url, headers, body, bodyBase64, redirected }) {
    const response = new Response(body ?? Uint8Array.fromBase64(bodyBase64));
    return Object.assign(response, { status, url, redirected, headers: new Headers(headers) });
  }

  async function fetch(input, init) {
    const request = new Request(input, init);
    const timeLeft = () => (request.signal ? host.timeLeft(request.signal) : Infinity);
    const asked = question(request, timeLeft());
    try {
      return answered(host.call('http.request', asked));
    } catch (cause) {
      if (cause.code === 'timeout') timeLeft();
      if (cause instanceof PermissionError || !(cause instanceof HostError)) throw cause;
      throw Object.assign(new TypeError(`${request.method} ${request.url}: ${cause.message}`, { cause }), { code: cause.code });
    }
  }

  host.define({ Request, Response, fetch });
});
