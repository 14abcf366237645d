/** One measured value, its unit in the name of the unit; `ratio` is to the reference as the case defines it. */
export type Figure = {
  what: string;
  value: number;
  unit: Unit;
  reference?: { name: string; value: number };
  ratio?: number;
  target?: Target;
};

export type Unit = 'ms' | 'many' | 'bytes' | 'bytes a URL' | 'us a URL' | 'a second';

export type Target = { of: 'value' | 'ratio'; atMost: number } | { of: 'value' | 'ratio'; atLeast: number };

/** Undefined without a target. */
export const isMet = ({ value, ratio, target }: Figure): boolean | undefined => {
  if (target === undefined) return undefined;
  const judged = target.of === 'ratio' ? (ratio ?? Number.NaN) : value;
  return 'atMost' in target ? judged <= target.atMost : judged >= target.atLeast;
};

export const showTarget = ({ target, unit }: Figure): string => {
  if (target === undefined) return '';
  const [sign, limit] = 'atMost' in target ? ['<=', target.atMost] : ['>=', target.atLeast];
  return `${sign} ${target.of === 'ratio' ? limit.toFixed(2) : showValue(limit, unit)}`;
};

/** MB are 1,000,000 bytes. */
export const showValue = (value: number, unit: Unit): string => {
  switch (unit) {
    case 'ms':
      return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(0)} ms`;
    case 'many':
      return Math.round(value).toLocaleString('en');
    case 'bytes':
      return `${(value / 1e6).toFixed(0)} MB`;
    case 'bytes a URL':
      return `${value.toFixed(0)} B`;
    case 'us a URL':
      return `${value.toFixed(0)} us`;
    case 'a second':
      return `${Math.round(value).toLocaleString('en')}/s`;
  }
};
