import { escapeXml } from '../../dataset/svg.js';
import type { MigrationReport, PromptReport } from '../../source/index.js';

const row = (cells: readonly string[], tag: 'th' | 'td' = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('')}</tr>`;

function promptHtml({ path, line, dialect, messages }: PromptReport): string {
  const rows = messages.map(({ role, content }) => {
    const parts = content.map((part) =>
      typeof part === 'string' ? escapeXml(part) : `<mark>${escapeXml(part.hole)}</mark>`,
    );
    return `<tr><th>${role}</th><td>${parts.join('')}</td></tr>`;
  });
  const title = `${path}:${line}${dialect === null ? '' : `, ${dialect}`}`;
  return `<details><summary>${escapeXml(title)}</summary><table>${rows.join('')}</table></details>`;
}

/** A report as one page: no script, no links, nothing that is not escaped. */
export function migrationPage({ files, sites, prompts }: MigrationReport, model: string): string {
  const count = (action: string): number => sites.filter((site) => site.action === action).length;
  const skipped = files.filter(({ status }) => status === 'skipped');
  const calls = sites.map(({ path, line, kind, model, action, reasons, note }) =>
    row([`${path}:${line}`, kind, model ?? '', action, reasons.join(', '), note]),
  );
  const left = skipped.map(({ path, reason }) => row([path, reason ?? '']));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Migration to chat</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem; border-bottom: 1px solid #ddd; white-space: pre-wrap; overflow-wrap: anywhere; }
mark { background: #e4ecff; }
</style>
</head>
<body>
<h1>Migration to ${escapeXml(model)}</h1>
<p>${sites.length} calls in ${files.length} files: ${count('rewritten')} rewritten, ${count('shimmed')} left as they are and served (--shim), ${count('reported')} for a person.</p>
<h2>Calls</h2>
<table>${row(['place', 'kind', 'model', 'action', 'reasons', 'note'], 'th')}${calls.join('\n')}</table>
${left.length === 0 ? '' : `<h2>Files left out</h2>\n<table>${row(['file', 'reason'], 'th')}${left.join('\n')}</table>`}
<h2>Prompts</h2>
${prompts.map(promptHtml).join('\n')}
</body>
</html>
`;
}
