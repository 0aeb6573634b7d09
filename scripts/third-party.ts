/**
 * Writes THIRD-PARTY.md: the licence of every package whose code or data the published files hold. The packages of code are
 * found by bundling the entries; those of data are named here.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import tsup from '../tsup.config.js';

const root = join(import.meta.dirname, '..');
const file = join(root, 'THIRD-PARTY.md');

/** Data that scripts make files of, which no bundle shows as a package. */
const data = [
  { name: 'gpt-tokenizer', what: 'the files of the vocabularies, and the sizes of models' },
  { name: '@pydantic/genai-prices', what: 'the prices of models' },
];
/** What came with those packages from elsewhere: its licence is kept beside this script. */
const origins = [
  { name: 'tiktoken (OpenAI)', licence: 'MIT', what: 'the vocabularies themselves', text: 'tiktoken.txt' },
  { name: 'Unicode data', licence: 'Unicode-3.0', what: 'the categories of characters', text: 'unicode.txt' },
];

interface Manifest {
  name: string;
  version: string;
  license?: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The folders of the packages that the published files hold, as a bundler finds them. */
async function bundled(): Promise<string[]> {
  const { dependencies, optionalDependencies, peerDependencies } = manifest(root);
  const external = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  const configs = [tsup].flat() as { entry: Record<string, string>; platform: 'neutral' | 'node' }[];
  const folders = new Set<string>();
  for (const { entry, platform } of configs) {
    const { metafile } = await build({
      entryPoints: entry,
      outdir: 'out',
      absWorkingDir: root,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform,
      external,
      write: false,
      metafile: true,
      logLevel: 'error',
    });
    for (const path of Object.keys(metafile.inputs)) {
      const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
      if (folder !== undefined) folders.add(join(root, folder));
    }
  }
  return [...folders];
}

/** The licence that a package carries, as its own file says it. */
function licenceOf(folder: string): string {
  const name = readdirSync(folder).find((one) => /^licen[cs]e(-mit)?(\.(md|txt))?$/i.test(one));
  if (name === undefined) throw new Error(`${folder} carries no licence.`);
  return readFileSync(join(folder, name), 'utf8');
}

const section = (title: string, licence: string, what: string, text: string): string =>
  `## ${title}\n\nLicence: ${licence}. Here: ${what}.\n\n\`\`\`text\n${text.replaceAll('\r', '').trim()}\n\`\`\`\n`;

/** The whole file. */
export async function thirdParty(): Promise<string> {
  const require = createRequire(import.meta.url);
  const parts = data.map(({ name, what }) => {
    const folder = require.resolve.paths(name)!.map((path) => join(path, name))[1]!;
    const { version, license = 'see below' } = manifest(folder);
    return { title: `${name} ${version}`, licence: license, what, text: licenceOf(folder) };
  });
  for (const folder of await bundled()) {
    const { name, version, license = 'see below' } = manifest(folder);
    parts.push({
      title: `${name} ${version}`,
      licence: license,
      what: 'code in the built files',
      text: licenceOf(folder),
    });
  }
  for (const { name, licence, what, text } of origins) {
    const path = join(import.meta.dirname, 'third-party', text);
    parts.push({ title: name, licence, what, text: readFileSync(path, 'utf8') });
  }
  parts.sort((a, b) => (a.title.toLowerCase() < b.title.toLowerCase() ? -1 : 1));
  const head =
    '# Third-party notices\n\nThe files of this package hold code or data of the following. Written by `npm run third-party`.\n';
  return [head, ...parts.map(({ title, licence, what, text }) => section(title, licence, what, text))].join(
    '\n',
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(file, await thirdParty());
