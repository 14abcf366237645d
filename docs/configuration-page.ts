import { crawlSettings } from '@trawl/shared/domain/crawl-settings.ts';
import { scheduleSettings } from '@trawl/shared/domain/schedule-settings.ts';
import { type SettingsTable, variableOf } from '@trawl/shared/domain/setting.ts';
import { yesNo } from '@trawl/shared/domain/setting-kinds.ts';
import { commands } from '../apps/cli/src/commands/commands.ts';
import {
  boardFlags,
  fleetSettings,
  placeSettings,
  runFlags,
  runSettings,
  watchSettings,
} from '../apps/cli/src/commands/flags.ts';

type Group = { title: string; about: string; table: SettingsTable };

const { redisUrl: _redisUrl, redisCa: _redisCa, dataDir: _dataDir, logLevel: _logLevel, ...ofBoard } = boardFlags;

const groups: Group[] = [
  {
    title: 'The crawl',
    about: 'Fixed when a run is created, and the same for every worker that takes part in it.',
    table: crawlSettings,
  },
  {
    title: 'Source and sinks',
    about:
      'Where a run gets its lines and puts its records. Paths are relative to where you stand, those in a crawl file to the file.',
    table: runSettings,
  },
  {
    title: 'Schedules',
    about: 'Of `trawl schedule add`, and keys below `schedule:` in a crawl file: [schedules.md](schedules.md).',
    table: scheduleSettings,
  },
  {
    title: 'What you see of it',
    about: 'Of `run` and `resume`; `--json` also of the commands that only look.',
    table: watchSettings,
  },
  {
    title: 'Where the runs are',
    about: 'Of every command. A Redis that several machines share makes them one fleet.',
    table: placeSettings,
  },
  {
    title: 'Processes',
    about:
      'Of the processes that `run` and `resume` start on this machine, and of `producer`, `worker` and `collector` as far as they concern them.',
    table: fleetSettings,
  },
  {
    title: 'The board',
    about: 'Of `trawl board`; [board.md](board.md) says who may do what there.',
    table: ofBoard,
  },
];

const introduction = `# Configuration

<!-- Written by docs/generate.ts from the tables of settings: change those, then run \`npm run docs\`. -->

Every setting has one name. \`per-host\` is the flag \`--per-host\`, the variable \`TRAWL_PER_HOST\` and the key \`per-host:\` of a crawl file. A flag
wins over a variable, a variable over the crawl file, and that over the default. A value that makes no sense is refused, with all other problems at
once, and never replaced by the default.

Durations need a unit: \`500ms\`, \`30s\`, \`15m\`, \`2h\`, \`7d\`. Sizes: \`64KiB\`, \`10MiB\`, \`5MB\`, or bytes. Rates: \`200/s\`, \`30/m\`, \`100/h\`, \`off\`. Lists
are separated by commas, and their flags may be repeated; so may \`--header\`. A flag without a value is switched off by \`--no-\` before its name.`;

const crawlFile = `## The crawl file

\`trawl run --crawl shops.yaml\` and \`trawl crawl add shops.yaml\` read a YAML file. Every flag of \`trawl run\` is a key; the source stands below \`source:\`. Anything unknown is refused, with its
line and the nearest known key. [examples/](../examples) holds four.

| key | meaning |
|---|---|
| \`source:\` | a path or a list of URLs, or the keys below it |
| \`source.path\` | a file, or \`-\` for stdin |
| \`source.urls\` | a list of URLs |
| \`source.kind\` | as \`--format\` |
| \`source.column\`, \`source.field\` | as \`--column\`, \`--field\` |
| \`header:\` | \`name: value\` lines |
| \`schedule:\` | when a crawl of the fleet recurs; \`run\` passes it over |
| any other flag | as on the command line, without the dashes |`;

const conditions = `## Conditions of \`--fail-on\`

\`NAME\`, \`NAME>N\`, \`NAME>=N\`, each also with \`%\` of all lines: \`failed>0\`, \`failed>5%\`, \`http-error>10\`, \`unreachable\` (more than none). NAME is a class of
[outcomes.md](outcomes.md), or \`failed\`: all lines that are neither ok, not-modified nor duplicate.`;

const exitCodes = `## Exit codes

| code | meaning |
|---|---|
| 0 | \`run\`, \`resume\`: every line has an outcome. \`verify\`: all of it agrees. \`doctor\`: nothing must be mended |
| 1 | a \`--fail-on\` condition holds; \`verify\` or \`doctor\` found something |
| 2 | something that you can mend is named on stderr: a flag, a file, a Redis |
| 70 | a fault in Trawl, or stopping took too long |
| 130, 143 | stopped by Ctrl-C, by SIGTERM; \`trawl resume\` goes on |`;

/** docs/configuration.md as the tables of settings have it. */
export const configurationPage = (): string =>
  `${[introduction, ...groups.map(groupSection), crawlFile, conditions, commandSection(), exitCodes].join('\n\n')}\n`;

function groupSection({ title, about, table }: Group): string {
  const rows = Object.values(table).map((row) => {
    const type = row.kind === yesNo ? 'switch' : row.kind.name;
    const cells = [`\`--${row.flag}\``, `\`${variableOf(row)}\``, type, `\`${row.kind.show(row.default)}\``, row.help];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  return [
    `## ${title}`,
    '',
    about,
    '',
    '| flag | variable | type | default | meaning |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function commandSection(): string {
  const rows = commands.map(({ name, takes, summary, flags }) => {
    const known = Object.values(flags).map(({ flag }) => `\`--${flag}\``);
    const isRun = flags === runFlags;
    return `| \`trawl ${`${name} ${takes}`.trim()}\` | ${summary} | ${isRun ? 'all of the above' : known.join(' ')} |`;
  });
  return ['## Which command knows which flag', '', '| command | does | flags |', '|---|---|---|', ...rows].join('\n');
}
