// Jest has its own realm: without this, errors from Node's core and fetch are not `instanceof Error` inside tests.
import { TestEnvironment } from 'jest-environment-node';

const names = [
  'Object',
  'Array',
  'Map',
  'Set',
  'Date',
  'Promise',
  'RegExp',
  'Error',
  'AggregateError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'Int8Array',
  'Uint8Array',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'ArrayBuffer',
  'DataView',
];
const ordinary = Function.prototype[Symbol.hasInstance];

export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of names) {
      const inner = this.global[name];
      const outer = globalThis[name];
      if (inner === outer) continue;
      Object.defineProperty(inner, Symbol.hasInstance, {
        configurable: true,
        value(candidate) {
          // Subclasses keep their own meaning; only the builtin itself accepts its twin.
          return ordinary.call(this, candidate) || (this === inner && ordinary.call(outer, candidate));
        },
      });
    }
  }
}
