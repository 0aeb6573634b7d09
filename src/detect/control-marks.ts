import type { DialectName } from '../formats/index.generated.js';
import { declaredFamilies, type Family, leadingMarks, withDeclared } from './declared-marks.js';

/** One marker dialect that a text may be written in, with what speaks for it. */
export interface MarkedReading {
  dialect: DialectName;
  confidence: number;
  evidence: string[];
}

const ordered = (
  text: string,
  rules: ReadonlyArray<[RegExp, DialectName]>,
  rest: DialectName[],
): DialectName[] => [
  ...new Set([...rules.filter(([pattern]) => pattern.test(text)).map(([, name]) => name), ...rest]),
];

const families: readonly Family[] = [
  {
    sign: '<|im_start|>',
    open: /<\|im_start\|>\s*(?:system|user|assistant|tool)/,
    close: /<\|im_end\|>/,
    members(text) {
      if (text.includes('<|im_sep|>')) return ['phi-4'];
      const ends = text.split('<|im_end|>').slice(0, -1);
      const spaced = ends.length > 0 && ends.every((part) => part.endsWith('\n'));
      return ordered(
        text,
        [
          [/<\|im_start\|>tool\s*<tool_response>|You are a function calling AI model\./, 'hermes'],
          [/<\|im_start\|>assistant\s*<think>/, 'qwen3'],
          [
            /You are Qwen, created by Alibaba Cloud|<\|im_start\|>user\s*<tool_response>|<tool_call>/,
            'qwen2.5',
          ],
          [spaced ? /^/ : /(?!)/, 'chatml-newline'],
        ],
        ['chatml', 'qwen2.5', 'qwen3', 'hermes', 'qwen3-instruct', 'qwen3-thinking', 'orca'],
      );
    },
  },
  {
    sign: '<|start_header_id|>',
    open: /<\|start_header_id\|>\s*(?:system|user|assistant|ipython|tool)/,
    close: /<\|eot_id\|>/,
    members: (text) =>
      ordered(
        text,
        [[/Cutting Knowledge Date|<\|python_tag\|>|<\|start_header_id\|>ipython/, 'llama-3.1']],
        ['llama-3', 'llama-3.1', 'llama-3.3'],
      ),
  },
  {
    sign: '<|header_start|>',
    open: /<\|header_start\|>\s*(?:system|user|assistant|ipython|tool)/,
    close: /<\|eot\|>/,
    members: () => ['llama-4'],
  },
  {
    sign: '[INST]',
    open: /\[INST\]/,
    close: /\[\/INST\]|<\/s>/,
    members(text) {
      if (text.includes('[SYSTEM_PROMPT]')) {
        return !/\[(?:SYSTEM_PROMPT|INST)\](?! )/.test(text)
          ? ['mistral-v7', 'mistral-v7-tekken']
          : ['mistral-v7-tekken', 'mistral-v7'];
      }
      if (text.includes('<<SYS>>') || /<\/s>\s?<s>\s?\[INST\]/.test(text)) return ['llama-2'];
      if (!/ \[\/INST\]/.test(text) && text.includes('[/INST]')) {
        if (/\[TOOL_RESULTS\] \[/.test(text)) return ['mistral-v2', 'mistral-v3'];
        return !/\[INST\](?! )/.test(text)
          ? ['mistral-v3', 'mistral-v2', 'mistral-v7']
          : ['mistral-v3-tekken', 'mistral-v7-tekken'];
      }
      if (/(?:^|<s>|<\/s>) \[INST\]/.test(text)) return ['mistral-v1', 'mixtral'];
      return /\[\/INST\]\S/.test(text) || /<\/s>\[INST\]/.test(text)
        ? ['mixtral', 'mistral-v1', 'llama-2']
        : ['llama-2', 'mixtral', 'mistral-v1'];
    },
  },
  {
    sign: '<start_of_turn>',
    open: /<start_of_turn>\s*(?:user|model)/,
    close: /<end_of_turn>/,
    members: (text) =>
      ordered(text, [[/<start_of_image>|<image_soft_token>/, 'gemma-3']], ['gemma', 'gemma-3', 'gemma-2']),
  },
  {
    sign: '<|START_OF_TURN_TOKEN|>',
    open: /<\|START_OF_TURN_TOKEN\|><\|(?:SYSTEM|USER|CHATBOT)_TOKEN\|>/,
    close: /<\|END_OF_TURN_TOKEN\|>/,
    members: () => ['command-r'],
  },
  {
    sign: '<|start_of_role|>',
    open: /<\|start_of_role\|>\s*\w+/,
    close: /<\|end_of_text\|>/,
    members: (text) =>
      ordered(
        text,
        [[/<\|start_of_role\|>(?:available_tools<\|end_of_role\|>\n|tool_response)/, 'granite-3.0']],
        ['granite', 'granite-3.0'],
      ),
  },
  {
    sign: '<|message|>',
    open: /<\|start\|>\s*(?:system|developer|user|assistant|functions\.)/,
    close: /<\|(?:end|call|return)\|>/,
    members: () => ['harmony'],
  },
  {
    sign: '<｜',
    open: /<｜(?:User|Assistant)｜>/,
    close: /<｜end▁of▁sentence｜>|<｜begin▁of▁sentence｜>/,
    preamble: true,
    members: (text) =>
      ordered(
        text,
        [
          [/<｜Assistant｜>(?:<think>)?<\/think>/, 'deepseek-v3.1'],
          [/<think>/, 'deepseek-r1'],
        ],
        ['deepseek-v3', 'deepseek-r1', 'deepseek-v3.1'],
      ),
  },
  {
    sign: '<｜',
    open: /(?:^|[\n>])(?:User|Assistant):/,
    close: /<｜(?:end|begin)▁of▁sentence｜>/,
    preamble: true,
    members: (text) => (/<｜(?:User|Assistant)｜>/.test(text) ? [] : ['deepseek-v2']),
  },
  {
    sign: '<|',
    open: /<\|(?:user|system|assistant)\|>/,
    close: /<\|end\|>|<\/s>/,
    // Somebody else answers in other formats.
    isOther: (text) => /<\|(?:model|bot|ai)\|>/i.test(text) && !text.includes('<|assistant|>'),
    members: (text) =>
      /<\|end\|>|<\|endoftext\|>/.test(text) || !text.includes('</s>')
        ? ['phi-3', 'zephyr']
        : ['zephyr', 'phi-3'],
  },
  {
    sign: 'USER:',
    open: /(?:^|\n)USER:/,
    close: /<\/s>\nUSER:/,
    preamble: true,
    members: (text) => (/<\/s>\nUSER:/.test(text) ? ['vicuna-newline', 'vicuna'] : []),
  },
  {
    sign: '### Input:',
    open: /(?:^|\n)### Instruction:\n/,
    close: /\n### Input:\n[\s\S]*\n### Response:/,
    members: (text) => (/\n### Input:\n[\s\S]*\n### Response:/.test(text) ? ['alpaca-input', 'alpaca'] : []),
  },
  {
    sign: 'GPT4 Correct',
    open: /(?:^|>)GPT4 Correct (?:User|Assistant|System):/,
    close: /<\|end_of_turn\|>/,
    members: () => ['openchat'],
  },
];

/** How much of a long text is looked at: its start, where the first turn stands, and its end, where it awaits a reply. */
const HEAD = 60_000;
const TAIL = 4_000;

/** The marker dialects that a text may be written in, the likeliest first; empty where no turn opens as one does. */
export function markerReadings(text: string): MarkedReading[] {
  const looked = text.length <= HEAD + TAIL ? text : text.slice(0, HEAD) + text.slice(-TAIL);
  const all = [...families, ...declaredFamilies(families)];
  // Most texts have none of these, and to look for a fixed text costs far less than a pattern.
  if (!all.some(({ sign }) => looked.includes(sign))) return [];
  const found: MarkedReading[] = [];
  const start = leadingMarks().exec(looked)?.[0].length ?? 0;
  for (const family of all) {
    const { sign, open, close, preamble, isOther } = family;
    if (!looked.includes(sign) || isOther?.(looked) === true) continue;
    const first = open.exec(looked);
    if (first === null) continue;
    const at = first.index + (/^[\n>]/.test(first[0]) ? 1 : 0);
    const leads =
      at <= start ||
      looked.startsWith('[SYSTEM_PROMPT]', start) ||
      looked.startsWith('[AVAILABLE_TOOLS]', start);
    const closed = close.exec(looked);
    const closes = closed !== null;
    const opensLine = looked.charAt(at - 1) === '\n';
    // A mark in the middle of a sentence is talk about marks, unless the format has text in front of the first turn.
    if (!leads && !(closes && (opensLine || preamble === true))) continue;
    const confidence = leads && closes ? 0.98 : leads ? 0.9 : 0.75;
    const evidence = [
      `${leads ? 'the text begins with' : 'a turn begins with'} ${JSON.stringify(first[0].trim())}`,
    ];
    if (closed !== null) evidence.push(`turns end with ${JSON.stringify(closed[0])}`);
    for (const [i, dialect] of withDeclared(families, family, looked).entries())
      found.push({ dialect, confidence: confidence * 0.8 ** i, evidence });
  }
  return found.sort((a, b) => b.confidence - a.confidence);
}
