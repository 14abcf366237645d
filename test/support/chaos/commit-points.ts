import { createHash } from 'node:crypto';
import { loadScripts, type ScriptName } from '@trawl/shared/frontier/load-scripts.ts';
import type { Redis } from '@trawl/shared/platform/redis.ts';
import type { App } from './fleet.ts';
import type { SentCommand } from './redis-commands.ts';

/** A moment between two steps that must not belong together by luck, named after the step that is or is not done. */
export type CommitPoint = {
  name: string;
  app: App;
  holds: (command: SentCommand) => boolean;
  /** `before`: the command never reaches Redis. `after`: Redis did it, and nobody hears of it. */
  when: 'before' | 'after';
};

/** The digests by which Trawl's scripts are called, learnt from what it would define on a connection. */
const digests = (): Map<string, ScriptName> => {
  const found = new Map<string, ScriptName>();
  const recorder: Record<string, unknown> = {
    defineCommand: (name: string, { lua }: { lua: string }) => {
      found.set(createHash('sha1').update(lua).digest('hex'), name.replace('trawl:', '') as ScriptName);
      recorder[name] = () => undefined;
    },
  };
  loadScripts(recorder as unknown as Redis);
  return found;
};

const nameOfDigest = digests();

const isScript =
  (name: ScriptName) =>
  ({ words }: SentCommand): boolean =>
    words[0]?.toLowerCase() === 'evalsha' && nameOfDigest.get(words[1] ?? '') === name;

/** BullMQ's scripts are told apart by their number of keys, which is part of their file names (`addStandardJob-9`). */
const isQueueScript =
  (keys: number) =>
  ({ words }: SentCommand): boolean =>
    words[0]?.toLowerCase() === 'evalsha' && words[2] === String(keys) && (words[3] ?? '').includes(':fetch:');

const around = (app: App, what: string, holds: CommitPoint['holds']): CommitPoint[] => [
  { name: `before ${what}`, app, holds, when: 'before' },
  { name: `after ${what}`, app, holds, when: 'after' },
];

export const commitPoints: CommitPoint[] = [
  ...around('producer', 'push', isScript('push')),
  ...around('producer', 'release', isScript('release')),
  ...around('producer', 'addBulk', isQueueScript(9)),
  ...around('worker', 'taking a job', isQueueScript(11)),
  ...around('worker', 'turn', isScript('acquire')),
  ...around('worker', 'commit', isScript('commit')),
  ...around('worker', 'finish', isQueueScript(14)),
  ...around('worker', 'put back', isScript('yield')),
  ...around('collector', 'acknowledge', isScript('acknowledge')),
];
