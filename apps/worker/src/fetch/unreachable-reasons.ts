/** Why a host could not be reached, in words for the report, and whether another try may help. */
export type Reason = { reason: string; temporary: boolean };

const temporary = (reason: string): Reason => ({ reason, temporary: true });
const permanent = (reason: string): Reason => ({ reason, temporary: false });

const dnsReasons: Record<string, Reason> = {
  ENOTFOUND: permanent('no-such-host'),
  ENODATA: permanent('no-such-host'),
  ENONAME: permanent('no-such-host'),
  EBADNAME: permanent('no-such-host'),
  EAI_AGAIN: temporary('dns-timed-out'),
  ETIMEOUT: temporary('dns-timed-out'),
  ETIMEDOUT: temporary('dns-timed-out'),
  ESERVFAIL: temporary('dns-failed'),
  EREFUSED: temporary('dns-refused'),
  ECONNREFUSED: temporary('dns-refused'),
};

const connectReasons: Record<string, Reason> = {
  ECONNREFUSED: temporary('refused'),
  ECONNRESET: temporary('connect-reset'),
  EPIPE: temporary('connect-reset'),
  ECONNABORTED: temporary('connect-reset'),
  EHOSTUNREACH: temporary('host-unreachable'),
  EHOSTDOWN: temporary('host-unreachable'),
  ENETUNREACH: temporary('network-unreachable'),
  ENETDOWN: temporary('network-unreachable'),
  // A firewall of this machine.
  EACCES: permanent('not-permitted'),
  EPERM: permanent('not-permitted'),
  // 0.0.0.0, a broadcast address, a family that this machine does not speak.
  EINVAL: permanent('bad-address'),
  EAFNOSUPPORT: permanent('bad-address'),
  ERR_SOCKET_BAD_PORT: permanent('bad-address'),
  // For want of an address of that family; for want of a port it is `machine-full`.
  EADDRNOTAVAIL: temporary('network-unreachable'),
};

const tlsReasons: Record<string, Reason> = {
  CERT_HAS_EXPIRED: permanent('certificate-expired'),
  CERT_NOT_YET_VALID: permanent('certificate-not-yet-valid'),
  DEPTH_ZERO_SELF_SIGNED_CERT: permanent('certificate-self-signed'),
  SELF_SIGNED_CERT_IN_CHAIN: permanent('certificate-self-signed'),
  ERR_TLS_CERT_ALTNAME_INVALID: permanent('certificate-wrong-host'),
  ERR_TLS_CERT_ALTNAME_FORMAT: permanent('certificate-wrong-host'),
  HOSTNAME_MISMATCH: permanent('certificate-wrong-host'),
  CERT_REVOKED: permanent('certificate-revoked'),
  CERT_REJECTED: permanent('certificate-untrusted'),
  CERT_UNTRUSTED: permanent('certificate-untrusted'),
  CERT_CHAIN_TOO_LONG: permanent('certificate-untrusted'),
  CERT_SIGNATURE_FAILURE: permanent('certificate-untrusted'),
  INVALID_CA: permanent('certificate-untrusted'),
  INVALID_PURPOSE: permanent('certificate-untrusted'),
  PATH_LENGTH_EXCEEDED: permanent('certificate-untrusted'),
  UNABLE_TO_GET_ISSUER_CERT: permanent('certificate-untrusted'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: permanent('certificate-untrusted'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: permanent('certificate-untrusted'),
  ECONNRESET: temporary('tls-reset'),
  EPIPE: temporary('tls-reset'),
  ECONNABORTED: temporary('tls-reset'),
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: permanent('client-certificate-wanted'),
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: permanent('client-certificate-wanted'),
  ERR_SSL_UNSUPPORTED_PROTOCOL: permanent('tls-version'),
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: permanent('tls-version'),
  ERR_SSL_TLSV1_ALERT_INAPPROPRIATE_FALLBACK: permanent('tls-version'),
  ERR_SSL_WRONG_VERSION_NUMBER: permanent('not-tls'),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: permanent('not-tls'),
  ERR_SSL_HTTP_REQUEST: permanent('not-tls'),
};

const otherDns = temporary('dns-failed');
const otherConnect = temporary('connect-failed');
const otherTls = permanent('tls-handshake');
/** OpenSSL knows more faults of certificates than Node has codes for. */
const otherCertificate = permanent('certificate-untrusted');

export const dnsReason = (code: string): Reason => dnsReasons[code] ?? otherDns;
export const connectReason = (code: string): Reason => connectReasons[code] ?? otherConnect;
/** What is no certificate, no version and no other protocol: no common cipher, nonsense in the handshake. */
export const tlsReason = (code: string, failed: 'handshake' | 'certificate'): Reason =>
  tlsReasons[code] ?? (failed === 'handshake' ? otherTls : otherCertificate);

/** The whole vocabulary; docs/outcomes.md explains each word. */
export const unreachableReasons: readonly string[] = [
  ...new Set(
    [dnsReasons, connectReasons, tlsReasons]
      .flatMap((table) => Object.values(table))
      .concat(otherDns, otherConnect, otherTls)
      .map(({ reason }) => reason),
  ),
];
