import { defineNode } from '@pocket/plugin-sdk';

const text = { type: 'object', required: ['text'], properties: { text: { type: 'string' } } };

export default defineNode({
  type: '{{NAME}}',
  category: 'text',
  description: 'Says a text louder',
  // What a workflow may write as the node's config; Pocket checks it and fills in defaults.
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      marks: {
        type: 'integer',
        default: 1,
        minimum: 0,
        maximum: 10,
        description: 'Exclamation marks at the end',
      },
    },
  },
  inputSchema: text,
  outputSchema: text,
  // `pocket plugins test` holds the plugin to them.
  examples: [
    { name: 'A greeting', input: { text: 'hello' }, output: { text: 'HELLO!' } },
    { name: 'Much louder', config: { marks: 3 }, input: { text: 'hi' }, output: { text: 'HI!!!' } },
  ],

  async exec({ text }, { marks }) {
    // What is thrown becomes the error of the call.
    if (typeof text !== 'string') throw new TypeError('the input has no text');
    return { text: text.toUpperCase() + '!'.repeat(marks) };
  },
});
