import { dialects } from '../../src/index.js';
import { grouped, model, type Piece, type Reading, read, type Turn, tokensInWords } from './reading.js';

const byId = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const text = byId<HTMLTextAreaElement>('text');
const dialect = byId<HTMLSelectElement>('dialect');
const limit = byId<HTMLInputElement>('limit');
const copy = byId<HTMLButtonElement>('copy');

/** An element with a class and what is in it; texts never become markup. */
function make(tag: string, className: string, ...inner: (Node | string)[]): HTMLElement {
  const element = document.createElement(tag);
  if (className !== '') element.className = className;
  element.append(...inner);
  return element;
}

/** A page with more turns than this would be slow to scroll; the rest is counted. */
const mostTurns = 500;

const pieceOf = ({ kind, text: words }: Piece): Node | string =>
  kind === 'text' ? words : make('span', kind, words);

function warningsOf(warnings: readonly string[]): HTMLElement[] {
  if (warnings.length === 0) return [];
  return [make('ul', 'warnings', ...warnings.map((one) => make('li', '', one)))];
}

function turnOf({ role, pieces, tokens, warnings, goes }: Turn): HTMLElement {
  const head = make('div', 'head', make('span', 'role', role), make('span', 'tokens', tokensInWords(tokens)));
  if (goes) head.append(make('span', 'note', 'would go at this limit'));
  const words = make('div', 'text', ...pieces.map(pieceOf));
  return make('li', `turn ${role}${goes ? ' goes' : ''}`, head, words, ...warningsOf(warnings));
}

function foundOf({ dialects: found, noDialect }: Reading): HTMLElement[] {
  const [first, ...others] = found;
  if (first === undefined) return [make('p', '', noDialect)];
  const share = (confidence: number): string => `${Math.round(confidence * 100)} % sure`;
  return [
    make('p', '', make('strong', '', first.name), ` (${share(first.confidence)}), because`),
    make('ul', '', ...first.evidence.map((line) => make('li', '', line))),
    ...(others.length === 0
      ? []
      : [
          make('p', '', 'It could also be'),
          make(
            'ul',
            '',
            ...others.map(({ name, confidence }) => make('li', '', `${name} (${share(confidence)})`)),
          ),
        ]),
  ];
}

function show(reading: Reading): void {
  const { turns, open, total, trim, request, prompt, warnings } = reading;
  byId('found').replaceChildren(...foundOf(reading));
  const items = turns.slice(0, mostTurns).map(turnOf);
  if (turns.length > mostTurns)
    items.push(
      make(
        'li',
        'note',
        `${grouped(turns.length - mostTurns)} more messages follow: they are read and counted, and not shown.`,
      ),
    );
  if (open !== undefined) {
    const head = make('div', 'head', make('span', 'role', 'assistant'), make('span', 'note', 'is to speak'));
    items.push(make('li', 'turn assistant', head, make('div', 'text', make('span', 'label', open))));
  }
  byId('turns').replaceChildren(...items);
  byId('trim').textContent = trim;
  const list = byId('warnings');
  list.hidden = warnings.length === 0;
  list.replaceChildren(...warnings.map((one) => make('li', '', one)));
  byId('prompt-section').hidden = prompt === undefined;
  byId('prompt').replaceChildren(...(prompt ?? []).map(pieceOf));
  byId('request').textContent = request;
  const messages = turns.length === 1 ? '1 message' : `${grouped(turns.length)} messages`;
  const shown = turns.length > mostTurns ? ` (the first ${mostTurns} are shown)` : '';
  byId('status').textContent = `${messages}${shown}, ${tokensInWords(total)} in all for ${model}`;
}

function clear(status: string): void {
  for (const id of ['found', 'turns', 'prompt']) byId(id).replaceChildren();
  for (const id of ['trim', 'request']) byId(id).textContent = '';
  for (const id of ['warnings', 'prompt-section']) byId(id).hidden = true;
  byId('status').textContent = status;
}

function update(): void {
  copy.disabled = true;
  if (text.value.trim() === '') {
    clear('Nothing to read yet.');
    return;
  }
  try {
    show(read(text.value, dialect.value, Number(limit.value)));
    copy.disabled = false;
  } catch (error) {
    clear(`This can't be read: ${(error as Error).message}`);
  }
}

// A long text is read when the typing pauses, a short one at once.
let waiting: ReturnType<typeof setTimeout> | undefined;
function later(): void {
  clearTimeout(waiting);
  waiting = setTimeout(update, text.value.length > 20_000 ? 250 : 0);
}

/** Puts the request on the clipboard; where a page may not, it is selected, to be copied by hand. */
async function copyRequest(): Promise<void> {
  const request = byId('request');
  try {
    await navigator.clipboard.writeText(request.textContent ?? '');
    copy.textContent = 'Copied';
  } catch {
    getSelection()?.selectAllChildren(request);
    copy.textContent = document.execCommand('copy') ? 'Copied' : 'Selected: press Ctrl+C';
  }
  setTimeout(() => {
    copy.textContent = 'Copy';
  }, 2000);
}

dialect.append(
  new Option('found out from the text', 'auto'),
  ...Object.keys(dialects).map((name) => new Option(name, name)),
);
text.addEventListener('input', later);
dialect.addEventListener('change', update);
limit.addEventListener('input', update);
copy.addEventListener('click', () => void copyRequest());
update();
