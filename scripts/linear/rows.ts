import { type Dialect, dialects } from '../../src/index.js';

/** A text of one unit over and over, with something in front and behind. */
export interface Row {
  head: string;
  unit: string;
  tail: string;
}

export const textOf = ({ head, unit, tail }: Row, n: number): string => head + unit.repeat(n) + tail;

/** White space, signs and pieces of JSON, Markdown, calls and sentences that readers stop at. */
export const plainUnits: readonly string[] = [
  ' ', '  ', '\t', '\n', ' \n', '\n ', '\n\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u00a0', '\ufeff', '\u2003', '\u2028', '\u2029', '\u200b', '\u3000',
  '\n\u3000', '\u2028 ', '\ufeff\n', 'a', 'a ', 'a\n', 'word ', 'é', '😀', '\ud83d', '\udc00', '世', '0', '1,', ':', ': ', '：', ',', ', ', '.', '!', '-', '- ', '—', '*', '**', '_', '#',
  '# ', '## ', '>', '> ', '|', '=', '/', '\\', '\\\\', '\\"', '\\n', '\\u', '\\u0020', '\\|', '"', "'", '`', '```', '```\n', '```json\n', '(', ')', '[', ']', '{', '}', '{}', '[]', '[[', '{{',
  '}}', '{"', '":', '{"a":', '[{"a":', '"a":1,', '"a": "b", ', "'a': 1, ", '[1,', '{},', '<', '</', '<a', '<a>', '</a>', '<|', '|>', '<｜', '｜>', '&lt;', '<think>', '</think>',
  '<think>\n', '<think>\n\n</think>\n\n', '[THINK]', '[/THINK]', '<tool_call>', '</tool_call>', '<tool_call>\n', '<tool_call>{"name": "f", "arguments": {}}</tool_call>\n', '<tool_call>{"name": ',
  '{"name": "f", "arguments": {}}', '{"name": "f", "arguments": {}}, ', '{"name": "f", "parameters": {}}\n', '{"name":', '[TOOL_CALLS]', '[TOOL_CALLS]f{}', '[TOOL_CALLS][', '[ARGS]', '[CALL_ID]',
  '<function=f>', '<function=f>{}</function>', '</function>', '<parameter=a>', '<parameter=a>\n1\n</parameter>\n', '<arg_key>', '<arg_key>a</arg_key>', '<arg_value>', 'Action:', 'Action: ```json\n',
  '<|python_tag|>', 'f(a=1)', 'f(a=1), ', 'f(', 'a=', 'functions.f', 'to=functions.f ', '<|channel|>', '<|channel|>analysis', '<|message|>', '<|call|>', '<|constrain|>json',
  '<｜tool▁calls▁begin｜>', '<｜tool▁call▁begin｜>', '<｜tool▁sep｜>', '<｜tool▁call▁end｜>', '<|START_ACTION|>', '<|END_ACTION|>', '<tool_response>', '</tool_response>', 'User:', '\nUser:', '\n\nUser: a', 'Human: a\n\n',
  '\n\nHuman: a\n\nAssistant: b', 'USER: a ASSISTANT: b', '\nAI: ', '\nQ: a\nA: b', '### Instruction:\n', '### ', '\n\n### Response:\n', 'Name: a\n', '\nName2: ', 'A: B: ', '\n**User:** ', ' User: ', '<User>: ',
  '12:30 User: a\n', 'http://a.b/c ', 'a:b:', 'data: {}\n\n', 'data: {"choices":[]}\n', 'data:', 'data: [\n', 'event: a\n', ':\n', 'id: 1\n',
]; // biome-ignore format: a list

/** What a dialect reads as structure, as it writes it. */
export function marksOf(dialect: Dialect): string[] {
  const marks: (string | undefined)[] = [...dialect.specialTokens, ...dialect.stop];
  if (dialect.kind === 'labels') {
    for (const labels of Object.values(dialect.labels))
      for (const label of labels ?? [])
        marks.push(`${label}${dialect.colon}`, `\n${label}${dialect.colon} a`);
    marks.push(dialect.assistantEnd);
  } else {
    const { roles, bos, generation, reasoning } = dialect;
    for (const one of Object.values(roles)) marks.push(one?.open, one?.close, `${one?.open}a${one?.close}`);
    marks.push(bos, generation, reasoning?.open, reasoning?.close);
  }
  const texts = marks.filter((mark) => mark !== undefined && mark !== '') as string[];
  return [...new Set(texts.map((mark) => mark.replaceAll('{n}', '1')))];
}

export const allMarks: readonly string[] = [...new Set(Object.values(dialects).flatMap(marksOf))];
