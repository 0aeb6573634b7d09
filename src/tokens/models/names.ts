/** Without provider prefixes (`openai/`, `azure-`), variants (`:free`, `:online`) and a fine-tune's own part. */
export function bareModel(model: string): string {
  const last = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  const tuned = last.startsWith('ft:') ? (last.split(':')[1] ?? last) : last;
  // A size stands behind a colon too: `gpt-oss:20b` is `gpt-oss-20b`.
  const sized = tuned.replace(/:(\d+b)\b/, '-$1');
  return sized.replace(/:.*$/s, '').replace(/^azure-/, '');
}
