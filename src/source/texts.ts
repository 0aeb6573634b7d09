import { reportOf } from './prompts/list.js';
import type { PromptPart } from './prompts/parts.js';
import { understand } from './prompts/understand.js';
import type { PromptReport } from './types.js';

/** A text of a file that is no source code: the whole of it, or a value in it. */
export interface FileText {
  readonly line: number;
  readonly text: string;
}

/** True for a path by which people keep prompts. */
export const isPromptPath = (path: string): boolean => /(^|\/)prompts\/|prompt[^/]*$/i.test(path);

/** The prompts among the texts of a file: those that hold a conversation, and all where the path says that it has prompts. */
export function promptsOfTexts(path: string, texts: readonly FileText[]): PromptReport[] {
  return texts.flatMap(({ line, text }) => {
    if (text.trim() === '') return [];
    const parts: PromptPart[] = [{ type: 'text', text }];
    const understood = understand(parts, []);
    if (understood.dialect === null && !isPromptPath(path)) return [];
    return [{ path, line, ...reportOf(understood, []) }];
  });
}
