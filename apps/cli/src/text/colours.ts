import type { Shell } from '../shell.ts';

/** Wraps text in a colour, or leaves it as it is where colours are not wanted. */
export type Colours = Record<'green' | 'yellow' | 'red' | 'dim' | 'bold', (text: string) => string>;

const codes = { green: 32, yellow: 33, red: 31, dim: 2, bold: 1 } as const;

export const noColours: Colours = { green: String, yellow: String, red: String, dim: String, bold: String };

/** Colours on a terminal that has them, unless NO_COLOR is set (https://no-color.org). */
export const coloursOf = (screen: { isTTY?: boolean | undefined }, variables: Shell['variables']): Colours => {
  const isWanted = screen.isTTY === true && !variables['NO_COLOR'] && variables['TERM'] !== 'dumb';
  if (!isWanted) return noColours;
  const painted = Object.entries(codes).map(([name, code]) => [
    name,
    (text: string) => `\u001b[${code}m${text}\u001b[0m`,
  ]);
  return Object.fromEntries(painted) as Colours;
};
