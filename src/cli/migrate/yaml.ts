import type { FileText } from '../../source/index.js';
import { UsageError } from '../io.js';

/** The texts of a YAML file with the lines where they start; undefined where it is none. */
export async function yamlTexts(source: string): Promise<FileText[] | undefined> {
  const library = await import('yaml').catch(() => undefined);
  if (library === undefined) throw new UsageError('migrate needs a parser for YAML: npm install yaml');
  const lines = new library.LineCounter();
  const texts: FileText[] = [];
  for (const document of library.parseAllDocuments(source, { lineCounter: lines, logLevel: 'silent' })) {
    if (!('errors' in document)) continue;
    if (document.errors.length > 0) return undefined;
    library.visit(document, {
      Scalar: (key, node) => {
        if (key === 'key' || typeof node.value !== 'string' || node.range == null) return;
        const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
        texts.push({ line: lines.linePos(node.range[0]).line + (isBlock ? 1 : 0), text: node.value });
      },
    });
  }
  return texts;
}
