import { mkdir, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@trawl/shared/platform/free-port.ts';
import type { Origin } from './origin.ts';
import { programVersion } from './program-version.ts';
import { startChild } from './start-child.ts';

const bodyBytes = 1024;
const startDeadlineMs = 5000;

/** Undefined when nginx is not installed. `/usr/sbin` is not on every path. */
export const findNginx = async (): Promise<{ path: string; version: string } | undefined> => {
  for (const path of ['nginx', '/usr/sbin/nginx', '/usr/local/sbin/nginx']) {
    const version = await programVersion(path, ['-v']);
    if (version !== undefined) return { path, version: version.replace('nginx version: ', '') };
  }
  return undefined;
};

export type NginxOptions = {
  dir: string;
  stop: AbortSignal;
  /** `/<name>/<anything>` is answered with such a file, on every address of the machine. */
  files?: { name: string; coding?: string; bytes: Uint8Array }[];
};

/** An nginx that answers `/json/<anything>` with 1 KB of JSON from memory, what it has files for with those, and does nothing else. */
export const startNginx = async (path: string, options: NginxOptions): Promise<Origin & { port: number }> => {
  const dir = join(options.dir, 'nginx');
  const files = options.files ?? [];
  await mkdir(join(dir, 'files'), { recursive: true });
  for (const { name, bytes } of files) await writeFile(join(dir, 'files', name), bytes);
  const port = await freePort();
  await writeFile(join(dir, 'nginx.conf'), configOf(dir, port, files));
  const child = startChild(path, ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', 'stderr'], { stop: options.stop });
  const untilMs = performance.now() + startDeadlineMs;
  const ended = child.ended.then(() => Promise.reject(new Error('nginx ended')));
  while (!(await Promise.race([answers(`http://127.0.0.1:${port}/json/0`), ended]))) {
    if (performance.now() > untilMs) throw new Error(`nginx does not answer on port ${port}`);
    await delay(20);
  }
  ended.catch(() => undefined);
  return {
    url: (target) => `http://127.0.0.1:${port}${target}`,
    port,
    pid: child.pid,
    [Symbol.asyncDispose]: child[Symbol.asyncDispose],
  };
};

/** One worker: it serves over 60,000 requests a second, far above every client here. No log, no end of keep-alive. */
function configOf(dir: string, port: number, files: { name: string; coding?: string }[]): string {
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${dir}/${kind};`,
  );
  const locations = files.map(
    ({ name, coding }) => `location /${name}/ {
      default_type text/html;
      ${coding === undefined ? '' : `add_header Content-Encoding ${coding};`}
      try_files /${name} =404;
    }`,
  );
  // Only its owner may read the directory of the bench.
  const owner = process.getuid?.() === 0 ? 'user root;\n' : '';
  return `${owner}daemon off;
worker_processes 1;
pid ${dir}/nginx.pid;
error_log stderr error;
events { worker_connections ${files.length > 0 ? 32_768 : 8192}; }
http {
  access_log off;
  sendfile on;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  tcp_nodelay on;
  ${scratch.join('\n  ')}
  server {
    listen ${files.length > 0 ? '0.0.0.0' : '127.0.0.1'}:${port} backlog=4096;
    root ${dir}/files;
    location /json/ {
      default_type application/json;
      return 200 '${jsonBody()}';
    }
    ${locations.join('\n    ')}
  }
}
`;
}

/** nginx puts the path in, so that every URL has a body of its own; with a path of 11 characters it is 1 KB. */
function jsonBody(): string {
  const start = '{"path":"$uri","title":"A thing of which nothing is said","description":"';
  const shortBytes = bodyBytes - (start.length - '$uri'.length + 11 + 2);
  return `${start}${'Made of pretended matter. '.repeat(bodyBytes).slice(0, shortBytes)}"}`;
}

function answers(url: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const request = get(url, { agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  });
  request.once('error', () => resolve(false));
  return promise;
}
