import type { SettingsTable } from '@trawl/shared/domain/setting.ts';
import type { Shell } from '../shell.ts';

/** One row of the table of commands: everything that parsing, help and documentation need to know of it. */
export type Command = {
  name: string;
  /** Its words as help shows them: `RUN`, `SOURCE...`; '' for none. */
  takes: string;
  words: { least: number; most: number };
  /** One line for the list of commands. */
  summary: string;
  /** Paragraphs for `trawl help <name>`. */
  details: string[];
  examples: string[];
  flags: SettingsTable;
  /** Imports what the command needs only when it is used: a command must start fast. */
  load: () => Promise<CommandBody>;
};

export type Invocation = {
  /** Of the command. */
  name: string;
  shell: Shell;
  words: string[];
  /** Flag -> what was given. */
  flags: Record<string, unknown>;
};

/** Gives the exit code. Throws UserError for what the user can mend. */
export type CommandBody = (invocation: Invocation) => Promise<number>;
