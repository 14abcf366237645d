// The health check of the container image: exits 0 when the process answers on the port of TRAWL_HEALTH (or of the argument).
// Plain JavaScript without an import, since it is started every few seconds.

const port = process.argv[2] ?? /(\d+)$/.exec(process.env.TRAWL_HEALTH ?? '')?.[1] ?? '9464';
const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(4000) }).catch(
  (error) => ({
    ok: false,
    text: async () => String(error.cause ?? error),
  }),
);
process.stdout.write((await response.text()).slice(0, 1000));
process.exitCode = response.ok ? 0 : 1;
