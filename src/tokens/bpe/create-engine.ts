import type { Engine } from './engine.js';
import { joinParts, unpackParts } from './packed.js';
import { ReferenceEngine } from './reference-engine.js';
import type { SplitRules } from './scan.js';
import type { VocabularySource } from './vocabulary.js';
import { littleEndian, WasmEngine } from './wasm-engine.js';

/** The engine of a vocabulary: the fast one, or where the platform forbids that, the plain one. */
export function createEngine(source: VocabularySource, rules: SplitRules): Engine {
  let made: Engine | undefined;
  const plain = (): Engine => {
    made ??= new ReferenceEngine(
      'packed' in source ? joinParts(unpackParts(source.packed, source.extra)) : source,
      rules,
    );
    return made;
  };
  if (!littleEndian()) return plain();
  try {
    return new WasmEngine(source, rules, plain);
  } catch {
    // No WebAssembly, or no leave to compile, or no memory for it.
    return plain();
  }
}
