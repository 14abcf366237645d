import { showLength } from '@trawl/shared/domain/quantities.ts';
import { isDiskTrouble } from '@trawl/shared/platform/disk-trouble.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { type App, type Child, type ChildEnd, type ChildPlan, describeEnd } from './child.ts';
import type { LastWords } from './last-words.ts';

export type Member = ChildPlan & {
  /** What the user should know when it died, as a sentence. */
  afterDeath?: string;
  /** Asked when the process ended well: true = its work is done, it need not come back. */
  isDone: () => Promise<boolean>;
  /** Resolves when it is worth starting for the first time, or once `stop` is given; absent: at once. */
  mayBegin?: (stop: AbortSignal) => Promise<void>;
};

export type SupervisorParts = {
  start: (plan: ChildPlan) => Child;
  lastWords: (plan: ChildPlan, child: Child) => Promise<LastWords>;
  /**
   * Has Redis been there ever since? A process that ends with 2 after it was not has no message for the user: it will come
   * back.
   */
  wasRedisUpSince: (ms: number) => boolean;
  /** Longest that a process may take to stop. */
  stopDeadlineMs: number;
  notice: (text: string) => void;
  now: () => number;
  /** Resolves after so many ms, or when the signal aborts. */
  wait: (ms: number, until: AbortSignal) => Promise<void>;
  /** Aborts: every child is killed at once. */
  kill: AbortSignal;
};

export type Fleet = {
  /** Resolves when every member is done or was stopped; rejects with a UserError when one says that the user must act. */
  over: Promise<void>;
  /** In order: who feeds, who fetches, who writes; `atOnce` where nothing is under way. Resolves when all have ended. */
  stop: (how: 'in order' | 'at once') => Promise<void>;
};

const stopOrder: App[] = ['producer', 'worker', 'collector'];
const backoff = { firstMs: 200, mostMs: 10_000, forgivenAfterMs: 30_000, cannotStartMs: 1000 };

/** Starts the members, all at once, and starts those again that die. */
export const supervise = (members: Member[], parts: SupervisorParts): Fleet => {
  const stopping = new AbortController();
  const stopped = new Promise<true>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(true), { once: true });
  });
  const running = new Map<Member, Child>();
  parts.kill.addEventListener('abort', () => [...running.values()].forEach((child) => child.kill()), { once: true });

  /** Who begins at all has a log that he may write: what takes it from him later may pass. Undefined: it was stopped meanwhile. */
  const startAgain = async (member: Member): Promise<Child | undefined> => {
    for (let isTold = false; !stopping.signal.aborted; isTold = true) {
      try {
        return parts.start(member);
      } catch (error) {
        if (!isDiskTrouble(error)) throw error;
        if (!isTold) parts.notice(`${member.name} cannot be started: ${error.message} It is tried again.`);
        await parts.wait(backoff.cannotStartMs, stopping.signal);
      }
    }
    return undefined;
  };

  const keep = async (member: Member): Promise<void> => {
    let [deaths, hasBegun] = [0, false];
    if (member.mayBegin) await member.mayBegin(stopping.signal);
    while (!stopping.signal.aborted) {
      const startedAtMs = parts.now();
      const child = hasBegun ? await startAgain(member) : parts.start(member);
      if (child === undefined) return;
      hasBegun = true;
      running.set(member, child);
      const end = await child.ended;
      running.delete(member);
      if (stopping.signal.aborted) return;
      if (end.code === exitCodes.ok && (await Promise.race([member.isDone(), stopped]))) return;
      const words = await parts.lastWords(member, child);
      if (end.code === exitCodes.userError && parts.wasRedisUpSince(startedAtMs)) throw asUserError(member, words);
      deaths = parts.now() - startedAtMs >= backoff.forgivenAfterMs ? 1 : deaths + 1;
      const waitMs = Math.min(backoff.mostMs, backoff.firstMs * 2 ** (deaths - 1));
      parts.notice(deathNotice(member, { end, words, waitMs }));
      await parts.wait(waitMs, stopping.signal);
    }
  };
  const ends = new Map(members.map((member) => [member, keep(member)]));
  const over = Promise.all(ends.values()).then(() => undefined);
  over.catch(() => undefined); // also told to whoever asks later

  const end = async (member: Member): Promise<void> => {
    running.get(member)?.terminate();
    const timer = setTimeout(() => running.get(member)?.kill(), parts.stopDeadlineMs);
    await ends.get(member)?.catch(() => undefined);
    clearTimeout(timer);
  };
  const stop = async (how: 'in order' | 'at once'): Promise<void> => {
    stopping.abort();
    const groups =
      how === 'at once' ? [members] : stopOrder.map((app) => members.filter((member) => member.app === app));
    for (const group of groups) await Promise.all(group.map(end));
  };
  return { over, stop };
};

function asUserError({ name, logPath }: Member, { forUser, ofLog }: LastWords): UserError {
  const [message = '', ...remedy] = (forUser || ofLog || `${name} could not begin`).split('\n');
  return new UserError(message, [...remedy, `(${name} said so; its log is ${logPath})`].join('\n'));
}

function deathNotice(
  { name, logPath, afterDeath }: Member,
  { end, words, waitMs }: { end: ChildEnd; words: LastWords; waitMs: number },
): string {
  const said = words.forUser.split('\n')[0] || words.ofLog;
  const why = said === '' ? '' : `: ${said}`;
  const sentences = [
    `${name} ended unexpectedly (${describeEnd(end)})${why}.`,
    `It is started again in ${showLength(waitMs)}.`,
    ...(afterDeath === undefined ? [] : [afterDeath]),
    `Its log: ${logPath}`,
  ];
  return sentences.join(' ');
}
