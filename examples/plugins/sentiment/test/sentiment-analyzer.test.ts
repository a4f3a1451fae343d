import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '@pocket/plugin-sdk';
import analyzer from '../src/sentiment-analyzer.ts';

for (const { name, config, input, output } of analyzer.getMetadata().examples ?? []) {
  test(`the example "${name}" is what the plugin gives`, async () => {
    assert.deepEqual((await run(analyzer, input, config)).output, output);
  });
}

test('negative words make a negative sentiment, whatever their case and punctuation', async () => {
  const { output } = await run(analyzer, { text: 'Terrible, HORRIBLE service.' });
  assert.equal(output.sentiment, 'negative');
  assert.equal(output.confidence, 1);
});

test('good and bad words weigh each other out', async () => {
  const { output } = await run(analyzer, { text: 'good and bad' });
  assert.deepEqual(output, { sentiment: 'neutral', score: 0, confidence: 0 });
});

test('no words at all are neutral', async () => {
  for (const text of ['', '   ', '!?', '😀']) {
    assert.deepEqual((await run(analyzer, { text })).output, {
      sentiment: 'neutral',
      score: 0,
      confidence: 0,
    });
  }
});

test('the default threshold is 0.1', async () => {
  const words = (count: number) => ({ text: `love ${'x '.repeat(count - 1)}` });
  assert.equal((await run(analyzer, words(9))).output.sentiment, 'positive');
  assert.equal((await run(analyzer, words(10))).output.sentiment, 'neutral');
});

test('an input without text is an error', async () => {
  await assert.rejects(run(analyzer, {}), /no text/);
});
