import type { Command } from './command.ts';
import { lookFlags, placeSettings, scheduleFlags } from './flags.ts';

const oneFile = { takes: 'FILE', words: { least: 1, most: 1 } } as const;
const oneCrawl = { takes: 'CRAWL', words: { least: 1, most: 1 } } as const;
const noWords = { takes: '', words: { least: 0, most: 0 } } as const;

/** The commands about crawls that the fleet knows by name, and when they recur. */
export const recurringCommands: Command[] = [
  {
    name: 'crawl add',
    ...oneFile,
    summary: 'make a crawl file known to the fleet under a name',
    details: [
      'FILE is a crawl file as `run --crawl` takes it; its name: or else the name of the file becomes that of the crawl. With a schedule: in it the crawl recurs from now on.',
      'Adding a file again changes nothing, unless it has changed: then there is a new version, and runs that have begun keep theirs. What processes are told (workers, concurrency, ...) does not belong to a crawl and is passed over.',
      'Paths are those of this machine, and the producers and collectors of the fleet take them as they are. A {run} in out: stands for the name of each run.',
    ],
    examples: ['crawl add competitor-monitor.yaml'],
    flags: lookFlags,
    load: async () => (await import('./crawl-add.ts')).crawlAdd,
  },
  {
    name: 'crawl list',
    ...noWords,
    summary: 'all crawls that the fleet knows',
    details: [],
    examples: ['crawl list'],
    flags: lookFlags,
    load: async () => (await import('./crawl-list.ts')).crawlList,
  },
  {
    name: 'crawl show',
    ...oneCrawl,
    summary: 'what a crawl is',
    details: ['Its newest version, with the settings that are not the usual ones. Values of headers are not shown.'],
    examples: ['crawl show competitor-monitor'],
    flags: lookFlags,
    load: async () => (await import('./crawl-show.ts')).crawlShow,
  },
  {
    name: 'crawl start',
    ...oneCrawl,
    summary: 'start a run of a crawl now; prints the name of the run',
    details: ['The producers of the fleet read its source, also when this command has ended.'],
    examples: ['crawl start competitor-monitor'],
    flags: lookFlags,
    load: async () => (await import('./crawl-start.ts')).crawlStart,
  },
  {
    name: 'crawl remove',
    ...oneCrawl,
    summary: 'forget a crawl that has no schedule',
    details: ['Runs that it has started are not touched.'],
    examples: ['crawl remove competitor-monitor'],
    flags: placeSettings,
    load: async () => (await import('./crawl-remove.ts')).crawlRemove,
  },
  {
    name: 'schedule add',
    ...oneCrawl,
    summary: 'let a crawl recur; replaces the schedule that it has',
    details: [
      'Any producer of the fleet starts the runs. A time that passes while no producer is up is made up for by one late run, however many there were.',
    ],
    examples: [
      'schedule add competitor-monitor --every 15m',
      'schedule add prices --pattern "0 6 * * 1-5" --tz Europe/Berlin --overlap queue',
    ],
    flags: scheduleFlags,
    load: async () => (await import('./schedule-add.ts')).scheduleAdd,
  },
  {
    name: 'schedule list',
    ...noWords,
    summary: 'when each crawl runs next, and what came of the last time',
    details: [],
    examples: ['schedule list'],
    flags: lookFlags,
    load: async () => (await import('./schedule-list.ts')).scheduleList,
  },
  {
    name: 'schedule pause',
    ...oneCrawl,
    summary: 'let a schedule start no more runs until it is resumed',
    details: ['Runs that it has started go on.'],
    examples: ['schedule pause competitor-monitor'],
    flags: placeSettings,
    load: async () => (await import('./schedule-pause.ts')).schedulePause,
  },
  {
    name: 'schedule resume',
    ...oneCrawl,
    summary: 'let a paused schedule go on; what it missed is not made up for',
    details: [],
    examples: ['schedule resume competitor-monitor'],
    flags: placeSettings,
    load: async () => (await import('./schedule-pause.ts')).scheduleResume,
  },
  {
    name: 'schedule remove',
    ...oneCrawl,
    summary: 'end a schedule; the crawl and its runs stay',
    details: [],
    examples: ['schedule remove competitor-monitor'],
    flags: placeSettings,
    load: async () => (await import('./schedule-remove.ts')).scheduleRemove,
  },
];
