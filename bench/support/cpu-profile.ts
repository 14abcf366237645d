/** A V8 CPU profile (`node --cpu-prof`), as far as it is read here. Times in us. */
type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
};

export type SelfTime = { what: string; ms: number; percent: number };

/** Functions and modules by their own time, the most first; percent of the time that was not idle. */
export const selfTimes = (text: string): { functions: SelfTime[]; modules: SelfTime[] } => {
  const profile = JSON.parse(text) as CpuProfile;
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const functions = new Map<string, number>();
  const modules = new Map<string, number>();
  let busyUs = 0;
  for (const [i, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    const us = profile.timeDeltas[i] ?? 0;
    if (frame === undefined || frame.functionName === '(idle)') continue;
    busyUs += us;
    const module = moduleOf(frame.url);
    add(modules, module === '' ? frame.functionName || '(native)' : module, us);
    add(functions, `${frame.functionName || '(anonymous)'} ${placeOf(frame)}`.trim(), us);
  }
  return { functions: sorted(functions, busyUs), modules: sorted(modules, busyUs) };
};

function add(times: Map<string, number>, what: string, us: number): void {
  times.set(what, (times.get(what) ?? 0) + us);
}

function sorted(times: Map<string, number>, busyUs: number): SelfTime[] {
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .map(([what, us]) => ({ what, ms: us / 1000, percent: (us / busyUs) * 100 }));
}

/** `undici`, `bullmq`, `apps/worker/src/fetch`, `node:internal`, or nothing for what V8 does itself. */
function moduleOf(url: string): string {
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  const ours = /\/((?:apps|packages)\/.*)\/[^/]+$/.exec(url)?.[1];
  return dependency ?? ours ?? (url.startsWith('node:') ? url.split('/')[0] ?? url : url);
}

function placeOf({ url, lineNumber }: { url: string; lineNumber: number }): string {
  if (url === '') return '';
  const file = /(?:node_modules\/|\/(?=(?:apps|packages)\/))((?:@?[^/]+\/)*[^/]+)$/.exec(url)?.[1] ?? url;
  return `${file}:${lineNumber + 1}`;
}
