import type { Role } from '../../schemas/messages.js';
import type { LabelDialect, LabelDialectDefinition, Speaker } from '../types.js';

const listed = (labels: string | readonly string[] | undefined): readonly string[] =>
  typeof labels === 'string' ? [labels] : (labels ?? []);

const trimmed = (mark: string): string => mark.trim();

/** The closing mark of a speaker's turns; '' where they have none. */
export function endOfTurn(dialect: LabelDialect, speaker: Speaker): string {
  if (speaker === 'assistant') return dialect.assistantEnd;
  return (speaker === 'user' ? dialect.userEnd : dialect.systemEnd) ?? '';
}

/** The speaker's name in a label, without the marks around it: `||>Ann`, `<ann>` and `@ann` are `Ann` and `ann`. */
export function nameInLabel({ labelStart = '' }: Pick<LabelDialect, 'labelStart'>, label: string): string {
  const marked = labelStart !== '' && label.startsWith(labelStart) ? label.slice(labelStart.length) : label;
  const name = marked.replace(/^\s*(?:<[@+%~& ]?(?=.*>$)|@|#+\s+)|\|?[>\]]$/g, '').trim();
  return name === '' ? label : name;
}

/**
 * The dialect of a definition that is known to be sound, completed (`defineLabels` checks those of others).
 */
export function labelDialect(definition: LabelDialectDefinition): LabelDialect {
  const { name, inline = false, alone = false, colon = ':', assistantEnd = '' } = definition;
  const {
    named,
    defaultSystem,
    template,
    ids,
    userEnd = '',
    systemEnd = '',
    labelStart = '',
    stamps,
  } = definition;
  const user = listed(definition.labels.user);
  const stop = assistantEnd === '' ? `${inline ? '' : '\n'}${user[0]}${colon}` : assistantEnd.trim();
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
    specialTokens: [
      ...new Set([...(definition.specialTokens ?? []), ...[assistantEnd, userEnd, systemEnd].map(trimmed)]),
    ].filter((token) => token !== ''),
    stop: listed(definition.stop ?? stop),
    ...(userEnd === '' ? {} : { userEnd }),
    ...(systemEnd === '' ? {} : { systemEnd }),
    ...(labelStart === '' ? {} : { labelStart }),
    ...(stamps === undefined ? {} : { stamps }),
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
