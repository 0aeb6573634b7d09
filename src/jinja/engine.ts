import { Template } from '@huggingface/jinja';
import { RolecallError } from '../errors.js';

/** A chat template, ready to render. */
export interface Engine {
  /** The text of the template. */
  source: string;
  /** Throws what the template throws. */
  render(variables: Readonly<Record<string, unknown>>): string;
}

/** Makes a template ready. Throws `invalid-dialect` for a text that is no Jinja. */
export function engineOf(source: string): Engine {
  let compiled: Template;
  try {
    compiled = new Template(source);
  } catch (cause) {
    throw new RolecallError('invalid-dialect', 'The chat template is not Jinja that can be read.', {
      path: 'template',
      cause,
    });
  }
  return { source, render: (variables) => compiled.render({ ...variables }) };
}
