import { execFile } from 'node:child_process';

/** First line of what a program says to these arguments; undefined when it cannot be run or fails. */
export const programVersion = (path: string, args: string[]): Promise<string | undefined> => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  execFile(path, args, { timeout: 10_000 }, (error, stdout, stderr) => {
    resolve(error === null ? (stdout || stderr).trim().split('\n')[0] : undefined);
  });
  return promise;
};
