import { serverRoot } from '../../fetch/address.js';
import { get, nobodysAsk, paths, post } from '../asks.js';
import {
  isAccepted,
  isBusy,
  isMissing,
  type Json,
  judged,
  noReply,
  recordIn,
  recordsIn,
  refusal,
  shown,
  textIn,
  unanswered,
} from '../read.js';
import type { Answer, Ask, AuthScheme, Facts, Judgement, Known, Probe } from '../types.js';

/** Where the API may be: as given with `/v1` and without. */
export function candidates(given: string): [string, string] {
  const bare = serverRoot(given);
  return bare === given ? [`${given}/v1`, given] : [given, bare];
}

const isPage = ({ text, type }: Answer): boolean => type.includes('html') || /^\s*</.test(text);
/** Is a key wanted? Some servers say so with the status of any bad request. */
const locked = ({ status, text }: Answer): boolean =>
  status === 401 ||
  status === 403 ||
  ((status === 400 || status === 422) &&
    /\bapi[ _-]?key|authori[sz]ation|authenticat|\bbearer\b/i.test(text));
const isThere = (answer: Answer): boolean =>
  locked(answer) || (answer.failure === undefined && !isMissing(answer) && !isPage(answer));

/** What a wrong address answers with. */
function nothingThere(answers: readonly Answer[]): string {
  const failed = answers.find(({ failure }) => failure?.kind === 'redirect') ?? answers[0];
  if (failed?.failure !== undefined) return failed.failure.message;
  const kinds = answers.map((answer) => `${isPage(answer) ? 'a page, ' : ''}${answer.status}`);
  return `nothing of the API is here (${[...new Set(kinds)].join('; ')})`;
}

/** The endpoints that an address is known by. An empty request is refused, and costs nothing. */
const look = (known: Known, base: string, auth?: Ask['auth']): Ask[] => [
  get(known, `${base}/models`, auth),
  post(known, base + paths.chat, {}, auth),
  post(known, base + paths.completions, {}, auth),
];

const lookAtBoth = (known: Known, auth?: Ask['auth']): Ask[] =>
  candidates(known.facts.given).flatMap((base) => look(known, base, auth));

/** Which of two addresses has more of the API. */
function judgeBase(answers: readonly Answer[], given: string): Judgement {
  const [versioned, bare] = candidates(given);
  const [withVersion, without] = [answers.slice(0, 3), answers.slice(3)].map(
    (three) => three.filter(isThere).length,
  );
  if (withVersion === 0 && without === 0)
    return judged('fails', nothingThere(answers), { barred: 'nothing of the API is there' });
  const base = withVersion! >= without! ? versioned : bare;
  const where =
    withVersion === 0 || without === 0
      ? base === versioned
        ? 'with the version alone'
        : 'without a version'
      : withVersion === without
        ? `and ${bare} too`
        : `more of it than at ${base === versioned ? bare : versioned}`;
  return judged('works', `${base} (${where})`, { base });
}

const baseUrl: Probe = {
  id: 'base-url',
  title: 'the base URL, with or without /v1',
  after: [],
  judgesAll: true,
  asks: (known) => lookAtBoth(known, 'none'),
  judge(answers, { facts }) {
    if (answers.every(isBusy)) {
      const why = unanswered(answers[0]!) ?? '';
      return judged('unknown', why, { barred: why });
    }
    if (!answers.every(locked)) return judgeBase(answers, facts.given);
    // Nothing tells the two apart yet: an address with a path of its own is taken as it is.
    const { pathname } = new URL(facts.given);
    const base = pathname === '/' ? candidates(facts.given)[0] : facts.given;
    return judged('works', `${base} (taken as given: all paths want a key)`, { base, baseUnsure: true });
  },
};

/** The same with the key, where all paths want one. */
const baseUrlKey: Probe = {
  id: 'base-url-key',
  title: 'the base URL, as seen with the key',
  after: ['auth-header'],
  judgesAll: true,
  blocked: ({ facts }) =>
    facts.baseUnsure !== true
      ? 'the base URL is known without it'
      : facts.hasKey
        ? undefined
        : 'no key was given',
  asks: (known) => lookAtBoth(known),
  judge: (answers, { facts }) => judgeBase(answers, facts.given),
};

const auth: Probe = {
  id: 'auth',
  title: 'is a key needed?',
  after: ['base-url'],
  judgesAll: true,
  asks: (known) => [
    ...look(known, known.facts.base, 'none'),
    // Some servers read the request before they ask for a key.
    ...(['chat', 'completions'] as const).map((api): Ask => ({ ...nobodysAsk(known, api), auth: 'none' })),
  ],
  judge(answers, { facts }) {
    const asking = answers.filter(locked);
    // Where only the list is locked, or is the only open one, the endpoints that cost something count.
    const behind = asking.find(({ ask }) => ask.method === 'POST') ?? asking[0];
    if (behind === undefined)
      return judged('works', 'no key is needed', { needsKey: false, auth: 'none', letIn: true });
    const finding: Partial<Facts> = { needsKey: true, locked: behind.ask };
    const open =
      answers.filter((answer) => isAccepted(answer)).length > 0 ? '; the models are listed without' : '';
    if (facts.hasKey) return judged('works', `a key is needed${open}`, finding);
    finding.barred = 'a key is needed';
    return judged('fails', `a key is needed, and none was given: ${refusal(behind)}${open}`, finding);
  },
};

const schemes: readonly AuthScheme[] = ['bearer', 'api-key', 'x-api-key'];
const headerOf: Readonly<Record<AuthScheme, string>> = {
  bearer: 'Authorization: Bearer',
  'api-key': 'api-key',
  'x-api-key': 'x-api-key',
};

const authHeader: Probe = {
  id: 'auth-header',
  title: 'the header of the key',
  after: ['auth'],
  judgesAll: true,
  blocked: ({ facts }) =>
    facts.needsKey === false ? 'no key is needed' : facts.hasKey ? undefined : 'no key was given',
  asks(known) {
    const { base, locked: behind = post(known, base + paths.chat, {}) } = known.facts;
    return schemes.map((scheme): Ask => ({ ...behind, auth: scheme }));
  },
  judge(answers) {
    const taken = schemes.filter((_, i) => !locked(answers[i]!) && unanswered(answers[i]!) === undefined);
    const [first] = taken;
    const open = answers.filter((answer) => !locked(answer));
    if (first === undefined && open.length > 0) {
      const why = unanswered(open[0]!) ?? '';
      return judged('unknown', why, { barred: why });
    }
    if (first === undefined)
      return judged('fails', `it is taken in none: ${noReply(answers[0]!)}`, {
        barred: 'the key is not taken',
      });
    const seen = taken.map((scheme) => headerOf[scheme]).join(', ');
    return judged(first === 'bearer' ? 'works' : 'odd', seen, { auth: first, letIn: true });
  },
};

/** The window that Ollama runs a model with; it cuts what is longer without a word. */
const runningWindow = ({ models }: Json, model: string): unknown =>
  recordsIn(models).find(({ name, model: id }) => name === model || id === model)?.['context_length'];

/** Pages of a server's own, which tell what it is. Sources: the servers' documentation. */
const server: Probe = {
  id: 'server',
  title: 'which server it is',
  after: ['models'],
  judgesAll: true,
  asks: (known) =>
    ['/props', '/info', '/api/version', '/api/ps', '/version'].map((path) =>
      get(known, serverRoot(known.facts.base) + path),
    ),
  judge(answers, { facts }) {
    const [props, info, ollama, running, version] = answers.map((answer) =>
      isAccepted(answer) ? recordIn(answer.json) : {},
    ) as [Json, Json, Json, Json, Json];
    const settings = recordIn(props['default_generation_settings']);
    const found = (name: NonNullable<Facts['server']>, more: string, window: unknown, from: string) =>
      judged('works', `${name}${more}`, {
        server: name,
        ...(typeof window === 'number' && window > 0 ? { contextWindow: window, windowFrom: from } : {}),
      });
    if ('default_generation_settings' in props) {
      const judgement = found('llama.cpp', '', settings['n_ctx'], 'its /props');
      const bosToken = textIn(props['bos_token']);
      return { ...judgement, finding: { ...judgement.finding, ...(bosToken === '' ? {} : { bosToken }) } };
    }
    if ('max_total_tokens' in info)
      return found('tgi', ` ${textIn(info['version'])}`.trimEnd(), info['max_total_tokens'], 'its /info');
    if (typeof ollama['version'] === 'string')
      return found('ollama', ` ${ollama['version']}`, runningWindow(running, facts.model), 'its /api/ps');
    if (facts.server === 'vllm')
      return found('vllm', ` ${textIn(version['version'])}`.trimEnd(), undefined, '');
    const named = version['version'];
    const hint = typeof named === 'string' ? `; it calls its version ${shown(named, 24)}` : '';
    return judged('unknown', `none of vLLM, llama.cpp, TGI and Ollama says it is here${hint}`);
  },
};

export const addressProbes: readonly Probe[] = [baseUrl, auth, authHeader, baseUrlKey];
export const serverProbes: readonly Probe[] = [server];
