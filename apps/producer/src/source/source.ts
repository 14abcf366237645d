import type { RequestOverrides } from '@trawl/shared/domain/request-overrides.ts';
import type { StdinSpool } from './stdin-spool.ts';

/** One input of a run, as its source numbered it. */
export type SourceLine = {
  /** Physical line (list: item) number of the source, from 1; of a row over several lines the first of them. */
  line: number;
  /** Number of the input within its run, from 0 and without holes: its seq. */
  ordinal: number;
  /** The URL as it is written; of a bad row its beginning. */
  text: string;
  overrides?: RequestOverrides;
  /** One word; no URL could be read from the row, which ends as invalid with this reason. */
  problem?: string;
  position: SourcePosition;
};

/** Where to go on AFTER a line. Kept as JSON in the run's checkpoint. */
export type SourcePosition = {
  /** Physical lines read. */
  line: number;
  /** Inputs read = ordinal of the next one. */
  ordinal: number;
  /** Byte at which the next line begins; 0 where one cannot seek, so that the source is read again up to `ordinal`. */
  offset: number;
};

export type SourceOptions = {
  /** The spool that this process is filling from its stdin; absent: the file is all that there will be. */
  stdin?: StdinSpool;
  /** Told what the user should know though the source goes on. */
  warn?: (message: string) => void;
  /** Once aborted, waiting for stdin throws the signal's reason: an aborted source never looks like an ended one. */
  stop?: AbortSignal;
};

/** What a row says before it is numbered; undefined in its place: the row is no input (blank, comment). */
export type RowContent = { text: string; overrides?: RequestOverrides; problem?: string };

export const startOfSource: SourcePosition = { line: 0, ordinal: 0, offset: 0 };

/** Batches are bounded in lines by this, in bytes by the chunk that they were read from and one longest line. */
export const batchLines = 500;

/** A longer line becomes one `line-too-long` input, of which only the beginning is kept. */
export const longestLineBytes = 1024 ** 2;
