import { type CutShort, type FetchOutcome, type FetchTrace, interrupted } from '@trawl/shared/domain/fetch-outcome.ts';
import { errors } from 'undici';
import { AddressRefused } from './address-refused.ts';
import { ConnectError } from './connect-error.ts';
import { lackOfMachine } from './lack-of-machine.ts';
import { connectReason, dnsReason, type Reason, tlsReason } from './unreachable-reasons.ts';

/** What had happened before the error. */
export type BeforeError = {
  trace: FetchTrace;
  /** Present when the head of the response had come. */
  status?: number;
  /** The connection is new, of TLS, and nothing has come back: the host may still be judging our part of the handshake. */
  isHandshakeOpen?: boolean;
};

/** Every error of undici, Node's sockets, TLS and the resolver as an outcome, by what happened. Nothing falls through. */
export const outcomeOfError = (error: unknown, before: BeforeError): FetchOutcome => {
  const { trace, status } = before;
  if (error instanceof ConnectError) return outcomeOfConnectError(error, trace);
  const stage = lateStageOf(error);
  if (stage !== undefined) return { kind: 'timed-out', stage, trace };
  if (isOurEnd(error)) return interrupted('stopping', trace);
  if (isUnsendable(error) && status === undefined) return { kind: 'unsendable', trace };
  // With TLS 1.3 a refusal of the handshake (a client certificate is wanted) arrives after it seemed complete.
  if (isOfTls(error) && before.isHandshakeOpen)
    return { kind: 'unreachable', stage: 'tls', ...tlsReasonOf(error), trace };
  return { kind: 'cut-short', why: cutOf(error, status), ...(status !== undefined && { status }), trace };
};

const cutOf = (error: unknown, status: number | undefined): CutShort => {
  if (error instanceof errors.HeadersOverflowError) return 'head-too-large';
  // undici reports an answer that nobody asked for as a socket error.
  if (error instanceof errors.SocketError)
    return error.message === 'bad response' || error.message === 'bad upgrade' ? 'malformed-response' : 'reset';
  // undici says so whenever a body of known length has not come as a whole; in a head, no body can be missed yet.
  if (error instanceof errors.ResponseContentLengthMismatchError)
    return status === undefined ? 'malformed-response' : 'reset';
  if (error instanceof errors.HTTPParserError) return isEarlyEnd(error) ? 'reset' : 'malformed-response';
  // What the system or TLS says of a connection; undici's parser has assertions instead (status 000, for instance).
  return isOfSystem(error) || isOfTls(error) ? 'reset' : 'malformed-response';
};

/** undici's own limits lie above ours, or are off. */
const lateStageOf = (error: unknown): 'connect' | 'headers' | 'body' | undefined => {
  if (error instanceof errors.ConnectTimeoutError) return 'connect';
  if (error instanceof errors.HeadersTimeoutError) return 'headers';
  return error instanceof errors.BodyTimeoutError ? 'body' : undefined;
};

/** undici 8.12 leaves the code out of its parser's errors. */
const isEarlyEnd = (error: Error): boolean => error.message.includes('(Invalid EOF state)');

const isOurEnd = (error: unknown): boolean =>
  error instanceof errors.ClientDestroyedError ||
  error instanceof errors.ClientClosedError ||
  error instanceof errors.RequestAbortedError;

/** Thrown before anything was sent. */
const isUnsendable = (error: unknown): boolean =>
  error instanceof errors.InvalidArgumentError ||
  error instanceof errors.NotSupportedError ||
  error instanceof errors.RequestContentLengthMismatchError;

const isOfSystem = (error: unknown): boolean => hasText(error, 'syscall') || codeOf(error) === 'ECONNRESET';

/** OpenSSL names the part of it that failed. */
const isOfTls = (error: unknown): boolean => hasText(error, 'library') || codeOf(error) === 'EPROTO';

const outcomeOfConnectError = ({ stage, cause }: ConnectError, trace: FetchTrace): FetchOutcome => {
  if (cause instanceof AddressRefused) return { kind: 'forbidden', why: cause.refusal, trace };
  const code = codeOf(cause);
  const isTimeout = code === 'UND_ERR_CONNECT_TIMEOUT' || (code === 'ETIMEDOUT' && stage !== 'dns');
  if (isTimeout) return { kind: 'timed-out', stage: 'connect', trace };
  if (lackOfMachine(cause) !== undefined) return interrupted('machine-full', trace);
  return { kind: 'unreachable', stage, ...reasonOf(stage, cause), trace };
};

const reasonOf = (stage: ConnectError['stage'], cause: unknown): Reason => {
  switch (stage) {
    case 'dns':
      return dnsReason(codeOf(cause));
    case 'connect':
      return connectReason(codeOf(cause));
    case 'tls':
      return tlsReasonOf(cause);
  }
};

/** Node judges the certificate when the handshake is done: what fails then is neither of OpenSSL's library nor of the system. */
const tlsReasonOf = (error: unknown): Reason =>
  tlsReason(codeOf(error), isOfTls(error) || isOfSystem(error) ? 'handshake' : 'certificate');

const hasText = (error: unknown, name: string): boolean =>
  typeof error === 'object' && error !== null && typeof (error as Record<string, unknown>)[name] === 'string';

const codeOf = (error: unknown): string => {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
};
