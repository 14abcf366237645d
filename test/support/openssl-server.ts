import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const certificate = (name: string) => fileURLToPath(new URL(`hostile-web/certificates/${name}.pem`, import.meta.url));

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** A TLS server that does what Node's cannot: old versions, odd ciphers, wanting a certificate and saying so. */
export const startOpenssl = async (args: string[]): Promise<{ port: number; close: () => Promise<void> }> => {
  const files = ['-cert', certificate('good'), '-key', certificate('key')];
  const server = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', ...files, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  for await (const chunk of server.stdout) {
    said += String(chunk);
    const port = /^ACCEPT .*:(\d+)$/m.exec(said)?.[1];
    if (port === undefined) continue;
    const close = async () => {
      const exited = once(server, 'exit');
      server.kill();
      await exited;
    };
    return { port: Number(port), close };
  }
  throw new Error(`openssl does not listen: ${said}`);
};
