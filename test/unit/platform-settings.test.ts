import { readSettings, variableOf } from '@trawl/shared/domain/setting.ts';
import { processSettingProblems, processSettings } from '@trawl/shared/platform/process-settings.ts';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';

describe('the settings of processes', () => {
  test('have defaults that they accept themselves', () => {
    const { redisUrl: _url, redisCa: _redisCa, ca: _ca, ...rows } = processSettings; // their default is the absence of one
    const accepted = Object.entries(rows).map(([name, row]) => [
      name,
      (row.kind.schema as z.ZodType).safeParse(row.default).data,
    ]);
    expect(Object.fromEntries(accepted)).toEqual(
      Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.default])),
    );
  });

  test('fit together by default', () => {
    expect(processSettingProblems(readSettings(processSettings, {}).values)).toEqual([]);
  });

  test('are called by distinct flags and variables, and say what they are for', () => {
    const rows = Object.values(processSettings);
    expect(new Set(rows.map((row) => row.flag)).size).toBe(rows.length);
    expect(new Set(rows.map(variableOf)).size).toBe(rows.length);
    for (const row of rows) expect(row.help).not.toBe('');
  });

  test('take Redis from REDIS_URL, as other programs do', () => {
    const { values } = readSettings(processSettings, {
      variables: { REDIS_URL: 'redis://cache', TRAWL_CONCURRENCY: '7' },
    });
    expect(values).toMatchObject({ redisUrl: 'redis://cache', concurrency: 7 });
  });

  test.each(['', 'cache:6379', 'http://me:s3cret@cache'])('refuse REDIS_URL=%s without repeating it', (given) => {
    const { problems } = readSettings(processSettings, { variables: { REDIS_URL: given } });
    expect(problems).toEqual([
      { flag: 'redis', variable: 'REDIS_URL', message: expect.stringMatching(/^expected redis:\/\//) },
    ]);
    expect(problems[0]?.message).not.toContain('s3cret');
  });

  test('refuse a job deadline that the lock does not outlive, naming both', () => {
    const { values } = readSettings(processSettings, { flags: { lock: '30s' } });
    const [problem] = processSettingProblems(values);
    expect(problem).toMatchObject({ flag: 'job-deadline', variable: 'TRAWL_JOB_DEADLINE' });
    expect(problem?.message).toContain('45s is not below the lock of 30s (--lock, TRAWL_LOCK)');
  });

  test('are not held against each other where a process has only one of them', () => {
    expect(processSettingProblems({ jobDeadlineMs: 90_000 })).toEqual([]);
  });
});
