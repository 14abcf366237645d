import type { Route } from './ask.ts';
import { bodyRoutes } from './routes/bodies.ts';
import { brokenRoutes } from './routes/broken-connections.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { charsetRoutes } from './routes/charsets.ts';
import { encodingRoutes } from './routes/encodings.ts';
import { mirrorRoutes } from './routes/mirrors.ts';
import { overloadRoutes } from './routes/overload.ts';
import { plainRoutes } from './routes/plain-answers.ts';
import { redirectRoutes } from './routes/redirects.ts';

const routes: ReadonlyMap<string, Route> = new Map(
  [
    plainRoutes,
    overloadRoutes,
    redirectRoutes,
    bodyRoutes,
    brokenRoutes,
    encodingRoutes,
    charsetRoutes,
    mirrorRoutes,
    catalogueRoutes,
  ].flatMap((group) => Object.entries(group)),
);

export const routeNames: readonly string[] = [...routes.keys()];

/** The route is named by the path's first segment; `rest` is what follows it. */
export const findRoute = (path: string): { route: Route; rest: string } | undefined => {
  const slash = path.indexOf('/', 1);
  const route = routes.get(slash === -1 ? path : path.slice(0, slash));
  return route && { route, rest: slash === -1 ? '' : path.slice(slash + 1) };
};
