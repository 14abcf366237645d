import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { SettingsOf, SettingsTable } from '@trawl/shared/domain/setting.ts';
import { exitCodes } from '@trawl/shared/platform/exit-codes.ts';
import { settingsOf } from '../command-line/settings-of.ts';
import { type App, endOf, heapBounds, mainOf } from '../fleet/child.ts';
import { childEnvironment } from '../fleet/child-environment.ts';
import type { Invocation } from './command.ts';
import type { placeSettings } from './flags.ts';

type Table = SettingsTable & typeof placeSettings;

/**
 * One process of the fleet in the foreground, with the terminal's own streams. The process hears the terminal's Ctrl-C itself; what only the
 * CLI is told is passed on. Gives its exit code.
 */
export const runInForeground = async (app: App, table: Table, invocation: Invocation): Promise<number> => {
  const { shell, flags } = invocation;
  const place = settingsOf(table, invocation) as SettingsOf<typeof placeSettings>;
  if (place.redisUrl !== '') return runMain(app, table, { invocation, ...place });
  const { withRedis } = await import('../redis-of-command.ts');
  return withRedis(place, shell, ({ url, redisCa }) =>
    runMain(app, table, { invocation: { ...invocation, flags }, ...place, redisUrl: url, redisCa }),
  );
};

type Place = SettingsOf<typeof placeSettings> & { invocation: Invocation };

async function runMain(app: App, table: Table, { invocation, ...place }: Place): Promise<number> {
  const { shell, flags: given } = invocation;
  const dataDir = resolve(shell.cwd, place.dataDir);
  const env = childEnvironment(shell.variables, { ...place, table, given, dataDir });
  const child = spawn(shell.execPath, [...heapBounds, mainOf(app)], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const passOn = () => void child.kill('SIGTERM');
  shell.stop.addEventListener('abort', passOn, { once: true });
  shell.kill.addEventListener('abort', () => void child.kill('SIGKILL'), { once: true });
  if (shell.stop.aborted) passOn();
  const { code } = await endOf(child);
  return code ?? exitCodes.crashed;
}
