import { Template } from '@huggingface/jinja';
import type { Message } from '../../src/schemas/messages.js';
import type { Source } from './sources.js';

export interface EngineOptions {
  generation?: boolean;
  tools?: readonly unknown[];
  variables?: Readonly<Record<string, unknown>>;
}

/** What the engine itself writes, for every form in which a history may be given to it. */
export class Engine {
  readonly template: string;
  readonly #template: Template;

  constructor(private readonly source: Source) {
    // Jinja itself takes all line ends for one.
    this.template = source.template.replace(/\r\n?/g, '\n');
    this.#template = new Template(this.template);
  }

  /** One rendering; null where the template refuses. */
  render(
    messages: readonly unknown[],
    { generation = true, tools, variables }: EngineOptions = {},
  ): string | null {
    const { bos, eos } = this.source;
    try {
      return this.#template.render({
        ...variables,
        bos_token: bos,
        eos_token: eos,
        messages: structuredClone(messages),
        add_generation_prompt: generation,
        ...(tools === undefined ? {} : { tools: structuredClone(tools) }),
      });
    } catch {
      return null;
    }
  }

  /** All renderings that say what the messages say: null, '' or no content beside calls, arguments as object or text. */
  renderings(messages: readonly Message[], options: EngineOptions = {}): string[] {
    const called = messages.some(
      (message) => message.role === 'assistant' && message.tool_calls !== undefined,
    );
    const forms = called
      ? [true, false].flatMap((object) => [null, '', undefined].map((silent) => ({ object, silent })))
      : [{ object: true, silent: null }];
    const texts = forms.flatMap((form) =>
      [true, false].map((named) =>
        this.render(
          messages.map((message) => given(message, form, named)),
          options,
        ),
      ),
    );
    const good = texts.filter((text): text is string => text !== null && !broken(text));
    return [...new Set(good)];
  }
}

/** A map's class name, JSON in quotes, and the word for null stand for what the template could not write. */
const broken = (text: string): boolean => /\[object \w+\]|\\"city\\"|>(?:None|null|undefined)</.test(text);

function given(message: Message, form: { object: boolean; silent: unknown }, named: boolean): unknown {
  if (message.role === 'tool') return named ? { ...message, name: 'get_weather' } : message;
  if (message.role !== 'assistant' || message.tool_calls === undefined) return message;
  const { content, ...rest } = message;
  const words = content ?? form.silent;
  return {
    ...rest,
    ...(words === undefined ? {} : { content: words }),
    tool_calls: message.tool_calls.map((call) =>
      call.type === 'function' && form.object
        ? { ...call, function: { ...call.function, arguments: JSON.parse(call.function.arguments) } }
        : call,
    ),
  };
}
