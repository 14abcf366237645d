import { z } from 'zod';
import { headerNamePattern, mayBeGiven } from './request-headers.ts';
import type { Kind } from './setting.ts';

/** Request headers; `Name: value` lines as text, a flag may be repeated; a mapping in a crawl file. Names become lower case. */
export const headers: Kind<Record<string, string>> = {
  name: 'headers',
  expects: '"Name: value" with a valid header name',
  schema: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.string())]).transform((given, context) => {
    const entries: [string, string][] = [];
    for (const line of linesOf(given)) {
      const colon = line.indexOf(':');
      const name = line.slice(0, Math.max(0, colon)).trimEnd();
      const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
      const problem = problemOf(name, value);
      if (problem === undefined) entries.push([name.toLowerCase(), value]);
      else context.addIssue({ code: 'custom', ...problem });
    }
    // A header named __proto__ is a header.
    return Object.fromEntries(entries);
  }),
  show: (value) =>
    Object.entries(value)
      .map(([k, v]) => `${k}: ${v}`)
      .join('; ') || '(none)',
};

/** Text that is sent as a header's value. */
export const headerText: Kind<string> = {
  name: 'text',
  expects: 'text without a line break or another control character',
  schema: z
    .string()
    .min(1)
    .refine((value) => isSendable(value)),
  show: (value) => value,
};

const linesOf = (given: string | string[] | Record<string, string>): string[] => {
  if (typeof given === 'string') return given.split('\n');
  return Array.isArray(given) ? given : Object.entries(given).map(([k, v]) => `${k}: ${v}`);
};

type Problem = { message: string; params?: { inOwnWords: true } };

/** Values may be secrets: they are not repeated. */
const problemOf = (name: string, value: string): Problem | undefined => {
  if (!headerNamePattern.test(name)) return { message: 'bad name' };
  const params = { inOwnWords: true } as const;
  if (!mayBeGiven(name))
    return { message: `"${name}" is not for a crawl to give: the URL, the body or the connection decide it`, params };
  if (isSendable(value)) return undefined;
  return {
    message: `the value of "${name}" holds a line break, another control character or half a character`,
    params,
  };
};

/** Anything but control characters (a tab is none here), as long as it can be written as UTF-8. */
const isSendable = (value: string): boolean => value.isWellFormed() && /^[\t\x20-\x7e\x80-\u{10ffff}]*$/u.test(value);
