const removed = '[removed]';

/** `redis://user:secret@host` keeps its host only. Greedy: everything up to the last @ before the path is userinfo. */
const userinfo = /(:\/\/)[^\s/?#"<>]*@/g;

/** Of a REDIS_URL that names Sentinels. */
const sentinelPassword = /(\bsentinel_password=)[^\s&#"<>]+/gi;

/** Authenticating headers as a JSON field at any depth: a text or a list of texts. */
const secretField =
  /"((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|password)"\s*:\s*(?:"(?:[^"\\]|\\.)*(?:"|$)|\["(?:[^"\\]|\\.)*"(?:,"(?:[^"\\]|\\.)*")*\])/gi;

/** The same headers as a line of HTTP, to the end of the line or of the JSON text that holds it. */
const secretLine = /\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)(: +)[^\r\n"\\]+/gi;

/** Text that may be logged or shown: userinfo of URLs and values of authenticating headers are gone. */
export const withoutCredentials = (text: string): string =>
  text
    .replace(userinfo, `$1${removed}@`)
    .replace(sentinelPassword, `$1${removed}`)
    .replace(secretField, `"$1":"${removed}"`)
    .replace(secretLine, `$1$2${removed}`);
