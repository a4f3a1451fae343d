// `input` and `output` of the SDK: in the engine, and under plain Node.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { input, output, streams } from '../dist/index.js';
import { plugin } from '../testing/plugin.mjs';

const COPY = `async exec() {
  let bytes = 0;
  for await (const chunk of pocket.input) { bytes += chunk.length; await pocket.output.write(chunk); }
  await pocket.output.write('é');
  return bytes; }`;

test('in the engine, a stream is read piece by piece, and written', () => {
  const data = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
  const copying = plugin(COPY, { reads: data });
  assert.equal(copying.call(null).output, data.length);
  assert.deepEqual(Uint8Array.from(copying.written), Uint8Array.from([...data, 0xc3, 0xa9]));
});

test('in the engine, a call without streams is an error that says so', () => {
  for (const deed of ['await pocket.input.read()', "await pocket.output.write('x')"]) {
    const { success, error } = plugin(`async exec() { ${deed} }`).call(null);
    assert.equal(success, false);
    assert.match(error, /no stream/);
  }
});

test('under Node, a test gives the streams', async () => {
  await assert.rejects(input.read(), /no stream/);
  await assert.rejects(output.write('x'), /no stream/);
  streams.use('grüße'.repeat(20_000));
  let pieces = 0;
  for await (const chunk of input) {
    pieces += 1;
    await output.write(chunk);
  }
  assert.ok(pieces > 1);
  assert.equal(streams.written, 'grüße'.repeat(20_000));
});
