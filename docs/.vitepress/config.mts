import { existsSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

interface Item {
  text: string;
  link?: string;
  items?: Item[];
  collapsed?: boolean;
}

/** What typedoc lists of the API, once it has been written. */
const listed = new URL('../api/typedoc-sidebar.json', import.meta.url);
const api = existsSync(listed) ? (JSON.parse(readFileSync(listed, 'utf8')) as Item[]) : [];

export default defineConfig({
  title: 'rolecall',
  description:
    'Prompts and completions of the GPT-3 years as chat, and back; exact counts, histories that fit.',
  // The site works from any folder of any server.
  base: process.env['DOCS_BASE'] ?? '/',
  srcExclude: ['node_modules/**'],
  lastUpdated: false,
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Guides', link: '/guides/migrate-prompts' },
      { text: 'Recipes', link: '/recipes/' },
      { text: 'API', link: '/api/' },
      { text: 'Playground', link: '/playground/index.html', target: '_self' },
    ],
    sidebar: [
      {
        text: 'Guides',
        items: [
          { text: 'Migrate prompts', link: '/guides/migrate-prompts' },
          { text: 'Migrate source', link: '/guides/migrate-source' },
          { text: 'Wrap a backend', link: '/guides/wrap-a-backend' },
          { text: 'Count and trim', link: '/guides/trim-history' },
          { text: 'Datasets', link: '/guides/datasets' },
          { text: 'Check an endpoint', link: '/guides/check-an-endpoint' },
        ],
      },
      {
        text: 'Recipes',
        items: [
          { text: 'All recipes', link: '/recipes/' },
          { text: 'openai', link: '/recipes/openai' },
          { text: 'AI SDK', link: '/recipes/ai-sdk' },
          { text: 'LangChain', link: '/recipes/langchain' },
          { text: "Node's http, Express", link: '/recipes/node-http' },
          { text: 'Hono', link: '/recipes/hono' },
          { text: 'vLLM', link: '/recipes/vllm' },
          { text: 'llama.cpp', link: '/recipes/llama-cpp' },
          { text: 'Ollama', link: '/recipes/ollama' },
          { text: 'Next, Bun, Deno, workers', link: '/recipes/runtimes' },
        ],
      },
      {
        text: 'Reference',
        items: [
          { text: 'Formats', link: '/reference/formats' },
          { text: 'Streams', link: '/reference/streams' },
          { text: 'What is not preserved', link: '/reference/not-preserved' },
          { text: 'Security', link: '/reference/security' },
        ],
      },
      { text: 'API', collapsed: true, items: api },
    ],
  },
});
