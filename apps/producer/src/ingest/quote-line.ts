import { withoutCredentials } from '@trawl/shared/platform/without-credentials.ts';

/** How much of a bad line its record repeats, and how much is searched for credentials. */
const longestQuote = 2000;
const searched = 2 * longestQuote;

/** A parser may have taken a part of a password for the port or the path, and refused the URL for that. */
const password = /(https?:[/\\]*)[^\s"<>@:/\\]*:[^\s"<>]*@/gi;

/** The beginning of a line that is no URL, as its record may show it. */
export const quoteLine = (text: string): string =>
  withoutCredentials(text.slice(0, searched).replace(password, '$1[removed]@')).slice(0, longestQuote).toWellFormed();
