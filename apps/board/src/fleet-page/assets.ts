import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';

/** Where the page finds its files. The address changes with the content, so that it may be kept for ever. */
export type AssetPaths = { styles: string[]; script: string; icon: string };

const css = 'text/css; charset=utf-8';
const files = {
  styles: [
    { name: 'fleet.css', type: css },
    { name: 'runs.css', type: css },
    { name: 'tables.css', type: css },
  ],
  script: { name: 'fleet.js', type: 'text/javascript; charset=utf-8' },
  icon: { name: 'trawl.svg', type: 'image/svg+xml' },
} as const;

/** Reads the files of the page once, and serves them. */
export const serveAssets = (app: FastifyInstance): AssetPaths => {
  const serve = ({ name, type }: { name: string; type: string }): string => {
    const content = readFileSync(new URL(`assets/${name}`, import.meta.url));
    const path = `/assets/${createHash('sha256').update(content).digest('hex').slice(0, 12)}/${name}`;
    app.get(path, (_request, reply) =>
      reply.header('cache-control', 'public, max-age=31536000, immutable').type(type).send(content),
    );
    return path;
  };
  return {
    styles: files.styles.map(serve),
    script: serve(files.script),
    icon: serve(files.icon),
  };
};
