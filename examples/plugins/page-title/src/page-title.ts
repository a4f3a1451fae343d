import { defineNode, log, store } from '@pocket/plugin-sdk';

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

export default defineNode({
  type: 'page-title',
  category: 'web',
  description: 'Fetches a page and gives its title; remembers it',
  configSchema: { type: 'object', additionalProperties: false },
  inputSchema: { type: 'object', required: ['url'], properties: { url: { type: 'string' } } },
  outputSchema: {
    type: 'object',
    required: ['url', 'title', 'known'],
    properties: {
      url: { type: 'string' },
      title: { type: 'string' },
      known: { type: 'boolean', description: 'Whether the title was known from an earlier call' },
    },
  },

  async exec({ url }) {
    const { href } = new URL(url);
    const known = await store.get<string>(href);
    if (known !== null) return { url: href, title: known, known: true };
    const title = titleOf(await fetchPage(href));
    await store.set(href, title);
    return { url: href, title, known: false };
  },
});

async function fetchPage(url: string): Promise<string> {
  const response = await fetch(url, { headers: { accept: 'text/html' } });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  log.info(`fetched ${response.url}`);
  return response.text();
}

export function titleOf(html: string): string {
  const [, title] = html.match(/<title[^>]*>([^<]*)<\/title/i) ?? [];
  if (title === undefined) throw new Error('the page has no title');
  return unescaped(title).replace(/\s+/g, ' ').trim();
}

function unescaped(text: string): string {
  return text.replace(/&(?:#(\d{1,6})|(\w+));/g, (all, code, name) => (code ? String.fromCodePoint(Number(code)) : (ENTITIES[name] ?? all)));
}
