// Programs that are run from a shell: two coding agents, and one that writes messages for commits.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chat, step } from './steps.mjs';

const folder = mkdtempSync(join(process.cwd(), 'home-'));
const project = join(folder, 'project');
mkdirSync(project);
writeFileSync(join(project, 'note.txt'), 'The moon is made of rock.\n');

/** Runs a program of the installed packages, and gives all that it prints. */
function run(name, argv, env = {}) {
  const file = name === 'git' ? name : join(process.cwd(), 'node_modules/.bin', name);
  const options = {
    cwd: project,
    timeout: 180_000,
    env: { PATH: process.env.PATH, HOME: folder, NO_COLOR: '1', CI: '1', TERM: 'dumb', ...env },
  };
  return new Promise((resolve) => {
    const child = execFile(file, argv, options, (error, stdout, stderr) =>
      resolve(`${stdout}\n${stderr}\n${error === null ? '' : error.message}`),
    );
    child.stdin.end();
  });
}

const reading = `Read ${join(project, 'note.txt')} and tell me what it says.`;

const programs = {
  async pi() {
    mkdirSync(join(folder, '.pi/agent'), { recursive: true });
    const provider = { baseUrl: chat, api: 'openai-completions', apiKey: 'sk-client', models: [{ id: 'm' }] };
    writeFileSync(join(folder, '.pi/agent/models.json'), JSON.stringify({ providers: { here: provider } }));
    const argv = ['--provider', 'here', '--model', 'm', '--no-session', '-p'];
    await step('a question', 'You said: Hello', () => run('pi', [...argv, 'Hello']));
    await step('a file that it reads', 'made of rock', () => run('pi', [...argv, reading]));
  },
  async qwen() {
    const env = { OPENAI_API_KEY: 'sk-client', OPENAI_BASE_URL: chat, OPENAI_MODEL: 'm' };
    const argv = ['--auth-type', 'openai', '--yolo', '-p'];
    await step('a question', 'You said: Hello', () => run('qwen', [...argv, 'Hello'], env));
    await step('a file that it reads', 'made of rock', () => run('qwen', [...argv, reading], env));
  },
  async oco() {
    const env = {
      OCO_AI_PROVIDER: 'openai',
      OCO_API_KEY: 'sk-client',
      OCO_API_URL: chat,
      OCO_MODEL: 'm',
      OCO_GITPUSH: 'false',
    };
    const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
    await run('git', ['init', '-q']);
    for (const name of ['user.name', 'user.email']) await run('git', ['config', name, 'a@example.com']);
    await run('git', ['add', '.']);
    await step('a message for a commit', 'feat(note): add a note', async () => {
      const said = await run('oco', ['--yes'], env);
      return `${await run('git', [...who, 'log', '--format=%s'])} ${said}`;
    });
  },
};

await programs[process.argv[2]]();
