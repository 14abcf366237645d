/** A V8 CPU profile (`node --cpu-prof`), as far as it is read here. Times in us. */
type CpuProfile = { nodes: ProfileNode[]; samples: number[]; timeDeltas: number[] };

type ProfileNode = { id: number; callFrame: CallFrame; children?: number[] };

type CallFrame = { functionName: string; url: string; lineNumber: number };

export type SelfTime = { what: string; ms: number; percent: number };

/**
 * Where a process spent the time in which it was not idle, the most first. Functions by their own time; modules by what
 * they and the parts of Node and V8 that they call take, so that a socket write belongs to the library that writes.
 */
export const selfTimes = (text: string): { functions: SelfTime[]; modules: SelfTime[] } => {
  const profile = JSON.parse(text) as CpuProfile;
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const moduleOf = modulesByNode(profile.nodes);
  const functions = new Map<string, number>();
  const modules = new Map<string, number>();
  let busyUs = 0;
  for (const [i, id] of profile.samples.entries()) {
    const frame = nodes.get(id)?.callFrame;
    const us = profile.timeDeltas[i] ?? 0;
    if (frame === undefined || frame.functionName === '(idle)') continue;
    busyUs += us;
    add(modules, moduleOf.get(id) ?? 'Node itself', us);
    add(functions, `${frame.functionName || '(anonymous)'} ${placeOf(frame)}`.trim(), us);
  }
  return { functions: sorted(functions, busyUs), modules: sorted(modules, busyUs) };
};

/** Of each node, the nearest module on its stack that is not Node; none for what no module has called. */
function modulesByNode(nodes: ProfileNode[]): Map<number, string> {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const known = new Map(
    nodes.flatMap(({ id, callFrame }) => ownModule(callFrame).map((module) => [id, module] as const)),
  );
  const found = new Map<number, string>();
  for (const { id } of nodes) {
    let at: number | undefined = id;
    while (at !== undefined && !known.has(at)) at = parents.get(at);
    const module = at === undefined ? undefined : known.get(at);
    if (module !== undefined) found.set(id, module);
  }
  return found;
}

/** `undici`, `apps/worker/src/fetch`, `(garbage collector)`; nothing for a part of Node or V8. */
function ownModule({ url, functionName }: CallFrame): string[] {
  if (functionName === '(garbage collector)' || functionName === '(program)') return [functionName];
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  const ours = /\/((?:apps|packages)\/.*)\/[^/]+$/.exec(url)?.[1];
  return [dependency ?? ours].filter((module) => module !== undefined);
}

function placeOf({ url, lineNumber }: CallFrame): string {
  if (url === '') return '';
  const file = /.*(?:\/node_modules\/|\/(?=(?:apps|packages)\/))(.+)$/.exec(url)?.[1] ?? url;
  return `${file}:${lineNumber + 1}`;
}

function add(times: Map<string, number>, what: string, us: number): void {
  times.set(what, (times.get(what) ?? 0) + us);
}

function sorted(times: Map<string, number>, busyUs: number): SelfTime[] {
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .map(([what, us]) => ({ what, ms: us / 1000, percent: (us / busyUs) * 100 }));
}
