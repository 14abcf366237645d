/** Why trying again cannot help: `what` ends a sentence that begins with the server; `detail` is its own word or that of TLS. */
export type Refusal = { what: string; detail: string; remedy: string };

const ofCredentials = /WRONGPASS|NOAUTH|invalid password|NOPERM/;

/** Undefined for errors that may pass: nobody listens, a reset, a timeout. */
export const refusalOf = (error: Error & { code?: string }): Refusal | undefined => {
  if (error.message.startsWith('All sentinels are unreachable')) return refusalOfSentinels(error.message);
  if (ofCredentials.test(error.message)) return { ...credentials, detail: error.message };
  const ofTls = error.code && refusalsOfTls.find(({ codes }) => codes.includes(error.code ?? ''));
  return ofTls ? { what: ofTls.what, remedy: ofTls.remedy, detail: detailOf(error) } : undefined;
};

/** How ioredis sums up a round of questions in vain; all have answered where it knows of no error. */
function refusalOfSentinels(message: string): Refusal | undefined {
  const error = /Last error: (.*)/s.exec(message)?.[1];
  if (error === undefined) return unknownMaster;
  return ofCredentials.test(error) ? { ...sentinelCredentials, detail: error } : undefined;
}

const unknownMaster = {
  what: 'is not known',
  detail: 'no Sentinel there watches a master of this name',
  remedy:
    'Let REDIS_URL end with the name behind "sentinel monitor" in sentinel.conf: redis+sentinel://host:26379/NAME.',
};

const sentinelCredentials = {
  what: 'refuses the credentials of a Sentinel',
  remedy:
    'Sentinels have a password of their own: redis+sentinel://...?sentinel_password=..., with &sentinel_username=... for a user.',
};

const credentials = { what: 'refuses the credentials', remedy: 'Check user and password in REDIS_URL.' };

/** `402D...:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/...:77:` has one part for people. */
const detailOf = ({ message }: Error): string =>
  /:error:[^:]*:[^:]*:[^:]*:([^:]+):/.exec(message)?.[1] ?? message.trim();

/** Codes of OpenSSL's verification and of Node's TLS. */
const refusalsOfTls: { codes: string[]; what: string; remedy: string }[] = [
  {
    codes: [
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'CERT_SIGNATURE_FAILURE',
    ],
    what: 'shows a certificate of an authority that is not known here',
    remedy: 'Let REDIS_CA (--redis-ca) name the file with the certificate of that authority, as PEM.',
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
    what: 'shows a certificate for other names',
    remedy: 'Let REDIS_URL name the server as its certificate does, or give it a certificate for this name.',
  },
  {
    codes: ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
    what: 'shows a certificate that is not valid today',
    remedy: 'Renew it; or set the clock of this machine, if that is what is wrong.',
  },
  {
    codes: ['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'EPROTO'],
    what: 'does not speak TLS there',
    remedy: 'Let REDIS_URL name its TLS port, or write redis:// on a network that nobody else hears.',
  },
  {
    codes: ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'],
    what: 'asks for a certificate of ours',
    remedy: 'Set "tls-auth-clients no" in redis.conf: Trawl shows who it is by user and password.',
  },
];
