import { compileEngine } from '../../scripts/compile-engine.js';
import { packVocabularies } from '../../scripts/pack-vocabulary.js';

/** The packed vocabularies and the WebAssembly module are made, not kept: a fresh clone has none until the first install, build or test. */
export function setup(): void {
  packVocabularies();
  compileEngine();
}
