import { readdirSync, readFileSync } from 'node:fs';

/** A process as the kernel counts it: CPU since its start, and the most memory that was ever resident. */
export type ProcessCounters = { argv: string; cpuMs: number; peakRssBytes: number };

/** USER_HZ, the unit of /proc/<pid>/stat: 100 a second on every Linux that Node runs on. */
const msPerTick = 10;

/** /proc is there on Linux only; elsewhere the bench shows no memory and no CPU. */
export const canReadProcesses = (): boolean => process.platform === 'linux';

export const allPids = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

/** Undefined when there is no such process any more. */
export const parentOf = (pid: number): number | undefined => {
  const fields = statOf(pid);
  return fields === undefined ? undefined : Number(fields[1]);
};

/** Undefined when the process is gone, or is a zombie: that has no memory left to tell of. */
export const countersOf = (pid: number): ProcessCounters | undefined => {
  const fields = statOf(pid);
  const peakKib = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(pid, 'status') ?? '')?.[1];
  const argv = textOf(pid, 'cmdline')?.replaceAll('\0', ' ').trim();
  if (fields === undefined || peakKib === undefined || argv === undefined || argv === '') return undefined;
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { argv, cpuMs: ticks * msPerTick, peakRssBytes: Number(peakKib) * 1024 };
};

/** CPU ms of the children of this process that have ended, with theirs. */
export const cpuMsOfEndedChildren = (): number => {
  const fields = statOf(process.pid);
  return (Number(fields?.[13] ?? 0) + Number(fields?.[14] ?? 0)) * msPerTick;
};

/** Established connections of this machine to a port. */
export const connectionsTo = (port: number): number => {
  const end = `:${port.toString(16).toUpperCase().padStart(4, '0')} 01 `;
  return readFileSync('/proc/net/tcp', 'utf8').split(end).length - 1;
};

/** Of the time in which the main thread of a process had work: how much it waited for a core. */
export const waitedShare = (pid: number | undefined): number => {
  const [ranNs = 0, waitedNs = 0] = (pid === undefined ? '' : (textOf(pid, 'schedstat') ?? '')).split(' ').map(Number);
  return waitedNs / Math.max(1, ranNs + waitedNs);
};

/** From the third field on. The second is the command in parentheses and may hold anything. */
function statOf(pid: number): string[] | undefined {
  const text = textOf(pid, 'stat');
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function textOf(pid: number, file: 'stat' | 'status' | 'cmdline' | 'schedstat'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
