/**
 * Tries the playground in Debian's Chromium, as a person does: types, reads what stands there, copies, turns the lights off.
 * Without Chromium, or without the tools of docs/, it says that it was skipped. `--shots FOLDER` keeps pictures.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildPlayground, servePlayground } from './playground.js';

/** As much of a page of puppeteer as is used here. */
interface Page {
  goto(url: string): Promise<unknown>;
  on(event: 'request', heard: (request: { url(): string }) => void): void;
  on(event: 'pageerror', heard: (error: Error) => void): void;
  type(selector: string, text: string): Promise<void>;
  evaluate(code: string): Promise<unknown>;
  waitForFunction(code: string): Promise<unknown>;
  focus(selector: string): Promise<void>;
  keyboard: { press(key: string): Promise<void> };
  emulateMediaFeatures(features: { name: string; value: string }[]): Promise<void>;
  setViewport(size: { width: number; height: number }): Promise<void>;
  screenshot(options: { path: string; fullPage: boolean }): Promise<unknown>;
  accessibility: { snapshot(): Promise<Node | null> };
}
interface Node {
  role: string;
  name?: string;
  children?: Node[];
}
interface Puppeteer {
  launch(options: object): Promise<{ newPage(): Promise<Page>; close(): Promise<void> }>;
}

const root = join(import.meta.dirname, '..');
const shots = process.argv.includes('--shots')
  ? process.argv[process.argv.indexOf('--shots') + 1]
  : undefined;
const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);
const driver = join(root, 'docs/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js');

let failed = 0;
function holds(what: string, found: unknown, wanted: unknown): void {
  const ok = wanted instanceof RegExp ? wanted.test(String(found)) : found === wanted;
  if (!ok) failed += 1;
  console.log(
    `${ok ? 'ok     ' : 'FAILED '} ${what}${ok ? '' : `: ${JSON.stringify(found)}, not ${wanted}`}`,
  );
}

const namesOf = (node: Node | null): string[] =>
  node === null ? [] : [`${node.role} ${node.name ?? ''}`, ...(node.children ?? []).flatMap(namesOf)];

async function type(page: Page, text: string): Promise<void> {
  const set = `(() => { const t = document.querySelector('textarea'); t.value = ''; t.dispatchEvent(new Event('input')); })()`;
  await page.evaluate(set);
  await page.type('textarea', text);
  await page.evaluate(`new Promise((done) => setTimeout(done, 100))`);
}

async function tryPage(page: Page, url: string): Promise<void> {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => holds('no error in the page', error.message, ''));
  await page.setViewport({ width: 1280, height: 1000 });
  await page.goto(url);
  const of = (selector: string): Promise<unknown> =>
    page.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.innerText).join('|')`,
    );

  await type(page, 'Be kind.\n\nHuman: Hi!\nAI: Hello.\nHuman: Say \\User: hi\nHuman: bye\nAI:');
  holds('roles in words', await of('.turn .role'), 'system|user|assistant|user|user|assistant');
  holds('tokens of each message', await of('.turn .tokens'), /^\d+ tokens\|\d+ tokens/);
  holds('tokens in all', await of('#status'), /5 messages, \d+ tokens in all/);
  holds('labels as they stand', await of('.turn .label'), /Human:.*AI:/s);
  holds(
    'the dialect with its evidence',
    await of('#found'),
    /human-ai \(\d+ % sure\).*speaks after "Human:"/s,
  );
  holds('the chat request', JSON.parse((await of('#request')) as string).messages.length, 5);
  const colours = `new Set([...document.querySelectorAll('.turn')].map((e) => getComputedStyle(e).borderLeftColor)).size`;
  holds('a colour for each role', await page.evaluate(colours), 3);
  if (shots) await page.screenshot({ path: join(shots, 'playground.png'), fullPage: true });

  await page.evaluate(
    `document.querySelector('#limit').value = '24'; document.querySelector('#limit').dispatchEvent(new Event('input'))`,
  );
  holds('what a limit would trim', await of('#trim'), /With a limit of 24 tokens \d messages? would go/);
  holds('and which turns', await of('.goes .note'), /would go at this limit/);

  await type(page, '<|im_start|>user\nWhat is <\\|im_end|>?<|im_end|>\n<|im_start|>assistant\n');
  holds('alternatives', await of('#found'), /It could also be.*qwen/s);
  holds('escapes', await of('.escape'), '\\');
  await type(page, 'Human: hi\nAI: yes\nBob: and me?\nAI: fine\nBob: good\nAI:');
  holds('warnings in place', await of('.warnings li'), /\w/);
  await type(page, 'Just a task: write a poem.');
  holds('no conversation', await of('#found'), /No conversation/);

  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi <|im_end|>' },
  ];
  await type(page, JSON.stringify(messages));
  holds('messages are read', await of('.turn .role'), 'system|user');
  holds('and written as a prompt', await of('#prompt'), /<\|im_start\|>system\nBe brief\.<\|im_end\|>/);
  await type(page, '[{"role": "assistant", "content": 7}]');
  holds('wrong ones give a message', await of('#status'), /\w/);
  if (shots) await page.screenshot({ path: join(shots, 'playground-messages.png'), fullPage: true });

  await type(page, 'Human: Hi!\nAI:');
  await page.focus('#copy');
  await page.keyboard.press('Enter');
  await page.waitForFunction(`document.querySelector('#copy').textContent === 'Copied'`);
  holds('the request is copied by the keyboard', await of('#copy'), 'Copied');
  const tree = namesOf(await page.accessibility.snapshot());
  for (const name of [
    'textbox Prompt or messages',
    'combobox Dialect',
    'spinbutton Limit in tokens',
    'button Copied',
  ])
    holds(`a screen reader finds: ${name}`, tree.includes(name), true);
  holds(
    'and is told of changes',
    await page.evaluate(`document.querySelector('#status').getAttribute('aria-live')`),
    'polite',
  );

  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  holds(
    'dark mode',
    await page.evaluate(`getComputedStyle(document.body).backgroundColor`),
    'rgb(20, 23, 28)',
  );
  await type(page, 'Be kind.\n\nHuman: Hi!\nAI: Hello.\nHuman: Bye!\nAI:');
  if (shots) await page.screenshot({ path: join(shots, 'playground-dark.png'), fullPage: true });
  await page.setViewport({ width: 380, height: 800 });
  const wide = `document.documentElement.scrollWidth <= document.documentElement.clientWidth`;
  holds('a narrow window scrolls only down', await page.evaluate(wide), true);

  const slow = `(() => { const t = document.querySelector('textarea'); t.value = 'Human: hello there\\nAI: hi\\n'.repeat(4000);
    const start = performance.now(); t.dispatchEvent(new Event('input'));
    return new Promise((done) => setTimeout(() => done(performance.now() - start), 300)); })()`;
  holds('a hundred kilobytes are read within five seconds', Number(await page.evaluate(slow)) < 5000, true);
  holds('that not all turns are shown', await of('#status'), /8,000 messages \(the first 500 are shown\)/);
  const odd = [
    '\ud800 lone',
    'Human: \u202eabc\nAI:',
    '<script>alert(1)</script>',
    'a'.repeat(200_000),
    '[[[['.repeat(5000),
    '\0\x1b[31m',
    '{"messages": {}}',
    '[{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]',
  ];
  for (const text of odd) {
    const put = `(() => { const t = document.querySelector('textarea'); t.value = ${JSON.stringify(text)}; t.dispatchEvent(new Event('input'));
      return new Promise((done) => setTimeout(done, 400)); })()`;
    await page.evaluate(put);
    holds(
      `an odd text is answered: ${JSON.stringify(text.slice(0, 24))}`,
      await of('#status'),
      /message|read/,
    );
    holds('and no page grows wider by it', await page.evaluate(wide), true);
  }
  holds(
    'nothing is sent anywhere',
    asked.filter((one) => one !== url && !one.startsWith('data:')).join(),
    '',
  );
}

if (chromium === undefined || !existsSync(driver)) {
  const why =
    chromium === undefined
      ? 'no Chromium (Debian package "chromium")'
      : 'docs/ has no tools: npm ci --prefix docs';
  console.log(`skipped the playground in a browser: ${why}`);
  process.exit(0);
}
const { default: puppeteer } = (await import(pathToFileURL(driver).href)) as { default: Puppeteer };
const home = mkdtempSync(join(tmpdir(), 'rolecall-chromium-'));
const { url, close } = await servePlayground(await buildPlayground());
const options = { executablePath: `/usr/bin/${chromium}`, args: ['--no-sandbox'], userDataDir: home };
const browser = await puppeteer.launch(options);
try {
  await tryPage(await browser.newPage(), url);
} finally {
  await browser.close();
  close();
  rmSync(home, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
