// Requests to the network; want `permissions.network` in the manifest.
import * as base64 from "./base64";
import { Answer, ask } from "./host";
import { Value } from "./value";

/** `new Request("GET", url).header("accept", "text/plain").send().text()`. */
export class Request {
  private question: Value;
  private headers: Value = Value.array();

  constructor(method: string, url: string) {
    this.question = Value.object().put("call", "http.request").put("method", method).put("url", url);
  }

  header(name: string, value: string): Request {
    const pair: string[] = [name, value];
    this.headers.push(pair);
    return this;
  }

  body(text: string): Request {
    this.question.put("body", text);
    return this;
  }

  bytes(body: Uint8Array): Request {
    this.question.put("bodyBase64", base64.encode(body));
    return this;
  }

  json(value: Value): Request {
    return this.header("content-type", "application/json").body(value.toString());
  }

  /** Make the request and wait for all of the response; a status of 404 is a response too. */
  send(): Response {
    return new Response(this.ask().value);
  }

  /** As `send`, but with a refusal as a value: `answer.ok`, `new Response(answer.value)`. */
  ask(): Answer {
    return ask(this.question.put("headers", this.headers));
  }
}

export class Response {
  constructor(private answer: Value) {}

  get status(): i32 {
    return this.answer.get("status").integer() as i32;
  }

  /** Where it came from, after all redirects. */
  get url(): string {
    return this.answer.get("url").text();
  }

  /** The first header of a name, whatever its case; null where there is none. */
  header(name: string): string | null {
    const headers = this.answer.get("headers");
    for (let i = 0; i < headers.length; i++) {
      const pair = headers.at(i);
      if (pair.at(0).text().toLowerCase() == name.toLowerCase()) return pair.at(1).text();
    }
    return null;
  }

  /** The body as text; what is not UTF-8 in it is not to be relied on. */
  text(): string {
    const body = this.answer.get("body");
    if (body.exists) return body.text();
    const bytes = this.bytes();
    return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.byteLength);
  }

  bytes(): Uint8Array {
    const body = this.answer.get("body");
    if (body.exists) return Uint8Array.wrap(String.UTF8.encode(body.text()));
    return base64.decode(this.answer.get("bodyBase64").text());
  }

  /** The body as JSON; null where it is none. */
  json(): Value | null {
    return Value.parse(this.text());
  }
}
