import type { Engine } from './engine.js';
import {
  contentsOf,
  type Probe,
  type ProbeMessage,
  type ProbeNeeds,
  probeOf,
  system,
  turns,
} from './probe.js';
import {
  calling,
  optionsOf,
  type ProbeCall,
  question,
  resultOf,
  sentinelCall,
  shapeOf,
  toolOf,
} from './shape.js';

/** Does a template write all the words of these messages? */
function writes(probe: Probe, messages: readonly ProbeMessage[]): boolean {
  const text = probe.render(messages);
  return text !== null && contentsOf(messages).every((words) => text.includes(words));
}

/** Does a template write the words of a result, where it writes calls? */
function writesResults(probe: Probe): boolean {
  const shape = shapeOf(probe);
  if (shape === null) return true;
  const called = [question, calling(shape, [sentinelCall]), resultOf(sentinelCall, 'qzresultqz')];
  return probe.render(called, optionsOf(shape))?.includes('qzresultqz') === true;
}

/**
 * A probe that gives a template what it needs: tools, or none by name, where it refuses to do without; and words as a list of
 * parts where it refuses or drops them as text, role by role.
 */
export function probeFor(engine: Engine, bos: string, eos: string, calls: readonly ProbeCall[]): Probe {
  const listed = calls.map(({ name }) => toolOf(name));
  const made = (needs: ProbeNeeds): Probe => probeOf(engine, bos, eos, needs);
  const plain = made({});
  const tries = function* (): Generator<ProbeNeeds> {
    for (const roles of [[], ['user', 'assistant'], ['user'], ['assistant']])
      for (const tools of [undefined, null, listed]) yield { parts: new Set(roles), listed: tools };
  };
  let needs: ProbeNeeds = {};
  let probe = plain;
  if (!writes(plain, turns(5)))
    for (const one of tries()) {
      const next = made(one);
      if (!writes(next, turns(5))) continue;
      [needs, probe] = [one, next];
      break;
    }
  if (probe === plain && plain.render(turns(5)) === null) {
    const helped = made({ listed });
    return helped.render(turns(5)) === null ? plain : helped;
  }
  /** With one more role in parts, where its words come into the prompt so alone. */
  const add = (role: string, isWritten: (one: Probe) => boolean): void => {
    if (isWritten(probe)) return;
    const more = { ...needs, parts: new Set([...(needs.parts ?? []), role]) };
    const next = made(more);
    if (isWritten(next)) [needs, probe] = [more, next];
  };
  add('system', (one) => writes(one, [system, ...turns(5)]));
  add('tool', writesResults);
  return probe;
}
