import { readFileSync } from 'node:fs';
import type { Redis } from '../platform/redis.ts';

/** Which parts a script is made of, in the order in which they are joined. */
const partsOf = {
  start: ['clock', 'run'],
  halt: ['clock', 'run'],
  arm: ['clock', 'host'],
  forget: ['clock'],
  push: ['clock', 'host', 'ledger'],
  release: ['clock', 'host', 'rate'],
  acquire: ['clock', 'host', 'rate'],
  yield: ['clock', 'host', 'queue'],
  commit: ['clock', 'host', 'ledger', 'queue'],
  drop: ['clock', 'host'],
  'cancel-waiting': ['clock', 'host', 'ledger'],
  'cancel-released': ['clock', 'host', 'ledger'],
  acknowledge: ['clock'],
  'keep-cookies': ['clock'],
  crawl: ['clock'],
  schedule: ['clock'],
  fire: ['clock', 'run'],
  'keep-robots': ['clock', 'host'],
} as const;

/**
 * Never refused for lack of memory. They free more than they take, or what they take is bounded by what is in flight: in a full
 * Redis the outcomes that are held get in, and the sinks make room.
 */
const evenWithoutMemory: ReadonlySet<string> = new Set<keyof typeof partsOf>([
  'acquire',
  'yield',
  'commit',
  'acknowledge',
  'halt',
  'forget',
  'drop',
]);

export const withoutMemory = '#!lua flags=allow-oom\n';

export type ScriptName = keyof typeof partsOf;

type Argument = string | number | Buffer;
type Call = (keys: string[], args: Argument[]) => Promise<unknown>;

/** Makes every script callable on this connection (EVALSHA, with EVAL when Redis does not know it yet). */
export const loadScripts = (redis: Redis): Record<ScriptName, Call> => {
  const calls: Partial<Record<ScriptName, Call>> = {};
  for (const name of Object.keys(partsOf) as ScriptName[]) {
    const command = `trawl:${name}`;
    redis.defineCommand(command, { lua: sourceOf(name) });
    const run = (redis as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>)[command];
    if (run === undefined) throw new Error(`script ${name} was not defined`);
    calls[name] = (keys, args) => run.call(redis, keys.length, ...keys, ...args);
  }
  return calls as Record<ScriptName, Call>;
};

const sources = new Map<ScriptName, string>();

function sourceOf(name: ScriptName): string {
  const known = sources.get(name);
  if (known !== undefined) return known;
  const files = [...partsOf[name].map((part) => `parts/${part}.lua`), `${name}.lua`];
  const body = files.map((file) => readFileSync(new URL(`scripts/${file}`, import.meta.url), 'utf8')).join('\n');
  const source = evenWithoutMemory.has(name) ? withoutMemory + body : body;
  sources.set(name, source);
  return source;
}
