/**
 * A message of the library as somebody at a command line reads it: the options that it names become flags, and advice about
 * options that have no flag here goes. Options stand in messages as `the option "model"` and as `suffix: "instruct"`.
 *
 * @param flagOf the flag of an option, `undefined` where the command has none, `null` for what is no option at all
 */
export function inFlags(message: string, flagOf: (option: string) => string | undefined | null): string {
  const pattern = /(?:the )?option "(\w+)"|\b([a-z]\w*(?:\.\w+)?): "([^"]*)"/g;
  const clauses = message.split('; ').map((clause) => {
    let known = true;
    const text = clause.replace(pattern, (whole, named?: string, set?: string, value?: string) => {
      const flag = flagOf((named ?? set)!);
      if (flag === null) return whole;
      if (flag === undefined) known = false;
      return value === undefined ? `${flag}` : `${flag} ${value}`;
    });
    return known ? text : undefined;
  });
  const kept = clauses.filter((clause) => clause !== undefined).join('; ');
  return kept === '' ? message : kept.replace(/([^.!?])$/, '$1.');
}
