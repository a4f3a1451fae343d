import { PluginNode, type NodeMetadata } from '@pocket/plugin-sdk';

interface Input {
  text: string;
  lang?: string;
}

interface Output {
  sentiment: 'positive' | 'negative' | 'neutral';
  score: number;
  confidence: number;
}

interface Config {
  threshold: number;
}

const POSITIVE = new Set(['good', 'great', 'excellent', 'love', 'wonderful']);
const NEGATIVE = new Set(['bad', 'terrible', 'hate', 'awful', 'horrible']);

export class SentimentAnalyzer extends PluginNode<Input, Output, Config> {
  async exec({ text }: Input): Promise<Output> {
    if (typeof text !== 'string') throw new TypeError('the input has no text');
    // Punctuation is no part of a word, so that "wonderful!" is wonderful.
    const words = text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
    const score = words.length === 0 ? 0 : balance(words) / words.length;
    return {
      sentiment: this.classify(score),
      score,
      confidence: Math.min(Math.abs(score) * 2, 1),
    };
  }

  private classify(score: number): Output['sentiment'] {
    if (score > this.config.threshold) return 'positive';
    return score < -this.config.threshold ? 'negative' : 'neutral';
  }

  getMetadata(): NodeMetadata {
    return {
      type: 'sentiment',
      category: 'ai',
      description: 'Analyzes text sentiment',
      configSchema: {
        type: 'object',
        additionalProperties: false,
        properties: {
          threshold: {
            type: 'number',
            default: 0.1,
            minimum: 0,
            maximum: 1,
            description: 'Sentiment classification threshold',
          },
        },
      },
      inputSchema: {
        type: 'object',
        required: ['text'],
        properties: { text: { type: 'string' }, lang: { type: 'string' } },
      },
      examples: [
        {
          name: 'Analyze customer feedback',
          config: { threshold: 0.15 },
          input: { text: 'This product is absolutely wonderful!' },
          output: { sentiment: 'positive', score: 0.2, confidence: 0.4 },
        },
        {
          name: 'A threshold that the score does not pass',
          config: { threshold: 0.2 },
          input: { text: 'This product is absolutely wonderful!' },
          output: { sentiment: 'neutral', score: 0.2, confidence: 0.4 },
        },
      ],
    };
  }
}

/** How many more positive than negative words there are. */
function balance(words: string[]): number {
  return words.reduce((sum, word) => sum + Number(POSITIVE.has(word)) - Number(NEGATIVE.has(word)), 0);
}

// Export for plugin system
export default new SentimentAnalyzer();
