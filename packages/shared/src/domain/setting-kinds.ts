import { z } from 'zod';
import type { Kind } from './setting.ts';

/** A whole number. Empty text is refused, never read as 0. */
export const count = (limits: { min: number; max?: number }): Kind<number> => {
  const max = limits.max ?? Number.MAX_SAFE_INTEGER;
  return {
    name: 'count',
    expects: limits.max === undefined ? `a whole number >= ${limits.min}` : `a whole number ${limits.min}..${max}`,
    schema: fromText(
      (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
      z.number().int().min(limits.min).max(max),
    ),
    show: String,
  };
};

const durationUnits: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds in code; `500ms`, `1.5s`, `15m`, `2h`, `7d` as text. */
export const duration = (limits: { minMs?: number; maxMs?: number } = {}): Kind<number> => {
  const { minMs = 0, maxMs = 365 * 86_400_000 } = limits;
  return {
    name: 'duration',
    expects: `a duration like 500ms, 30s, 15m, 2h (${showDuration(minMs)} to ${showDuration(maxMs)})`,
    schema: fromText((text) => scaled(text, durationUnits, { bare: '0' }), z.number().min(minMs).max(maxMs)),
    show: showDuration,
  };
};

const byteUnits: Record<string, number> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
};

/** Bytes in code; `64KiB`, `10MiB` as text. */
export const bytes = (limits: { min?: number; max?: number } = {}): Kind<number> => {
  const { min = 0, max = 2 ** 40 } = limits;
  return {
    name: 'bytes',
    expects: `a size like 64KiB or 10MiB (${showBytes(min)} to ${showBytes(max)})`,
    schema: fromText((text) => scaled(text, byteUnits, { bare: 'any' }), z.number().int().min(min).max(max)),
    show: showBytes,
  };
};

const rateUnits: Record<string, number> = { '/s': 1, '/m': 1 / 60, '/min': 1 / 60, '/h': 1 / 3600 };

/** Requests a second in code, 0 = no limit; `200/s`, `30/m`, `off` as text. */
export const rate: Kind<number> = {
  name: 'rate',
  expects: 'a rate like 200/s, 30/m, 100/h, or off',
  schema: fromText((text) => (text === 'off' ? 0 : scaled(text, rateUnits, { bare: '0' })), z.number().min(0).max(1e6)),
  show: (value) => (value === 0 ? 'off' : `${value}/s`),
};

export const choice = <const T extends string>(...options: T[]): Kind<T> => ({
  name: options.join('|'),
  expects: `one of ${options.join(', ')}`,
  schema: z.enum(options) as unknown as z.ZodType<T, unknown>,
  show: String,
});

export const text: Kind<string> = {
  name: 'text',
  expects: 'text',
  schema: z.string().min(1),
  show: (value) => (value === '' ? '(none)' : value),
};

export const yesNo: Kind<boolean> = {
  name: 'yes|no',
  expects: 'true or false',
  schema: z.union([
    z.boolean(),
    z.enum(['true', 'false', '1', '0', 'yes', 'no']).transform((t) => ['true', '1', 'yes'].includes(t)),
  ]),
  show: (value) => (value ? 'yes' : 'no'),
};

/** A list; commas separate the items of a text. */
export const list: Kind<string[]> = {
  name: 'list',
  expects: 'a comma-separated list',
  schema: z.union([
    z.array(z.string().min(1)),
    z.string().transform((t) =>
      t
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    ),
  ]),
  show: (value) => (value.length === 0 ? '(none)' : value.join(',')),
};

const instantPattern = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A moment: ms since 1970 in code, ISO 8601 with a zone as text; a date alone is its midnight in UTC. 0 = none. */
export const instant: Kind<number> = {
  name: 'time',
  expects: 'a time like 2026-02-01T06:00:00Z or 2026-02-01T07:00:00+01:00, or a date',
  schema: fromText(
    (text) => (instantPattern.test(text) ? Date.parse(text) : Number.NaN),
    z.number().int().min(0).max(8.64e15),
  ),
  show: (value) => (value === 0 ? '(none)' : new Date(value).toISOString()),
};

function fromText(read: (text: string) => number | undefined, schema: z.ZodType<number>): z.ZodType<number, unknown> {
  return z.preprocess((given) => (typeof given === 'string' ? read(given.trim()) : given), schema);
}

/** `12.5ms` -> 12.5 * unit. A bare number is refused where its unit would be a guess. */
function scaled(given: string, units: Record<string, number>, options: { bare: '0' | 'any' }): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z/]*)$/.exec(given);
  if (!match) return undefined;
  const [, digits, unit = ''] = match;
  if (unit === '') return options.bare === 'any' || Number(digits) === 0 ? Number(digits) : undefined;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return factor === undefined ? undefined : Number(digits) * factor;
}

function showDuration(ms: number): string {
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = durationUnits[unit] ?? 1;
    if (ms >= size && ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

function showBytes(value: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB'] as const) {
    const size = byteUnits[unit] ?? 1;
    if (value >= size && value % size === 0) return `${value / size}${unit}`;
  }
  return `${value}B`;
}
