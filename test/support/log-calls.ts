import type { SourceFile } from './repository-files.ts';

/** A place in the sources that logs. */
export type LogCall = {
  path: string;
  level: string;
  /** Undefined: it is no constant. */
  message: string | undefined;
  /** Names of fields that are written out there. */
  fields: string[];
};

/** Every `log.warn({ run, err }, 'message')` of a file, outside of comments. */
export const logCallsOf = ({ path, text }: SourceFile): LogCall[] =>
  [...text.matchAll(/^(?! *(?:\/[/*]|\*)).*?\blog\.(trace|debug|info|warn|error|fatal)\(/gm)].map((match) => {
    const args = partsFrom(text, match.index + match[0].length);
    const message = /^'([^']*)'$/.exec(args.at(-1) ?? '')?.[1];
    return { path, level: match[1] ?? '', message, fields: args.slice(0, -1).flatMap(fieldsOf) };
  });

/** `{ run, err: error, ...more }` -> run, err */
const fieldsOf = (argument: string): string[] =>
  argument.startsWith('{') ? partsFrom(argument, 1).flatMap((entry) => /^\w+/.exec(entry)?.[0] ?? []) : [];

/** What commas separate, from there to the bracket that closes. */
function partsFrom(text: string, from: number): string[] {
  const parts = [''];
  let depth = 0;
  let quote = '';
  for (const char of text.slice(from)) {
    if (quote === char) quote = '';
    else if (quote === '' && '\'"`'.includes(char)) quote = char;
    else if (quote === '' && '([{'.includes(char)) depth += 1;
    else if (quote === '' && ')]}'.includes(char)) depth -= 1;
    if (depth < 0) break;
    if (quote === '' && depth === 0 && char === ',') parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
