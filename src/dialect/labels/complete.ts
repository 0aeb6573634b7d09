import type { Role } from '../../schemas/messages.js';
import type { LabelDialect, LabelDialectDefinition, Speaker } from '../types.js';

const listed = (labels: string | readonly string[] | undefined): readonly string[] =>
  typeof labels === 'string' ? [labels] : (labels ?? []);

/**
 * The dialect of a definition that is known to be sound, completed (`defineLabels` checks those of others).
 */
export function labelDialect(definition: LabelDialectDefinition): LabelDialect {
  const { name, inline = false, alone = false, colon = ':', assistantEnd = '' } = definition;
  const { named, defaultSystem, template, ids } = definition;
  const user = listed(definition.labels.user);
  const stop = assistantEnd === '' ? `${inline ? '' : '\n'}${user[0]}${colon}` : assistantEnd;
  return {
    kind: 'labels',
    name,
    labels: {
      system: listed(definition.labels.system),
      user,
      assistant: listed(definition.labels.assistant),
    },
    colon,
    gap: definition.gap ?? (alone ? '\n' : ' '),
    alone,
    inline,
    separator: definition.separator ?? (inline ? ' ' : '\n'),
    assistantEnd,
    preambleSeparator: definition.preambleSeparator ?? (inline ? ' ' : '\n\n'),
    lead: definition.lead ?? '',
    systemPlacement: definition.systemPlacement ?? 'preamble',
    specialTokens: [...new Set([...(definition.specialTokens ?? []), assistantEnd])].filter(
      (token) => token !== '',
    ),
    stop: listed(definition.stop ?? stop),
    ...(named === undefined ? {} : { named }),
    ...(defaultSystem === undefined ? {} : { defaultSystem }),
    ...(template === undefined ? {} : { template }),
    ...(ids === undefined ? {} : { ids }),
  };
}

/** A role in the words of a label dialect; undefined for the roles of tools, which labels can't name. */
export function speakerOf(role: Role): Speaker | undefined {
  if (role === 'developer' || role === 'system') return 'system';
  return role === 'user' || role === 'assistant' ? role : undefined;
}
