import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialectsFor } from '../../src/formats/models.js';
import { type Dialect, dialectFor, dialects, toCompletionRequest } from '../../src/index.js';

const known: readonly [dialect: string, ...ids: string[]][] = [
  ['qwen2.5', 'Qwen/Qwen2.5-14B-Instruct', 'qwen2.5:7b', 'qwen2.5-coder:7b-instruct-q8_0', 'bartowski/Qwen2.5-Coder-7B-Instruct-GGUF', 'Qwen/Qwen2.5-72B-Instruct-GPTQ-Int4', '/models/Qwen2.5-7B-Instruct-AWQ/', 'qwen2.5-7b-instruct-q4_k_m-00001-of-00002.gguf'],
  ['qwen3', 'qwen3:14b', 'Qwen/Qwen3-30B-A3B', 'Qwen/Qwen3-8B-FP8', 'Qwen_Qwen3-8B-Q4_K_M.gguf', '/root/.cache/huggingface/hub/models--Qwen--Qwen3-32B/snapshots/9216db5781bf21249d130ec9da846c4624c16137'],
  ['qwen3-instruct', 'Qwen/Qwen3-30B-A3B-Instruct-2507', 'qwen3:30b-a3b-instruct-2507-q4_K_M'],
  ['qwen3-thinking', 'Qwen/Qwen3-235B-A22B-Thinking-2507-FP8'],
  ['qwen3-coder', 'Qwen/Qwen3-Coder-30B-A3B-Instruct', 'qwen3-coder:30b', 'unsloth/Qwen3-Coder-480B-A35B-Instruct-GGUF'],
  ['qwen3.5', 'Qwen/Qwen3.5-4B', 'Qwen/Qwen3.5-397B-A17B'],
  ['qwen3.5-small', 'Qwen/Qwen3.5-0.8B', 'Qwen/Qwen3.5-2B'],
  ['qwen3.6', 'Qwen/Qwen3.6-27B', 'Qwen/Qwen3.6-35B-A3B-FP8'],
  ['llama-2', 'TheBloke/Llama-2-7B-Chat-GPTQ', 'meta-llama/Llama-2-13b-chat-hf', 'llama2:7b-chat'],
  ['llama-3', 'meta-llama/Meta-Llama-3-8B-Instruct', 'Meta-Llama-3-8B-Instruct.Q5_K_M.gguf', 'llama3'],
  ['llama-3.1', 'meta-llama/Llama-3.2-3B-Instruct', 'unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit', 'llama3.1:8b', 'neuralmagic/Meta-Llama-3.1-70B-Instruct-quantized.w4a16'],
  ['llama-3.3', 'meta-llama/Llama-3.3-70B-Instruct', 'llama3.3:70b-instruct-q4_K_M'],
  ['llama-4', 'meta-llama/Llama-4-Scout-17B-16E-Instruct', 'llama4:scout'],
  ['mistral-v3', 'mistralai/Mistral-7B-Instruct-v0.3', 'mistralai/Mixtral-8x22B-Instruct-v0.1'],
  ['mistral-v3-tekken', 'mistralai/Mistral-Nemo-Instruct-2407', 'mistral-nemo', 'mistral-nemo:12b-instruct-2407-q4_K_M'],
  ['gemma-2', 'unsloth/gemma-2-2b-it-bnb-4bit', 'gemma2:9b', 'gemma2:9b-instruct-q4_K_M', 'gemma-2-9b-it-Q4_K_M.gguf'],
  ['gemma-3', 'google/gemma-3-4b-it', 'gemma3:270m', 'ISTA-DASLab/gemma-3-27b-it-GPTQ-4b-128g', 'google/gemma-3-12b-it-qat-int4-unquantized'],
  ['phi-3', 'microsoft/Phi-3.5-mini-instruct', 'Phi-3-mini-4k-instruct-q4.gguf', 'microsoft/Phi-3-mini-4k-instruct-onnx', 'phi3:3.8b-mini-4k-instruct-q4_K_M'],
  ['phi-4', 'microsoft/phi-4'],
  ['deepseek-r1', 'deepseek-ai/DeepSeek-R1-0528'],
  ['deepseek-v3', 'deepseek-ai/DeepSeek-V3-0324'],
  ['deepseek-v3.1', 'deepseek-ai/DeepSeek-V3.1'],
  ['harmony', 'gpt-oss:120b', 'openai/gpt-oss-20b', 'unsloth/gpt-oss-20b-GGUF', 'gpt-oss-20b-mxfp4.gguf'],
  ['granite', 'ibm-granite/granite-3.2-2b-instruct'],
  ['vicuna', 'lmsys/vicuna-13b-v1.5'],
  ['command-r', 'CohereForAI/c4ai-command-r-plus', 'command-r:35b'],
  ['zephyr', 'TinyLlama/TinyLlama-1.1B-Chat-v1.0', 'HuggingFaceH4/zephyr-7b-beta', 'zephyr:7b-beta-q4_0', 'tinyllama:1.1b-chat-v1-q4_K_M'],
  ['glm-4.5', 'zai-org/GLM-4.5-Air', 'zai-org/GLM-4.6-FP8'],
  ['kimi-k2-thinking', 'moonshotai/Kimi-K2-Thinking'],
  ['minimax-m2', 'MiniMaxAI/MiniMax-M2'],
  ['nemotron-3', 'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16', 'unsloth/Nemotron-3-Nano-30B-A3B-GGUF'],
]; // biome-ignore format: a table

const unknown = [
  'google/gemma-2-9b', 'Qwen/QwQ-32B', 'qwq:32b', 'hermes3:8b', 'codellama/CodeLlama-70b-Instruct-hf', 'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-Base-BF16', 'meta-llama/Llama-3.1-8B', 'Qwen/Qwen2.5-14B', 'Qwen/Qwen3-8B-Base', 'mistralai/Mistral-7B-v0.1', 'gpt-3.5-turbo', 'gpt-4o', 'davinci-002', '',
  'sentence-transformers/all-MiniLM-L6-v2', 'my-org/support-bot-2024-06', 'Qwen/Qwen3-Embedding-8B', 'Qwen/Qwen3-Reranker-4B', 'meta-llama/Llama-Guard-3-8B', 'google/shieldgemma-9b',
  'nvidia/Llama-3.1-Nemotron-70B-Instruct-HF', 'nemotron-mini', 'google/gemma-4-unknown', 'deepseek-ai/DeepSeek-V3.2', 'deepseek-ai/DeepSeek-V3.1-Terminus',
  'CohereLabs/c4ai-command-a-03-2025', 'CohereForAI/c4ai-command-r7b-12-2024', 'Qwen/Qwen2.5-VL-7B-Instruct', 'Qwen/Qwen2.5-Math-7B-Instruct', 'my-org/llama-3.1-8b-instruct-support', 'microsoft/Phi-4-mini-instruct',
  'allenai/Olmo-3-7B-Instruct', 'upstage/Solar-Open-100B', 'XiaomiMiMo/MiMo-VL-7B-RL', 'llama-3.1-8b', 'llama2:7b-text', '-'.repeat(100_000), `gemma-2-9b-it${'-gguf'.repeat(20_000)}`,
]; // biome-ignore format: a table

describe('dialectFor', () => {
  it.each(known)('%s', (dialect, ...ids) => {
    expect(ids.map((id) => [id, dialectFor(id)])).toEqual(ids.map((id) => [id, dialect]));
  });

  it.each(unknown)('null for %.60s', (id) => {
    expect(dialectFor(id)).toBeNull();
  });

  it('finds one dialect where it finds any', () => {
    for (const [dialect, ...ids] of known) for (const id of ids) expect(dialectsFor(id)).toEqual([dialect]);
  });

  it('finds no two dialects for what any of its patterns fits', () => {
    const sizes = '7b';
    for (const { ids = [] } of Object.values(dialects) as Dialect[])
      for (const id of ids) {
        const pattern = new RegExp(`^(?:${id.replaceAll('#', sizes)})$`);
        for (const name of fc.sample(fc.stringMatching(pattern), { numRuns: 6, seed: 1 }))
          expect(dialectsFor(name).length, name).toBeLessThan(2);
      }
  });

  it('has no pattern twice', () => {
    const patterns = (Object.values(dialects) as Dialect[]).flatMap(({ ids = [] }) => ids);
    expect(patterns).toEqual([...new Set(patterns)]);
    for (const pattern of patterns) expect(pattern).toMatch(/^[a-z0-9#:._()|?+*\\[\]-]+$/);
  });
});

describe('a completion request without a dialect', () => {
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  it('is written in the dialect of its model', () => {
    const { request, context, warnings } = toCompletionRequest({ model: 'Qwen/Qwen3-8B', messages });
    expect(request.prompt).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n');
    expect(context.dialect).toBe('qwen3');
    expect(warnings.map(({ code }) => code)).not.toContain('unknown-model');
  });
  it('says that it guesses where the model is not known', () => {
    const { request, warnings } = toCompletionRequest({ model: 'my-org/support-bot', messages });
    expect(request.prompt).toBe('User: Hi\nAssistant:');
    expect(warnings).toContainEqual(
      expect.objectContaining({ code: 'unknown-model', severity: 'lossy', path: 'model' }),
    );
  });
  it('says nothing for models that complete any text', () => {
    const { warnings } = toCompletionRequest({ model: 'gpt-3.5-turbo-instruct', messages });
    expect(warnings.map(({ code }) => code)).not.toContain('unknown-model');
  });
  it('takes the model that is really asked', () => {
    const { context } = toCompletionRequest({ model: 'gpt-4o', messages }, { model: 'google/gemma-3-4b-it' });
    expect(context.dialect).toBe('gemma-3');
  });
});
