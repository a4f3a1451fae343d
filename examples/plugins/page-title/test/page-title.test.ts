import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '@pocket/plugin-sdk';
import pageTitle, { titleOf } from '../src/page-title.ts';

/** Answers every request, and counts them. */
function serve(html: string, status = 200) {
  const asked: string[] = [];
  globalThis.fetch = async (url) => {
    asked.push(String(url));
    return new Response(html, { status });
  };
  return asked;
}

test('a page is fetched once, and its title is known then', async () => {
  const asked = serve('<html><title>A &amp; B</title>');
  const url = 'https://en.wikipedia.org/wiki/A';
  const outputs = [await run(pageTitle, { url }), await run(pageTitle, { url })].map(({ output }) => output);
  assert.deepEqual(outputs, [{ url, title: 'A & B', known: false }, { url, title: 'A & B', known: true }]);
  assert.deepEqual(asked, [url]);
});

test('a page that is not there is an error, and is not remembered', async () => {
  const asked = serve('<title>Not found</title>', 404);
  const url = 'https://en.wikipedia.org/wiki/None';
  for (const _ of [1, 2]) await assert.rejects(run(pageTitle, { url }), /answers 404/);
  assert.equal(asked.length, 2);
});

test('a title is text in one line', () => {
  assert.equal(titleOf('<head><TITLE lang="en">\n a\n  &lt;b&gt; &#233; &none;</TITLE>'), 'a <b> é &none;');
  assert.throws(() => titleOf('<html></html>'), /no title/);
});

test('what is no URL is an error', async () => {
  await assert.rejects(run(pageTitle, { url: 'wikipedia' }), TypeError);
});
