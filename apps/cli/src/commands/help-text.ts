import type { Setting } from '@trawl/shared/domain/setting.ts';
import { yesNo } from '@trawl/shared/domain/setting-kinds.ts';
import { inColumns, wrapped } from '../text/columns.ts';
import type { Command } from './command.ts';

export type HelpStyle = { program: string; columns: number };

/** The list of commands. */
export const overviewText = (commands: readonly Command[], { program }: HelpStyle): string =>
  [
    'Trawl fetches the URLs of a list, politely, and records exactly one outcome for each line.',
    '',
    `Usage: ${program} COMMAND ...`,
    '',
    ...commandLines(commands),
    '',
    `  ${program} run urls.txt               a first crawl`,
    `  ${program} help COMMAND               what a command does, and its flags`,
    '',
    'RUN is the name of a run, its beginning as long as only one run begins so, or `last`.',
    'Every flag is also a variable: --per-host is TRAWL_PER_HOST. docs/configuration.md explains them.',
  ].join('\n');

const commandLines = (commands: readonly Command[]): string[] =>
  inColumns(commands.map(({ name, takes, summary }) => [`${name} ${takes}`.trimEnd(), summary]));

/** The commands whose names begin with the same word. */
export const familyText = (word: string, below: readonly Command[], { program }: HelpStyle): string =>
  [...commandLines(below), '', `${program} help ${word} ...  says more about each.`].join('\n');

/** One command with all of its flags. */
export const commandText = (command: Command, { program, columns }: HelpStyle): string => {
  const width = Math.min(columns, 100);
  const { name, takes, summary, details, examples, flags } = command;
  const rows = Object.values(flags);
  const parts = [
    [`${program} ${`${name} ${takes}`.trim()}${rows.length > 0 ? ' [flags]' : ''}`, `  ${summary}`],
    ...details.map((paragraph) => wrapped(paragraph, width)),
    examples.length === 0 ? [] : ['Examples:', ...examples.map((example) => `  ${program} ${example}`)],
    rows.length === 0 ? [] : ['Flags:', ...rows.flatMap((row) => flagLines(row, width))],
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
};

const flagColumn = 26;

function flagLines(setting: Setting<unknown>, width: number): string[] {
  const head = `  ${flagUsage(setting)}`;
  const usual = setting.kind.show(setting.default);
  const about = usual === '(none)' ? setting.help : `${setting.help} [${usual}]`;
  const lines = wrapped(about, Math.max(30, width - flagColumn)).map((line) => `${' '.repeat(flagColumn)}${line}`);
  const [first = ''] = lines;
  return head.length < flagColumn ? [head.padEnd(flagColumn) + first.trimStart(), ...lines.slice(1)] : [head, ...lines];
}

/** `--per-host COUNT`, or `--json` alone. */
export const flagUsage = ({ flag, kind }: Pick<Setting<unknown>, 'flag' | 'kind'>): string => {
  if (kind === yesNo) return `--${flag}`;
  return `--${flag} ${kind.name.includes('|') ? kind.name : kind.name.toUpperCase()}`;
};
