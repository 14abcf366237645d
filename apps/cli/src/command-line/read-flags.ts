import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util';
import { headers } from '@trawl/shared/domain/header-kinds.ts';
import type { Kind, SettingsTable } from '@trawl/shared/domain/setting.ts';
import { list, yesNo } from '@trawl/shared/domain/setting-kinds.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { didYouMean } from './nearest-word.ts';

export type CommandLine = {
  /** Flag without dashes -> text, texts or boolean; only flags that were given. */
  flags: Record<string, unknown>;
  /** What is no flag, in order. */
  words: string[];
  wantsHelp: boolean;
};

/**
 * The words after a command's name. Throws UserError that names every unknown flag with the nearest known one.
 * @param remedy where to read more
 */
export const readFlags = (table: SettingsTable, args: string[], remedy: string): CommandLine => {
  const options = optionsOf(table);
  try {
    const { values, positionals } = parseArgs({
      args,
      options,
      strict: true,
      allowPositionals: true,
      allowNegative: true,
    });
    const { help, ...flags } = values;
    return { flags: withJoinedLists(table, flags), words: positionals, wantsHelp: help === true };
  } catch (error) {
    const unknown = unknownFlags(options, args);
    throw new UserError(unknown.length > 0 ? unknown.join('\n') : firstSentence(error as Error), remedy);
  }
};

type Options = Record<string, ParseArgsOptionDescriptor>;

function optionsOf(table: SettingsTable): Options {
  const rows = Object.values(table).map(({ flag, kind }): [string, ParseArgsOptionDescriptor] => [
    flag,
    optionOf(kind),
  ]);
  return { ...Object.fromEntries(rows), help: { type: 'boolean', short: 'h' } };
}

const optionOf = (kind: Kind<unknown>): ParseArgsOptionDescriptor =>
  kind === yesNo ? { type: 'boolean' } : { type: 'string', multiple: isRepeatable(kind) };

const isRepeatable = (kind: Kind<unknown>): boolean => kind === list || kind === headers;

/** `--fail-on a --fail-on b,c` means the same as `--fail-on a,b,c`. Headers stay apart: their values hold commas. */
function withJoinedLists(table: SettingsTable, flags: Record<string, unknown>): Record<string, unknown> {
  const lists = new Set(Object.values(table).flatMap(({ flag, kind }) => (kind === list ? [flag] : [])));
  const entries = Object.entries(flags).map(([flag, value]) => [
    flag,
    lists.has(flag) ? (value as string[]).join(',') : value,
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

function unknownFlags(options: Options, args: string[]): string[] {
  const { tokens } = parseArgs({
    args,
    options,
    strict: false,
    allowPositionals: true,
    allowNegative: true,
    tokens: true,
  });
  const known = Object.keys(options);
  return tokens.flatMap((token) => {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name.replace(/^no-/, ''))) return [];
    return [
      `unknown flag ${token.rawName}${didYouMean(
        `--${token.name}`,
        known.map((flag) => `--${flag}`),
      )}`,
    ];
  });
}

/** The rest of the messages of parseArgs explains how programs are written, not how this one is used. */
function firstSentence(error: Error): string {
  return error.message.split(/\. |\n/)[0]?.replace(/\.$/, '') ?? error.message;
}
