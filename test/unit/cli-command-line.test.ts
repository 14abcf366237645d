import { yesNo } from '@trawl/shared/domain/setting-kinds.ts';
import { collectorSettings, producerSettings, workerSettings } from '@trawl/shared/platform/app-settings.ts';
import { UserError } from '@trawl/shared/platform/user-error.ts';
import { expect, test } from 'vitest';
import { nearestWord } from '../../apps/cli/src/command-line/nearest-word.ts';
import { readFlags } from '../../apps/cli/src/command-line/read-flags.ts';
import { commands } from '../../apps/cli/src/commands/commands.ts';
import { runFlags } from '../../apps/cli/src/commands/flags.ts';
import { readRunSettings } from '../../apps/cli/src/read-run-settings.ts';
import { trawl } from '../../apps/cli/src/trawl.ts';
import { shellForTests } from '../support/shell-for-tests.ts';

const read = (...args: string[]) => readFlags(runFlags, args, 'read more there');

const messageOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  return 'nothing was thrown';
};

const run = async (...args: string[]) => {
  const { shell, stdout, stderr } = shellForTests({ args });
  return { code: await trawl(shell), stdout: stdout.text(), stderr: stderr.text() };
};

const runSettingsOf = (flags: Record<string, unknown>, variables: Record<string, string> = {}) =>
  readRunSettings({ name: 'run', shell: shellForTests({ variables }).shell, words: ['urls.txt'], flags });

test('a slip of the fingers finds the word that was meant', () => {
  const words = ['per-host', 'per-host-gap', 'rate', 'retry-after-cap'];
  expect(nearestWord('per-hots', words)).toBe('per-host');
  expect(nearestWord('rte', words)).toBe('rate');
  expect(nearestWord('retry', words)).toBe('retry-after-cap');
  expect(nearestWord('PER-HOST', words)).toBe('per-host');
});

test('a word that resembles nothing finds nothing', () => {
  expect(nearestWord('xyzzy', ['rate', 'per-host'])).toBeUndefined();
  expect(nearestWord('', ['rate'])).toBeUndefined();
});

test('flags and words may stand in any order, a dash alone is a word', () => {
  expect(read('-', '--per-host', '3', '--json')).toEqual({
    flags: { 'per-host': '3', json: true },
    words: ['-'],
    wantsHelp: false,
  });
});

test('what follows two dashes is no flag', () => {
  expect(read('--', '--per-host').words).toEqual(['--per-host']);
});

test('a list may be given in one flag or in several', () => {
  expect(read('--fail-on', 'failed>0', '--fail-on', 'expired,crashed').flags).toEqual({
    'fail-on': 'failed>0,expired,crashed',
  });
});

test('headers stay apart, since their values hold commas', () => {
  expect(read('--header', 'accept: a, b', '--header', 'x: y').flags).toEqual({ header: ['accept: a, b', 'x: y'] });
});

test('a switch can be switched off', () => {
  expect(read('--no-json').flags).toEqual({ json: false });
});

test('all unknown flags are named, each with the nearest known one', () => {
  expect(messageOf(() => read('--per-hots', '3', '--jsn', '--rate', '3/s'))).toBe(
    'unknown flag --per-hots (did you mean --per-host?)\nunknown flag --jsn (did you mean --json?)',
  );
});

test('a flag whose value is missing is refused', () => {
  expect(messageOf(() => read('--workers'))).toContain('--workers');
  expect(messageOf(() => read('--out', '--json'))).toContain('--out');
});

test('an unknown command ends with 2 and the nearest one', async () => {
  const { code, stderr } = await run('rnu', 'urls.txt');
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean run?');
});

test('a source without a command ends with 2 and the whole command', async () => {
  expect((await run('https://example.com/')).stderr).toContain('trawl run https://example.com/');
  expect((await run('urls.txt')).code).toBe(2);
});

test('a command with too many or too few words ends with 2 and its usage', async () => {
  expect(await run('report')).toMatchObject({ code: 2, stderr: expect.stringContaining('trawl report RUN') });
  expect(await run('report', 'a', 'b')).toMatchObject({ code: 2, stderr: expect.stringContaining('"b"') });
});

test('no word at all shows the help, and so does --help behind a command', async () => {
  expect(await run()).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: trawl COMMAND') });
  expect(await run('status', '--help')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('trawl status [RUN]'),
  });
});

test('a command of two words is found, and helped with when half of it is missing or wrong', async () => {
  expect((await run('help', 'crawl', 'add')).stdout).toContain('trawl crawl add FILE');
  expect((await run('crawl', 'add', '--help')).stdout).toContain('trawl crawl add FILE');
  expect((await run('help', 'schedule')).stdout).toContain('schedule pause CRAWL');
  expect((await run('schedule', '--help')).stdout).toContain('schedule pause CRAWL');
  expect(await run('crawl')).toMatchObject({ code: 2, stderr: expect.stringContaining('add | list | show') });
  expect(await run('crawl', 'lits')).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean list?') });
  expect(await run('shedule')).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean schedule?') });
  expect(await run('crawl', 'show')).toMatchObject({ code: 2, stderr: expect.stringContaining('crawl show CRAWL') });
});

test('the version is that of the repository', async () => {
  expect((await run('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test.each(commands.map((command) => [command.name, command] as const))(
  'help of %s names every flag of it',
  async (name, command) => {
    const { stdout } = await run('help', ...name.split(' '));
    const missing = Object.values(command.flags).filter(({ flag }) => !stdout.includes(`--${flag}`));
    expect(missing).toEqual([]);
  },
);

test.each(commands.map((command) => [command.name, command] as const))('%s can be loaded', async (_name, command) => {
  expect(await command.load()).toBeTypeOf('function');
});

test('every example of the help is a command line that parses', () => {
  for (const command of commands)
    for (const example of command.examples) {
      const words = example.split(' | ')[0]?.match(/"[^"]*"|\S+/g) ?? [];
      const args = words.slice(command.name.split(' ').length);
      expect(words.slice(0, -args.length || undefined).join(' ')).toBe(command.name);
      expect(() =>
        readFlags(
          command.flags,
          args.map((word) => word.replaceAll('"', '')),
          '',
        ),
      ).not.toThrow();
    }
});

test('the commands of the separate processes know the flags that these processes know', () => {
  const rowsOf = (table: object) =>
    Object.values(table).map(({ flag, kind, help }) => [flag, kind.name, kind === yesNo, help]);
  const flagsOf = (command: string) => commands.find(({ name }) => name === command)?.flags ?? {};
  expect(new Set(rowsOf(flagsOf('producer')))).toEqual(new Set(rowsOf(producerSettings)));
  expect(new Set(rowsOf(flagsOf('worker')))).toEqual(new Set(rowsOf(workerSettings)));
  expect(new Set(rowsOf(flagsOf('collector')))).toEqual(new Set(rowsOf(collectorSettings)));
});

test('no two settings of run share a flag', () => {
  const flags = Object.values(runFlags).map(({ flag }) => flag);
  expect(new Set(flags).size).toBe(flags.length);
});

test('flags win over variables, variables over the default', async () => {
  const { settings } = await runSettingsOf({ 'per-host': '3' }, { TRAWL_PER_HOST: '4', TRAWL_ATTEMPTS: '7' });
  expect(settings).toMatchObject({ perHost: 3, attempts: 7, backoffMs: 1000 });
});

test('all problems of flags and variables are reported at once', async () => {
  const problem = runSettingsOf({ rate: '5', sink: 's3', 'fail-on': 'foo' }, { TRAWL_PATIENCE: '30' });
  const message = await problem.then(String, (error: Error) => error.message);
  expect(message.split('\n').map((line) => line.split(':')[0])).toEqual([
    '--rate / TRAWL_RATE',
    '--patience / TRAWL_PATIENCE',
    '--sink / TRAWL_SINK',
    '--fail-on / TRAWL_FAIL_ON',
  ]);
});

test('records and JSON events cannot share stdout', async () => {
  await expect(runSettingsOf({ out: '-', json: true })).rejects.toThrow('both want stdout');
});
