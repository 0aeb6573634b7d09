import { bindJavascript, isClass as isClassJs, isFunction as isFunctionJs } from './javascript/bind.js';
import { javascriptLower } from './javascript/lower.js';
import { bindPython, isClass as isClassPy, isFunction as isFunctionPy } from './python/bind.js';
import { pythonLower } from './python/lower.js';
import type { Elsewhere, SourceFile } from './syntax/file.js';
import type { SyntaxNode } from './syntax/node.js';

export interface ParsedSource {
  readonly path: string;
  readonly language: 'javascript' | 'typescript' | 'python';
  readonly text: string;
  readonly root: SyntaxNode;
}

/** Nothing is known of other files. */
export const nothingElsewhere: Elsewhere = {
  isConversation: () => false,
  isConversationFile: () => false,
  isUsed: () => false,
};

/** Makes a file of source code ready to be looked at. */
export function openSource(parsed: ParsedSource, elsewhere: Elsewhere = nothingElsewhere): SourceFile {
  const { text, root, language } = parsed;
  const isPython = language === 'python';
  return {
    ...parsed,
    elsewhere,
    isPython,
    lower: isPython ? pythonLower(text) : javascriptLower(text),
    scopes: isPython ? bindPython(root, text) : bindJavascript(root, text),
    isFunction: isPython ? isFunctionPy : isFunctionJs,
    isClass: isPython ? isClassPy : isClassJs,
  };
}
