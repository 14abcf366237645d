import type { Figure } from './figure.ts';
import type { ProcessKind } from './process-kinds.ts';
import type { ProcessFigures } from './process-watch.ts';

/** The peak of each process of Trawl, origins left out. `atMostBytes`: the target of a kind. */
export const memoryFigures = (
  processes: ProcessFigures[],
  atMostBytes: Partial<Record<ProcessKind, number>> = {},
): Figure[] =>
  processes
    .filter(({ kind }) => kind !== 'origin')
    .map(({ name, kind, peakRssBytes }) => {
      const limit = atMostBytes[kind];
      return {
        what: `peak RSS ${name}`,
        value: peakRssBytes,
        unit: 'bytes',
        ...(limit === undefined ? {} : { target: { of: 'value', atMost: limit } }),
      };
    });
