import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { OutcomeRecord } from '@trawl/shared/domain/outcome-record.ts';
import { afterEach, expect, test } from 'vitest';
import { afterwards, cleanUp } from '../support/fetch-world.ts';
import { startFleetWorld } from '../support/fleet-world.ts';
import { startPretendDns } from '../support/pretend-dns.ts';
import { startTlsHost } from '../support/tls-host.ts';
import { until } from '../support/until.ts';

afterEach(cleanUp);

const authority = fileURLToPath(new URL('../support/hostile-web/certificates/authority.pem', import.meta.url));
const here = { a: ['127.0.0.1'] };

test('a worker takes --ca, --insecure-host and --resolver, and believes nobody else', async () => {
  const dns = await startPretendDns({ 'www.hostile.test': here, 'insecure.hostile.test': here });
  afterwards(dns.close);
  const good = await startTlsHost('good');
  afterwards(good.close);
  const bad = await startTlsHost('self-signed', (request, response) =>
    request.url === '/away'
      ? response.writeHead(302, { location: bad.url('www.hostile.test', '/there') }).end()
      : response.end('page'),
  );
  afterwards(bad.close);
  const fleet = await startFleetWorld();
  afterwards(fleet.stop);

  const lines = [
    [good.url('www.hostile.test'), 'ok status-200'],
    [bad.url('insecure.hostile.test'), 'ok status-200'],
    [bad.url('www.hostile.test'), 'unreachable certificate-self-signed'],
    [bad.url('insecure.hostile.test', '/away'), 'unreachable certificate-self-signed'],
  ];
  await fleet.createRun('a', lines.map(([url]) => url).join('\n'));
  fleet.start('worker', ['--ca', authority, '--insecure-host', 'Insecure.hostile.test', '--resolver', dns.address]);
  fleet.start('producer');
  fleet.start('producer', ['--run', 'a', '--ingest-only']);
  fleet.start('collector', ['--run', 'a']);
  await until(async () => (await fleet.status('a')).collectedAtMs !== undefined);
  const records = (await readFile(fleet.outputOf('a'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as OutcomeRecord)
    .sort((a, b) => a.seq - b.seq);
  expect(records.map(({ class: kind, reason }) => `${kind} ${reason}`)).toEqual(lines.map(([, end]) => end));
});
