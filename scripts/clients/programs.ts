/** A real program, and how it is run. */
export interface Program {
  name: string;
  /** What npm installs for it; Debian's packages of Python. */
  packages: string[] | 'python';
  /** The script in `run/`, with its arguments. */
  script: string[];
  /** The version of Node that it needs, where that is not ours. */
  node?: number;
}

const aiSdk = (major: number): string[] => [
  `ai@${major}`,
  `@ai-sdk/openai@${major - 3}`,
  `@ai-sdk/openai-compatible@${major - 4}`,
  'zod@4',
];

export const programs: readonly Program[] = [
  { name: 'openai-3', packages: ['openai@3'], script: ['openai-3.mjs'] },
  { name: 'openai-4', packages: ['openai@4'], script: ['openai.mjs'] },
  { name: 'openai-6', packages: ['openai@6'], script: ['openai.mjs'] },
  { name: 'openai-7', packages: ['openai@7'], script: ['openai.mjs'], node: 22 },
  { name: 'ai-6', packages: aiSdk(6), script: ['ai.mjs'] },
  { name: 'ai-7', packages: aiSdk(7), script: ['ai.mjs'], node: 22 },
  { name: 'langchain-0.0.75', packages: ['langchain@0.0.75'], script: ['langchain-old.mjs'] },
  {
    name: 'langchain-new',
    packages: ['@langchain/openai@1', '@langchain/core@1'],
    script: ['langchain.mjs'],
    node: 22,
  },
  { name: 'chatgpt-4', packages: ['chatgpt@4'], script: ['chatgpt.mjs'] },
  { name: 'chatgpt-5', packages: ['chatgpt@5'], script: ['chatgpt.mjs'] },
  { name: 'opencommit', packages: ['opencommit@3'], script: ['programs.mjs', 'oco'] },
  { name: 'pi', packages: ['@mariozechner/pi-coding-agent'], script: ['programs.mjs', 'pi'] },
  { name: 'qwen-code', packages: ['@qwen-code/qwen-code'], script: ['programs.mjs', 'qwen'], node: 22 },
  { name: 'openai-python', packages: 'python', script: ['python-openai.py'] },
  { name: 'llm', packages: 'python', script: ['python-llm.py'] },
];
