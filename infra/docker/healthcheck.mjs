const url = process.env.MILLRACE_READY_URL ?? `http://127.0.0.1:${process.env.MILLRACE_PORT}/readyz`;
try {
  process.exitCode = (await fetch(url, { signal: AbortSignal.timeout(2_500) })).ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
