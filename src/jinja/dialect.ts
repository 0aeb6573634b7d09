import type { CallFormat } from '../body/call-format.js';
import { callFormats } from '../body/calls/index.generated.js';
import { defineMarkers } from '../dialect/define.js';
import type { MarkerDialect, MarkerRole, Marks } from '../dialect/types.js';
import { harmony } from '../formats/harmony.js';
import { engineOf } from './engine.js';
import { second } from './history.js';
import { type KnowledgeOptions, type Known, knowledgeOf, stopsOf } from './knowledge.js';
import { recognised } from './known.js';
import { type Layout, layoutOf } from './layout.js';
import { probeFor } from './needs.js';
import { type Probe, turns } from './probe.js';
import { readsBack, readsHistory, withReadCalls } from './reads-back.js';
import { splitsThoughts } from './reasoning.js';
import { resultForm } from './result-form.js';
import type { ResultTurns } from './results.js';
import { sentinelCall, toolOf } from './shape.js';
import { relatedTokens, tokensIn } from './tokens.js';
import { writerOf } from './write/write.js';

/** Does a template write the tools that it is given, or calls of them? */
function usesTools(probe: Probe): boolean {
  if (/tool_calls|tool_call\b/.test(probe.source)) return true;
  const plain = probe.render(turns(1));
  return (
    plain !== null && plain !== (probe.render(turns(1), { tools: [toolOf(sentinelCall.name)] }) ?? plain)
  );
}

/** Whatever form of calls a reply is in: for a model whose template does not show it. It writes none. */
function anyCalls(): CallFormat {
  const formats = callFormats.filter(({ channels }) => !channels);
  return { name: 'any', sections: formats.flatMap(({ sections }) => sections), signs: [] };
}

/** Everything that a template shows of special tokens. */
function tokensOf(probe: Probe, known: Known | null, options: KnowledgeOptions): string[] {
  const written = [probe.source, probe.render(turns(5), { generation: true }) ?? ''];
  if (known?.samples) for (const sample of Object.values(known.samples)) written.push(sample?.text ?? '');
  if (known?.results) written.push(known.results.tool.open, known.results.tool.close);
  const shown = tokensIn(written.join('\n'));
  return [...new Set([...shown, ...relatedTokens(shown), ...tokensGiven(options)])].filter(
    (token) => token.length > 1,
  );
}

const tokensGiven = ({ bosToken = '', eosToken = '', specialTokens = [] }: KnowledgeOptions): string[] =>
  [bosToken, eosToken, ...specialTokens].filter((token) => token.length > 1);

/** Do the options say what a dialect is to be like, beside its tokens? */
const saysMore = ({ name, stop, calls, reasoning, response }: KnowledgeOptions): boolean =>
  [name, stop, calls, reasoning, response ?? undefined].some((given) => given !== undefined);

/** The dialect that a template speaks: a built-in one where it is known to write the same. */
export function probed(template: string, options: KnowledgeOptions = {}): MarkerDialect {
  const { bosToken = '', eosToken = '', name = 'jinja' } = options;
  const engine = engineOf(template, options.now);
  const probe = probeFor(engine, bosToken, eosToken, [sentinelCall, second]);
  const builtIn = saysMore(options) ? null : recognised(probe, tokensGiven(options));
  if (builtIn !== null) return builtIn;
  const layout = layoutOf(probe);
  const inChannels = ['<|start|>', '<|channel|>', '<|message|>'].every((token) => template.includes(token));
  const told = inChannels ? { ...options, response: null } : options;
  const known = typeof layout === 'string' ? null : knowledgeOf(probe, layout, told);
  const specialTokens = tokensOf(probe, known, options);
  const write = (dialect: () => MarkerDialect) =>
    writerOf({
      engine,
      bosToken,
      eosToken,
      shape: known?.shape ?? null,
      parts: probe.parts,
      namesNone: probe.namesNone,
      reasoning: known?.reasoning?.field ?? null,
      splitsThoughts: splitsThoughts(probe, known?.reasoning ?? null),
      foldsSystem: known !== null && known.layout.system === null && !known.layout.refusesSystem,
      plain: dialect,
    });
  const common = { name, models: 'any, from its chat template', specialTokens };
  const fallbackCalls = options.calls === undefined && usesTools(probe) ? anyCalls() : null;

  const unreadable = (reason: string): MarkerDialect => {
    const plain: MarkerDialect = {
      ...defineMarkers({
        ...common,
        bos: bosToken,
        roles: { user: { open: 'user', close: '' }, assistant: { open: 'assistant', close: '' } },
        systemPlacement: 'gathered',
        labelTexts: known === null ? [] : labelsIn(known.layout, specialTokens),
        reasoning: known?.reasoning?.marks ?? options.reasoning ?? options.response?.reasoning ?? null,
        calls: known?.calls ?? options.calls ?? options.response?.calls ?? fallbackCalls,
        ...stopsIn(known, options),
      }),
      unreadable: reason,
    };
    return { ...plain, template: write(() => plain) };
  };
  if (known === null) return unreadable(String(layout));
  if (inChannels) {
    const plain: MarkerDialect = { ...harmony, ...common };
    delete (plain as { template?: unknown }).template;
    return { ...plain, template: write(() => plain) };
  }
  for (const parts of ['all', 'system', 'results', 'turns'] as const) {
    const plain = withReadCalls(assembled(known, options, common, parts, fallbackCalls));
    if (readsBack(probe, plain, parts === 'all' || parts === 'system' ? known.layout : null)) {
      if (parts === 'all' || parts === 'results') {
        if (known.results !== null && !readsHistory(known, plain)) continue;
      }
      return { ...plain, template: write(() => plain) };
    }
  }
  return unreadable('The marks that the template writes do not tell its turns apart.');
}

/** The stops that were asked for, else those that the template shows. */
function stopsIn(
  known: Known | null,
  { stop, eosToken = '', response }: KnowledgeOptions,
): { stop: readonly string[]; ends?: readonly string[] } {
  const own = known === null ? null : stopsOf(known, eosToken, response?.stop);
  const shown = own?.stop ?? (eosToken === '' ? [] : [eosToken]);
  return { stop: stop ?? shown, ...(own === null || own.ends.length === 0 ? {} : { ends: own.ends }) };
}

type Parts = 'all' | 'system' | 'results' | 'turns';

function assembled(
  known: Known,
  options: KnowledgeOptions,
  common: { name: string; models: string; specialTokens: readonly string[] },
  parts: Parts,
  fallbackCalls: CallFormat | null,
): MarkerDialect {
  const { layout, reasoning, calls, results, callTurn } = known;
  const system = parts === 'all' || parts === 'system' ? layout.system : null;
  const told = parts === 'all' || parts === 'results' ? results : null;
  const callClose = callTurn?.close ?? '';
  const closers = [
    ...(told?.closers ?? []),
    callClose,
    layout.tail.startsWith(layout.assistant.close) ? layout.tail.slice(layout.assistant.close.length) : '',
  ];
  const roles: { user: Marks; assistant: Marks } & Partial<Record<MarkerRole, Marks>> = {
    user: layout.user,
    assistant: layout.assistant,
    ...(system === null ? {} : { system }),
    ...(told === null ? {} : { tool: told.tool }),
  };
  const turns = Object.values(roles).flatMap(({ open, close }) => [open, close]);
  const openings = [told?.tool.open ?? '', ...Object.values(told?.after ?? {}), ...(told?.closers ?? [])];
  const specialTokens = [...common.specialTokens, ...openings.flatMap(guard), ...turns.flatMap(tagsIn)];
  return defineMarkers({
    ...common,
    specialTokens: [...new Set(specialTokens)],
    bos: layout.bos,
    roles,
    after: {
      ...(system === null || layout.systemToUser === null ? {} : { 'system>user': layout.systemToUser }),
      ...(told?.after ?? {}),
    },
    closers: [...new Set(closers)].filter((mark) => mark.trim() !== '' && mark !== layout.assistant.close),
    generation: layout.generation,
    systemPlacement:
      system !== null ? (layout.preamble ? 'preamble' : 'turn') : layout.refusesSystem ? 'none' : 'gathered',
    alternation: layout.strict ? 'strict' : 'free',
    labelTexts: labelsIn({ ...layout, system }, specialTokens),
    reasoning: reasoning?.marks ?? null,
    calls: calls === null ? (options.calls === null ? null : fallbackCalls) : inTurn(calls, told, known),
    ...stopsIn(known, options),
  });
}

/** The openings of turns that hold no special token. */
function labelsIn({ user, assistant, system }: Layout, specialTokens: readonly string[]): string[] {
  const marks = [user.open, assistant.open, system?.open ?? ''].map((mark) => mark.trim());
  return marks.filter((mark) => mark !== '' && !specialTokens.some((token) => mark.includes(token)));
}

/** What must be escaped of a mark in which no special token stands: its tags, or all of it. */
function guard(mark: string): string[] {
  if (mark.trim() === '' || tokensIn(mark).length > 0) return [];
  const tags = tagsIn(mark);
  return tags.length > 0 ? tags : [mark.trim()];
}

const tagsIn = (mark: string): string[] => mark.match(/<[^<>\s]+>/g) ?? [];

/** A format of calls with the results as the template writes them, and what closes a turn that ends in calls. */
function inTurn(format: CallFormat, told: ResultTurns | null, { callTurn, layout }: Known): CallFormat {
  const { results: _, closing: __, ...rest } = format;
  const behind = callTurn === null ? '' : (tokensIn(callTurn.text).at(-1) ?? '');
  const own =
    format.write !== undefined &&
    behind !== '' &&
    callTurn!.text.endsWith(behind) &&
    callTurn!.close !== layout.assistant.close;
  return {
    ...rest,
    ...(told === null || told.result === null ? {} : { results: resultForm(told.result) }),
    ...(own ? { closing: { behind, mark: callTurn!.close } } : {}),
  };
}
