/**
 * Builds the playground, one page without any other file, into docs/public/playground/index.html, over the built package.
 * With `--serve` it then serves the page on a free port of this machine and prints the address. Run after a build.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');
const source = join(root, 'docs/playground');
export const playgroundFile = join(root, 'docs/public/playground/index.html');

/** The page imports the sources, for their types; what it gets is the built file of the same entry. */
const builtPackage: Plugin = {
  name: 'built-package',
  setup({ onResolve }) {
    onResolve({ filter: /\/src\// }, ({ path, importer }) => {
      const entry = relative(join(root, 'src'), resolve(dirname(importer), path))
        .replace(/(\/index)?\.js$/, '')
        .replace(/^tokens\/encodings/, 'encodings');
      return { path: join(root, 'dist', `${entry === '' ? 'index' : entry}.js`) };
    });
  },
};

/** Writes the page and gives it. */
export async function buildPlayground(): Promise<string> {
  if (!existsSync(join(root, 'dist/index.js'))) throw new Error('There is no build: run npm run build.');
  const { outputFiles } = await build({
    entryPoints: [join(source, 'main.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    // One file: what is imported later is in it too.
    plugins: [builtPackage],
    write: false,
    logLevel: 'error',
  });
  const script = outputFiles[0]!.text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const page = readFileSync(join(source, 'index.html'), 'utf8')
    .replace('/* style */', () => readFileSync(join(source, 'style.css'), 'utf8'))
    .replace('/* script */', () => script);
  mkdirSync(dirname(playgroundFile), { recursive: true });
  writeFileSync(playgroundFile, page);
  return page;
}

/** Serves the page to this machine alone. Gives its address. */
export function servePlayground(page: string): Promise<{ url: string; close: () => void }> {
  const server = createServer(({ url }, response) => {
    const found = url === '/' || url === '/index.html';
    response.writeHead(found ? 200 : 404, {
      'content-type': `text/${found ? 'html' : 'plain'}; charset=utf-8`,
    });
    response.end(found ? page : 'There is only one page here: /');
  });
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      done({ url: `http://127.0.0.1:${port}/`, close: () => server.close() });
    });
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const page = await buildPlayground();
  console.log(`${relative(process.cwd(), playgroundFile)}: ${Math.round(page.length / 1024)} kB`);
  if (process.argv.includes('--serve')) {
    const { url } = await servePlayground(page);
    console.log(`The playground is at ${url} (Ctrl-C ends it).`);
  }
}
