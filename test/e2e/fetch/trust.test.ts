import type { LookupFunction } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { afterwards, brief, cleanUp, fetcherWith, textOf } from '../../support/fetch-world.ts';
import type { Certificate } from '../../support/hostile-web/certificate-names.ts';
import { hostileAuthority } from '../../support/hostile-web/start-hostile-web.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { startTlsHost } from '../../support/tls-host.ts';

afterEach(cleanUp);

/** Every name leads to this machine. */
const dns: { lookup: LookupFunction } = {
  lookup: (_name, { all }, callback) =>
    queueMicrotask(() =>
      all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
    ),
};

const host = async (certificate: Certificate, answer?: Parameters<typeof startTlsHost>[1]) => {
  const started = await startTlsHost(certificate, answer);
  afterwards(started.close);
  return started;
};

const refused = (reason: string) => ({ kind: 'unreachable', stage: 'tls', reason, temporary: false });

describe('--ca', () => {
  it('lets hosts be believed whose certificates that authority has signed', async () => {
    const { url } = await host('good');
    const { fetchPage } = fetcherWith({ dns, ca: hostileAuthority });
    expect(textOf(await fetchPage(url('www.hostile.test')))).toBe('secret');
  });

  it('is missing: the same host is refused, and hears no request', async () => {
    const { url, requests } = await host('good');
    const { fetchPage } = fetcherWith({ dns });
    expect(brief(await fetchPage(url('www.hostile.test')))).toEqual(refused('certificate-untrusted'));
    expect(requests).toEqual([]);
  });

  it.each<[Certificate, string]>([
    ['expired', 'certificate-expired'],
    ['not-yet-valid', 'certificate-not-yet-valid'],
    ['self-signed', 'certificate-self-signed'],
    ['untrusted', 'certificate-untrusted'],
    ['wrong-host', 'certificate-wrong-host'],
    ['wrong-purpose', 'certificate-untrusted'],
  ])('excuses nothing else: a certificate that is %s is refused as %s', async (certificate, reason) => {
    const { url, requests } = await host(certificate);
    const { fetchPage } = fetcherWith({ dns, ca: hostileAuthority });
    expect(brief(await fetchPage(url('www.hostile.test')))).toEqual(refused(reason));
    expect(requests).toEqual([]);
  });

  it('comes beside the authorities that Node trusts', async () => {
    const before = getCACertificates('default');
    afterwards(() => setDefaultCACertificates(before));
    setDefaultCACertificates([hostileAuthority]);
    const { url } = await host('good');
    const { fetchPage } = fetcherWith({ dns, ca: selfSigned.cert });
    expect(textOf(await fetchPage(url('www.hostile.test')))).toBe('secret');
  });
});

describe('--insecure-host', () => {
  const insecureHosts = ['insecure.hostile.test'];

  it.each<Certificate>(['self-signed', 'expired', 'untrusted', 'wrong-host', 'without-names'])(
    'lets that host show a certificate that is %s, and no other host',
    async (certificate) => {
      const { url, requests, port } = await host(certificate);
      const { fetchPage } = fetcherWith({ dns, insecureHosts });
      expect(textOf(await fetchPage(url('insecure.hostile.test')))).toBe('secret');
      for (const other of ['www.hostile.test', 'sub.insecure.hostile.test', 'hostile.test', '127.0.0.1'])
        expect((await fetchPage(url(other))).kind).toBe('unreachable');
      expect(requests).toEqual([`insecure.hostile.test:${port}`]);
    },
  );

  it('names the host as URLs have it, by name or address, whatever the case', async () => {
    const { url } = await host('self-signed');
    const { fetchPage } = fetcherWith({ dns, insecureHosts: ['127.0.0.1', 'insecure.hostile.test'] });
    for (const spelling of ['INSECURE.hostile.test', '127.1', '2130706433'])
      expect(textOf(await fetchPage(url(spelling)))).toBe('secret');
  });

  it('does not travel: where it redirects to is checked', async () => {
    const other = await host('self-signed');
    const { url } = await host('self-signed', (_, response) =>
      response.writeHead(302, { location: other.url('www.hostile.test') }).end(),
    );
    const { fetchPage } = fetcherWith({ dns, insecureHosts });
    expect(brief(await fetchPage(url('insecure.hostile.test')))).toEqual(refused('certificate-self-signed'));
    expect(other.requests).toEqual([]);
  });

  it('gives its sessions to no other host at the same address and port', async () => {
    const { url, requests } = await host('self-signed', (_, response) =>
      response.writeHead(200, { connection: 'close' }).end('secret'),
    );
    const { fetchPage } = fetcherWith({ dns, insecureHosts });
    for (let n = 0; n < 3; n++) await fetchPage(url('insecure.hostile.test'));
    expect(brief(await fetchPage(url('www.hostile.test')))).toEqual(refused('certificate-self-signed'));
    expect(requests).toHaveLength(3);
  });

  it('still is asked only where the guard lets pass', async () => {
    const { fetchPage } = fetcherWith({ dns: { lookup: leadsTo('10.0.0.1') }, insecureHosts });
    expect(brief(await fetchPage('https://insecure.hostile.test/'))).toEqual({
      kind: 'forbidden',
      why: 'private-address',
    });
  });
});

const leadsTo =
  (address: string): LookupFunction =>
  (_name, _options, callback) =>
    queueMicrotask(() => callback(null, [{ address, family: 4 }]));
