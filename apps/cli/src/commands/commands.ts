import { collectorSettings, producerSettings, workerSettings } from '@trawl/shared/platform/app-settings.ts';
import type { Command } from './command.ts';
import { boardFlags, cancelFlags, doctorFlags, lookFlags, resumeFlags, runFlags } from './flags.ts';
import { recurringCommands } from './recurring-commands.ts';

const oneRun = { takes: 'RUN', words: { least: 1, most: 1 } } as const;
const noWords = { takes: '', words: { least: 0, most: 0 } } as const;
const someSources = { takes: 'SOURCE...', words: { least: 0, most: Number.POSITIVE_INFINITY } } as const;

const sourceWords =
  'SOURCE is a file with one URL a line (# begins a comment), a .csv file (--column), a .jsonl file (--field), each also as .gz or .zst; or - for stdin; or URLs.';

/** Every command. Parsing, help and docs/configuration.md come from here. */
export const commands: Command[] = [
  {
    name: 'run',
    ...someSources,
    summary: 'fetch every URL of a list, on this machine',
    details: [
      sourceWords,
      'Starts a fleet of one producer, some workers and one collector, shows its progress, and reports how every line ended. Without REDIS_URL it starts a Redis of its own in the data directory.',
      'Exits 0 when every line has an outcome, 1 when a --fail-on condition holds, 2 on bad input. Ctrl-C stops at a line that `resume` goes on from.',
    ],
    examples: [
      'run urls.txt',
      'run pages.csv --column address --out pages.jsonl',
      'run --crawl shops.yaml --fail-on "failed>5%"',
      'run https://example.com/ --out -',
    ],
    flags: runFlags,
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'enqueue',
    ...someSources,
    summary: 'hand a list to a fleet that runs elsewhere; prints the name of the run',
    details: [
      sourceWords,
      'Reads the whole list into Redis and ends. Producer, workers and collector of the same Redis do the rest.',
    ],
    examples: ['enqueue urls.txt', 'enqueue urls.txt --rate 50/s --per-host 2'],
    flags: runFlags,
    load: async () => (await import('./enqueue.ts')).enqueue,
  },
  {
    name: 'producer',
    ...noWords,
    summary: 'one producer in the foreground: releases URLs to the workers',
    details: ['Several may run at once. Ends on Ctrl-C or SIGTERM.'],
    examples: ['producer'],
    flags: producerSettings,
    load: async () => (await import('./producer.ts')).producer,
  },
  {
    name: 'worker',
    ...noWords,
    summary: 'one worker in the foreground: fetches',
    details: [
      'Run as many as you like, on any machine that reaches the Redis. On Ctrl-C or SIGTERM it ends what it fetches, within --grace.',
    ],
    examples: ['worker --concurrency 256'],
    flags: workerSettings,
    load: async () => (await import('./worker.ts')).worker,
  },
  {
    name: 'collector',
    ...noWords,
    summary: 'one collector in the foreground: writes records to their sinks',
    details: [
      'Files are written on the machine of the collector. Several may run at once; one writes a run at a time.',
    ],
    examples: ['collector'],
    flags: collectorSettings,
    load: async () => (await import('./collector.ts')).collector,
  },
  {
    name: 'board',
    ...noWords,
    summary: 'the fleet in a browser: runs, schedules, queues',
    details: [
      'Opens on http://127.0.0.1:3000. For other machines name an address with --listen and at least one --viewer or --operator; a proxy in front of it brings TLS.',
      'Ends on Ctrl-C or SIGTERM.',
    ],
    examples: ['board', 'board --hash-password alice', 'board --listen 0.0.0.0:3000 --operator alice:scrypt.15.8.3...'],
    flags: boardFlags,
    load: async () => (await import('./board.ts')).board,
  },
  {
    name: 'status',
    takes: '[RUN]',
    words: { least: 0, most: 1 },
    summary: 'all runs, or how far one is',
    details: [],
    examples: ['status', 'status last'],
    flags: lookFlags,
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'report',
    ...oneRun,
    summary: 'how the lines of a run ended',
    details: ['Classes, statuses, reasons, worst hosts, latency, bytes, retries and throughput over time.'],
    examples: ['report last', 'report last --json'],
    flags: lookFlags,
    load: async () => (await import('./report.ts')).report,
  },
  {
    name: 'verify',
    ...oneRun,
    summary: 'prove that every input line has exactly one outcome, bit by bit',
    details: [
      'Compares the ledger, its counters, the results and the source, and names what is missing. Exits 0 when all of it agrees, 1 when not.',
    ],
    examples: ['verify last'],
    flags: lookFlags,
    load: async () => (await import('./verify.ts')).verify,
  },
  {
    name: 'resume',
    ...oneRun,
    summary: 'let a paused run go on, or finish one that was stopped',
    details: [
      'Where a fleet works on the run, it goes on there. Else this does what `run` does, from where the run is. A run that is finished is only reported.',
    ],
    examples: ['resume last'],
    flags: resumeFlags,
    load: async () => (await import('./resume.ts')).resume,
  },
  {
    name: 'pause',
    ...oneRun,
    summary: 'let no URL of a run start, in the whole fleet, until it is resumed',
    details: ['Takes effect in every worker within a second. What is being fetched may end.'],
    examples: ['pause last'],
    flags: lookFlags,
    load: async () => (await import('./pause.ts')).pause,
  },
  {
    name: 'cancel',
    ...oneRun,
    summary: 'break a run off; its remaining lines end as cancelled',
    details: [
      'Takes effect in every worker within a second: what is being fetched is broken off. Ends when every line of the run has its outcome, also those that had not been read yet.',
    ],
    examples: ['cancel last'],
    flags: cancelFlags,
    load: async () => (await import('./cancel.ts')).cancel,
  },
  {
    name: 'results',
    ...oneRun,
    summary: 'the records of a run on stdout, one JSON object a line',
    details: ['From the file of the sink jsonl, or from Redis. Of a run that is not finished: what is there.'],
    examples: ['results last | jq -r "select(.class != \\"ok\\") | .url"'],
    flags: lookFlags,
    load: async () => (await import('./results.ts')).results,
  },
  ...recurringCommands,
  {
    name: 'doctor',
    ...noWords,
    summary: 'check Redis, Node and the limits of this machine',
    details: ['Says of everything that does not fit what to do about it. Exits 1 when something must be mended.'],
    examples: ['doctor', 'doctor --concurrency 2000'],
    flags: doctorFlags,
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'help',
    takes: '[COMMAND]',
    words: { least: 0, most: 2 },
    summary: 'what a command does and which flags it knows',
    details: [],
    examples: ['help run'],
    flags: {},
    load: async () => (await import('./help.ts')).help,
  },
];

const findCommand = (name: string): Command | undefined => commands.find((command) => command.name === name);

/** The command that the first two words name, or the first one alone, with the words behind its name. */
export const commandOf = (words: readonly string[]): { command: Command; rest: string[] } | undefined => {
  for (const length of [2, 1]) {
    const command = words.length < length ? undefined : findCommand(words.slice(0, length).join(' '));
    if (command !== undefined) return { command, rest: words.slice(length) };
  }
  return undefined;
};

/** Those that begin with a word which is no command by itself, such as `crawl`. */
export const commandsBelow = (word: string): Command[] => commands.filter(({ name }) => name.startsWith(`${word} `));
