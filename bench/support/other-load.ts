import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { canReadProcesses } from './proc-files.ts';

/** USER_HZ, as in proc-files.ts. */
const msPerTick = 10;

/**
 * How much of the machine others took since the call, from 0 to 1: all CPU time, a hypervisor's included, that neither
 * this process nor a descendant of it used. Ask when the descendants have ended: only then the kernel adds their time
 * to ours. Undefined off Linux.
 */
export const watchOtherLoad = (): (() => number | undefined) => {
  if (!canReadProcesses()) return () => undefined;
  const before = { busyMs: machineBusyMs(), oursMs: ownMs(), atMs: performance.now() };
  return () => {
    const capacityMs = (performance.now() - before.atMs) * availableParallelism();
    const othersMs = machineBusyMs() - before.busyMs - (ownMs() - before.oursMs);
    return Math.max(0, othersMs / capacityMs);
  };
};

/** First line of /proc/stat: user nice system idle iowait irq softirq steal. */
function machineBusyMs(): number {
  const [, user, nice, system, , , irq, softirq, steal] = (readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '')
    .split(/ +/)
    .map(Number);
  return [user, nice, system, irq, softirq, steal].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) * msPerTick;
}

/** utime, stime, cutime and cstime. */
function ownMs(): number {
  const text = readFileSync('/proc/self/stat', 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * msPerTick;
}
