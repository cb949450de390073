// The worker on a machine that has no time for it: its first evaluation stands still for five times what it may use.
const parse = JSON.parse;
let isFirst = true;
JSON.parse = (...given: Parameters<typeof parse>) => {
  if (isFirst && given[0] !== process.argv[2]) {
    isFirst = false;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  return parse(...given) as unknown;
};
await import('../../src/expression-worker.ts');

export {};
