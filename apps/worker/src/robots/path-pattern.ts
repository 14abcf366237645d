/** A path of a robots.txt rule: `*` stands for anything, a `$` at its end for the end of the path. */
export type PathPattern = {
  /** Octets of the pattern as it was written: the longer one is the more exact. */
  length: number;
  /** @param path as `readablePath` gives it */
  fits: (path: string) => boolean;
};

/** Takes time in proportion to pattern times path, however many `*` it holds. */
export const pathPatternOf = (written: string): PathPattern => {
  const isAnchored = written.endsWith('$');
  const body = isAnchored ? written.slice(0, -1) : written;
  const parts = body.split('*').map(readablePath);
  return { length: Buffer.byteLength(written), fits: (path) => fits(parts, path, isAnchored) };
};

function fits(parts: string[], path: string, isAnchored: boolean): boolean {
  const [first = '', ...rest] = parts;
  if (!path.startsWith(first)) return false;
  if (rest.length === 0) return !isAnchored || path === first;
  let at = first.length;
  const last = rest.pop() ?? '';
  for (const part of rest) {
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return isAnchored ? path.length - last.length >= at && path.endsWith(last) : path.indexOf(last, at) >= 0;
}

const unreserved = /[A-Za-z0-9\-._~]/;

/**
 * One spelling for all that mean the same: what need not be percent-encoded is not, the rest is, in capitals. A `*` or `$` of a
 * URL is no sign of a pattern.
 */
export const readablePath = (path: string): string =>
  path.replace(/%[0-9a-f]{2}|[*$]|[^\x21-\x7e]+/gi, (found) => {
    if (found.length === 3 && found.startsWith('%')) {
      const character = String.fromCharCode(Number.parseInt(found.slice(1), 16));
      return unreserved.test(character) ? character : found.toUpperCase();
    }
    if (found === '*') return '%2A';
    if (found === '$') return '%24';
    return encodeURIComponent(found.toWellFormed());
  });
