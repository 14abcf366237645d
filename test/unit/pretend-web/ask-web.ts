import { type IncomingHttpHeaders, request } from 'node:http';

export type WebAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** One plain request, each on a connection of its own. Rejects when the head or the body does not come whole. */
export const askWeb = (
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<WebAnswer> =>
  new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const asking = request(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asking.on('error', reject);
    asking.end(body);
  });
