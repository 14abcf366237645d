import { emptyTrace, type FetchOutcome } from '@trawl/shared/domain/fetch-outcome.ts';
import { errors } from 'undici';
import { describe, expect, it } from 'vitest';
import { ConnectError } from '../../../../apps/worker/src/fetch/connect-error.ts';
import { outcomeOfError } from '../../../../apps/worker/src/fetch/outcome-of-error.ts';

const trace = emptyTrace('http://a.example/');
const coded = (code: string) => Object.assign(new Error(code), { code });
/** As sockets fail. */
const ofSystem = (code: string) => Object.assign(coded(code), { syscall: 'read', errno: -1 });
/** As OpenSSL fails. */
const ofTls = (code: string) => Object.assign(coded(code), { library: 'SSL routines' });
const of = (error: unknown, before: { status?: number; isHandshakeOpen?: boolean } = {}) => {
  const { trace: _, ...rest } = outcomeOfError(error, { trace, ...before }) as FetchOutcome;
  return rest;
};
const unreachable = (stage: 'dns' | 'connect' | 'tls', error: Error) => {
  const outcome = of(new ConnectError(stage, error));
  return outcome.kind === 'unreachable'
    ? `${outcome.reason} ${outcome.temporary ? 'temporary' : 'permanent'}`
    : outcome;
};

describe('a connection that could not be made', () => {
  it.each([
    ['ENOTFOUND', 'no-such-host permanent'],
    ['ENODATA', 'no-such-host permanent'],
    ['ENONAME', 'no-such-host permanent'],
    ['EBADNAME', 'no-such-host permanent'],
    ['EAI_AGAIN', 'dns-timed-out temporary'],
    ['ETIMEOUT', 'dns-timed-out temporary'],
    ['ETIMEDOUT', 'dns-timed-out temporary'],
    ['ESERVFAIL', 'dns-failed temporary'],
    ['EREFUSED', 'dns-refused temporary'],
    ['ECONNREFUSED', 'dns-refused temporary'],
    ['EBADRESP', 'dns-failed temporary'],
    ['ECANCELLED', 'dns-failed temporary'],
  ])('for want of a name (%s) is %s', (code, expected) => {
    expect(unreachable('dns', coded(code))).toBe(expected);
  });

  it.each([
    ['ECONNREFUSED', 'refused temporary'],
    ['ECONNRESET', 'connect-reset temporary'],
    ['EHOSTUNREACH', 'host-unreachable temporary'],
    ['ENETUNREACH', 'network-unreachable temporary'],
    ['EACCES', 'not-permitted permanent'],
    ['EINVAL', 'bad-address permanent'],
    ['EADDRNOTAVAIL', 'network-unreachable temporary'],
    ['ESOMETHING', 'connect-failed temporary'],
  ])('at TCP (%s) is %s', (code, expected) => {
    expect(unreachable('connect', ofSystem(code))).toBe(expected);
  });

  it.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])(
    'for want of what this machine lacks (%s) decides nothing',
    (code) => {
      const decided = { kind: 'interrupted', why: 'machine-full' };
      expect(of(new ConnectError('connect', ofSystem(code)))).toEqual(decided);
      const attempts = new AggregateError([ofSystem('ECONNREFUSED'), ofSystem(code)]);
      expect(of(new ConnectError('connect', attempts))).toEqual(decided);
    },
  );

  it('for want of a port decides nothing; for want of an IPv6 address of its own it is the network', () => {
    const to = (address: string) => new ConnectError('connect', Object.assign(ofSystem('EADDRNOTAVAIL'), { address }));
    expect(of(to('192.0.2.1'))).toEqual({ kind: 'interrupted', why: 'machine-full' });
    expect(of(to('2001:db8::1'))).toMatchObject({ kind: 'unreachable', reason: 'network-unreachable' });
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'certificate-expired permanent'],
    ['CERT_NOT_YET_VALID', 'certificate-not-yet-valid permanent'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-self-signed permanent'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-self-signed permanent'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-wrong-host permanent'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-untrusted permanent'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'certificate-untrusted permanent'],
    ['CERT_REVOKED', 'certificate-revoked permanent'],
    ['INVALID_PURPOSE', 'certificate-untrusted permanent'],
    ['UNSPECIFIED', 'certificate-untrusted permanent'],
    ['SOMETHING_NEW', 'certificate-untrusted permanent'],
  ])('for want of a good certificate (%s) is %s', (code, expected) => {
    expect(unreachable('tls', coded(code))).toBe(expected);
  });

  it.each([
    [ofTls('EPROTO'), 'tls-handshake permanent'],
    [coded('EPROTO'), 'tls-handshake permanent'],
    [ofTls('ERR_SSL_WRONG_VERSION_NUMBER'), 'not-tls permanent'],
    [ofTls('ERR_SSL_UNSUPPORTED_PROTOCOL'), 'tls-version permanent'],
    [ofTls('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), 'tls-version permanent'],
    [ofTls('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'client-certificate-wanted permanent'],
    [ofTls('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'), 'tls-handshake permanent'],
    [ofTls('SOMETHING_NEW'), 'tls-handshake permanent'],
    [ofSystem('ECONNRESET'), 'tls-reset temporary'],
    [ofSystem('ESOMETHING'), 'tls-handshake permanent'],
  ])('at the TLS handshake (%s) is %s', (error, expected) => {
    expect(unreachable('tls', error)).toBe(expected);
  });

  it.each(['connect', 'tls'] as const)('in time at %s is a timeout', (stage) => {
    expect(of(new ConnectError(stage, coded('ETIMEDOUT')))).toEqual({ kind: 'timed-out', stage: 'connect' });
    expect(of(new ConnectError(stage, new errors.ConnectTimeoutError()))).toEqual({
      kind: 'timed-out',
      stage: 'connect',
    });
  });

  it('keeps its stage', () => {
    expect(of(new ConnectError('tls', coded('EPROTO')))).toMatchObject({ kind: 'unreachable', stage: 'tls' });
  });
});

describe('an error on a connection', () => {
  it.each([
    [new errors.HeadersTimeoutError(), { kind: 'timed-out', stage: 'headers' }],
    [new errors.BodyTimeoutError(), { kind: 'timed-out', stage: 'body' }],
    [new errors.ConnectTimeoutError(), { kind: 'timed-out', stage: 'connect' }],
    [new errors.SocketError('other side closed'), { kind: 'cut-short', why: 'reset' }],
    [new errors.SocketError('closed'), { kind: 'cut-short', why: 'reset' }],
    [ofSystem('ECONNRESET'), { kind: 'cut-short', why: 'reset' }],
    [coded('ECONNRESET'), { kind: 'cut-short', why: 'reset' }],
    [ofSystem('EPIPE'), { kind: 'cut-short', why: 'reset' }],
    [ofSystem('ETIMEDOUT'), { kind: 'cut-short', why: 'reset' }],
    [ofSystem('ESOMETHING'), { kind: 'cut-short', why: 'reset' }],
    [new errors.HTTPParserError('no HTTP/1.1 (Invalid EOF state)'), { kind: 'cut-short', why: 'reset' }],
    [new errors.SocketError('bad response'), { kind: 'cut-short', why: 'malformed-response' }],
    [new errors.SocketError('bad upgrade'), { kind: 'cut-short', why: 'malformed-response' }],
    [
      new errors.HTTPParserError('no HTTP/1.1 (Invalid header token)'),
      { kind: 'cut-short', why: 'malformed-response' },
    ],
    [new errors.HeadersOverflowError(), { kind: 'cut-short', why: 'head-too-large' }],
    [new errors.ResponseContentLengthMismatchError(), { kind: 'cut-short', why: 'malformed-response' }],
    [new errors.InvalidArgumentError('invalid header key'), { kind: 'unsendable' }],
    [new errors.NotSupportedError('expect'), { kind: 'unsendable' }],
    [new errors.RequestContentLengthMismatchError(), { kind: 'unsendable' }],
    [coded('ERR_ASSERTION'), { kind: 'cut-short', why: 'malformed-response' }],
    [new errors.ClientDestroyedError(), { kind: 'interrupted', why: 'stopping' }],
    [new errors.ClientClosedError(), { kind: 'interrupted', why: 'stopping' }],
    [new Error('no code at all'), { kind: 'cut-short', why: 'malformed-response' }],
    ['not even an error', { kind: 'cut-short', why: 'malformed-response' }],
    [undefined, { kind: 'cut-short', why: 'malformed-response' }],
    [null, { kind: 'cut-short', why: 'malformed-response' }],
    [{ code: 7 }, { kind: 'cut-short', why: 'malformed-response' }],
  ])('%s has an outcome', (error, expected) => {
    expect(of(error)).toEqual(expected);
  });

  it.each([
    [ofSystem('ECONNRESET'), 'reset'],
    [new errors.ResponseContentLengthMismatchError(), 'reset'],
    [new errors.HTTPParserError('(Invalid character in chunk size)'), 'malformed-response'],
    [ofTls('ERR_SSL_BAD_RECORD'), 'reset'],
  ])('behind the head (%s) keeps the status', (error, why) => {
    expect(of(error, { status: 200 })).toEqual({ kind: 'cut-short', why, status: 200 });
  });

  it('of TLS before any answer is a refusal of the handshake', () => {
    const refused = { kind: 'unreachable', stage: 'tls', reason: 'client-certificate-wanted', temporary: false };
    const error = ofTls('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED');
    expect(of(error, { isHandshakeOpen: true })).toEqual(refused);
    expect(of(error)).toEqual({ kind: 'cut-short', why: 'reset' });
    expect(of(ofSystem('ECONNRESET'), { isHandshakeOpen: true })).toEqual({ kind: 'cut-short', why: 'reset' });
  });
});
