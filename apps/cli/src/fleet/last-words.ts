import { open } from 'node:fs/promises';

const mostBytes = 16 * 1024;

/** What a process said last in its log, from `fromBytes` on: the words for the user, and the message of its last log line. */
export const readLastWords = async (path: string, fromBytes: number): Promise<LastWords> => {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return { forUser: '', ofLog: '' }; // somebody tidied up
  try {
    const { size } = await file.stat();
    const from = Math.max(fromBytes, size - mostBytes);
    const space = Buffer.alloc(Math.max(0, size - from));
    const { bytesRead } = await file.read(space, 0, space.length, from);
    return lastWords(space.toString('utf8', 0, bytesRead));
  } finally {
    await file.close();
  }
};

export type LastWords = {
  /** The lines behind the last log line: what a process tells its user when it gives up. */
  forUser: string;
  /** Message of the last log line at level error or fatal, with its reason and the error's own. */
  ofLog: string;
};

export const lastWords = (text: string): LastWords => {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const lastLogLine = lines.findLastIndex((line) => line.startsWith('{'));
  const errors = lines.flatMap((line) => errorMessage(line));
  return { forUser: lines.slice(lastLogLine + 1).join('\n'), ofLog: errors.at(-1) ?? '' };
};

function errorMessage(line: string): string[] {
  try {
    const entry = JSON.parse(line) as { level?: unknown; msg?: unknown; reason?: unknown; err?: { message?: unknown } };
    if (entry.level !== 'error' && entry.level !== 'fatal') return [];
    return [[entry.msg, entry.reason, entry.err?.message].filter((part) => typeof part === 'string').join(': ')];
  } catch {
    return [];
  }
}
