import type { FetchOutcome, FetchTrace } from '@trawl/shared/domain/fetch-outcome.ts';
import { ConnectError } from './connect-error.ts';
import { connectReason, dnsReason, type Reason, tlsReason } from './unreachable-reasons.ts';

/** What had happened before the error. `status` is present when the head of the response had come. */
export type BeforeError = { trace: FetchTrace; status?: number };

/** Every error of undici, Node's sockets, TLS and the resolver as an outcome. Nothing falls through: unknown is `protocol`. */
export const outcomeOfError = (error: unknown, before: BeforeError): FetchOutcome => {
  const { trace } = before;
  if (error instanceof ConnectError) return outcomeOfConnectError(error, trace);
  const code = codeOf(error);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return { kind: 'timed-out', stage: 'connect', trace };
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return { kind: 'timed-out', stage: 'headers', trace };
  if (code === 'UND_ERR_BODY_TIMEOUT') return { kind: 'timed-out', stage: 'body', trace };
  if (ourOwnEnd.has(code)) return { kind: 'interrupted', why: 'stopping', trace };
  if (isReset(error)) return { kind: 'cut-short', why: 'reset', ...before };
  // With TLS 1.3 a refusal of the handshake (a client certificate is wanted) arrives after it seemed complete.
  if (isTls(code) && before.status === undefined)
    return { kind: 'unreachable', stage: 'tls', ...tlsReason(code), trace };
  return { kind: 'cut-short', why: 'protocol', ...before };
};

/** The connection ended before the response did. */
export const isReset = (error: unknown): boolean => {
  const code = codeOf(error);
  if (code === 'UND_ERR_SOCKET') return !isNonsense(error);
  return resets.has(code) || isEarlyEnd(error);
};

const resets: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ENETDOWN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
  // Fewer bytes than content-length or the chunks had promised.
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'HPE_INVALID_EOF_STATE',
  'HPE_CLOSED_CONNECTION',
]);
const ourOwnEnd: ReadonlySet<string> = new Set(['UND_ERR_DESTROYED', 'UND_ERR_CLOSED', 'UND_ERR_ABORTED']);

const outcomeOfConnectError = ({ stage, cause }: ConnectError, trace: FetchTrace): FetchOutcome => {
  const code = codeOf(cause);
  const isTimeout = code === 'UND_ERR_CONNECT_TIMEOUT' || (code === 'ETIMEDOUT' && stage !== 'dns');
  if (isTimeout) return { kind: 'timed-out', stage: 'connect', trace };
  return { kind: 'unreachable', stage, ...reasonOf(stage, code), trace };
};

const reasonOf = (stage: ConnectError['stage'], code: string): Reason => {
  switch (stage) {
    case 'dns':
      return dnsReason(code);
    case 'connect':
      return connectReason(code);
    case 'tls':
      return tlsReason(code);
  }
};

/** undici reports an answer that nobody asked for (100, 101, bytes on an idle socket) as a socket error. */
const isNonsense = (error: unknown): boolean =>
  error instanceof Error && (error.message === 'bad response' || error.message === 'bad upgrade');

const isTls = (code: string): boolean =>
  code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_');

/** undici 8.12 leaves the code out of its parser's errors. */
const isEarlyEnd = (error: unknown): boolean => error instanceof Error && error.message.includes('(Invalid EOF state)');

const codeOf = (error: unknown): string => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
};
