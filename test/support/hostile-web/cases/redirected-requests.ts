import assert from 'node:assert/strict';
import { type HostileCase, type HostRequest, hostile, ok } from '../hostile-case.ts';
import { answer, inTurn, redirectsTo, says } from '../replies.ts';

/** What a redirect makes of the method, the body and the headers of a request. */
const there = says(answer(200, {}, 'there'));
const redirectStatuses = [301, 302, 303, 307, 308];
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const methodAfter = (status: number, method: string): string => {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET';
  return method === 'POST' && (status === 301 || status === 302) ? 'GET' : method;
};

const rewriting = redirectStatuses.flatMap((status) =>
  methods.map((method) => {
    const hasBody = ['POST', 'PUT', 'PATCH'].includes(method);
    const after = methodAfter(status, method);
    return hostile({
      name: `redirect/${status} of a ${method}`,
      host: inTurn(redirectsTo('/there', status), there),
      overrides: {
        method,
        ...(hasBody && { body: 'secret', headers: { 'content-type': 'text/x', 'content-language': 'de' } }),
      },
      ends: ok,
      requests: 2,
      saw: ([, second]) => {
        assert.equal(second?.method, after);
        assert.equal(second?.body, after === method && hasBody ? 'secret' : '');
        const described = after === method && hasBody;
        assert.equal(second?.header('content-type'), described ? 'text/x' : undefined);
        assert.equal(second?.header('content-language'), described ? 'de' : undefined);
      },
    });
  }),
);

const secrets = {
  authorization: 'Bearer s',
  cookie: 's=1',
  'x-api-key': 's',
  'x-anything': 's',
  referer: 's',
  host: '',
};
const secretNames = Object.keys(secrets).filter((name) => name !== 'host');
const { host: _, ...secretHeaders } = secrets;
const carries = (request: HostRequest | undefined) => secretNames.filter((name) => request?.header(name) !== undefined);

const travels: Record<string, { path: (request: HostRequest) => string; keeps: boolean }> = {
  'the same origin': { path: () => '/there', keeps: true },
  'the same origin by its whole name': { path: ({ url }) => url('/there'), keeps: true },
  'the same origin in capitals': { path: ({ url }) => url('/there').replace('hostile', 'HOSTILE'), keeps: true },
  'another host': { path: ({ url }) => url('/there', 'b'), keeps: false },
  'another host without a scheme': { path: ({ url }) => url('/there', 'b').replace('http:', ''), keeps: false },
  'another host with credentials': {
    path: ({ url }) => url('/there', 'b').replace('//', '//user:word@'),
    keeps: false,
  },
};

const leavingSecrets = Object.entries(travels).flatMap(([where, { path, keeps }]) =>
  redirectStatuses.map((status) =>
    hostile({
      name: `redirect/${status} with secrets to ${where}`,
      host: (request) => (request.number === 1 ? redirectsTo(path(request), status)(request) : there(request)),
      settings: { headers: { ...secretHeaders, accept: 'text/x', 'accept-language': 'de' } },
      ends: ok,
      requests: 2,
      saw: ([first, second]) => {
        assert.deepEqual(carries(first), secretNames);
        assert.deepEqual(carries(second), keeps ? secretNames : []);
        assert.deepEqual([second?.header('accept'), second?.header('accept-language')], ['text/x', 'de']);
        assert.doesNotMatch(second?.head ?? '', /user:|word/);
      },
    }),
  ),
);

export const redirectedRequests: HostileCase[] = [
  ...rewriting,
  ...leavingSecrets,
  hostile({
    name: 'redirect/away and back: the secrets stay away',
    host: (request) => {
      const way = ['/there', request.url('/b', 'b'), request.url('/back', 'a')];
      const location = way[request.number - 1];
      return location === undefined ? there(request) : redirectsTo(location, 307)(request);
    },
    overrides: { headers: secretHeaders },
    ends: ok,
    requests: 4,
    saw: (requests) =>
      assert.deepEqual(
        requests.map((request) => carries(request).length),
        [secretNames.length, secretNames.length, 0, 0],
      ),
  }),
];
