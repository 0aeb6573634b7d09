import { placeOf } from './analyze.js';
import { curlCommands } from './calls/shell.js';
import { advice } from './rewrite/advice.js';
import type { SyntaxNode } from './syntax/node.js';
import type { Site } from './types.js';

/** The calls of a shell script. */
export function analyzeShell(path: string, root: SyntaxNode, text: string, model: string): Site[] {
  return curlCommands(root, text).map((command) => ({
    path,
    ...placeOf(text, command.nameNode.start),
    kind: 'curl',
    model: command.model,
    action: 'reported',
    reasons: ['shell'],
    note: advice('curl', ['shell'], [], model),
  }));
}
