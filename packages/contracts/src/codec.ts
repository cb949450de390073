import type { Type } from 'avsc';
import { parseBounded, partsOf } from './bounded-types.ts';

/** Codes of this package. Leaves know no dispositions: whoever calls decides what a failure means. */
export const contractErrors = {
  X_CONTRACTS_ENCODE:
    'A value does not fit its schema. The message names the path; the producer of the value is wrong.',
  X_CONTRACTS_DECODE:
    'Bytes are not a record of this schema: truncated, trailing bytes, or written with another schema.',
} as const;

export type ContractErrorCode = keyof typeof contractErrors;

/** Where a value does not fit, as a JSON pointer, and what was expected there. Never the value. */
export interface Violation {
  readonly pointer: string;
  readonly message: string;
}

export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly code: ContractErrorCode;
  readonly violations: readonly Violation[];

  constructor(code: ContractErrorCode, message: string, violations: readonly Violation[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.violations = violations;
  }
}

/** Reads and writes values of one Avro record. Values are plain objects both ways. */
export interface RecordType<T> {
  /** Self-contained Avro schema, as JSON. */
  readonly schema: object;
  /** The reader type: `avsc.createResolver(writer)` decodes what an older schema wrote, into plain objects too. */
  readonly avsc: Type;
  /** Bare Avro. Fields with a default may be absent. Throws `X_CONTRACTS_ENCODE` with the failing paths. */
  encode(value: T): Buffer;
  /** The same behind these bytes, in one buffer: a wire format's prefix costs no copy. */
  encodeAfter(prefix: Buffer, value: T): Buffer;
  /** Throws `X_CONTRACTS_DECODE` for anything but exactly one record of this schema. */
  decode(bytes: Buffer): T;
  /** Decodes what another version of the schema wrote. Make one per writer and keep it: building costs about 70 µs. */
  reader(writerSchema: object): (bytes: Buffer) => T;
  /** Every reason why a foreign value is not a T; undeclared fields count. Empty means that `encode` accepts it. */
  violations(value: unknown): readonly Violation[];
}

export function recordType<T>(schema: object): RecordType<T> {
  let parsed: Type | undefined;
  // On first use: a process touches a handful of the topics that exist.
  const type = (): Type => {
    parsed ??= parseBounded(schema);
    return parsed;
  };
  return {
    schema,
    get avsc() {
      return type();
    },
    encode: (value) => encoding(type(), noPrefix, value),
    encodeAfter: (prefix, value) => encoding(type(), prefix, value),
    decode: (bytes) => decoding(type(), bytes, () => type().fromBuffer(bytes) as T),
    reader: (writerSchema) => {
      const resolver = type().createResolver(parseBounded(writerSchema));
      return (bytes) => decoding(type(), bytes, () => type().fromBuffer(bytes, resolver) as T);
    },
    violations: (value) => [...violationsOf(type(), value), ...undeclaredIn(type(), value, [])],
  };
}

const noPrefix = Buffer.alloc(0);

/**
 * What is being written, whoever writes: encoding never yields. The library's own is 1 KB, and everything larger is
 * written twice, once to learn its size.
 */
let scratch = Buffer.allocUnsafeSlow(64 * 1_024);
const largestScratch = 1_048_576;

function encoding(type: Type, prefix: Buffer, value: unknown): Buffer {
  try {
    let target = scratch;
    let end = type.encode(value, target, prefix.length);
    if (end < 0) {
      target = Buffer.allocUnsafeSlow(target.length - end);
      if (target.length <= largestScratch) scratch = target;
      end = type.encode(value, target, prefix.length);
    }
    prefix.copy(target);
    const bytes = Buffer.allocUnsafe(end);
    target.copy(bytes, 0, 0, end);
    return bytes;
  } catch (cause) {
    const found = violationsOf(type, value);
    const where =
      found.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ') || String((cause as Error).message);
    throw new ContractError('X_CONTRACTS_ENCODE', `${type.name} does not fit its schema at ${where}`, found);
  }
}

function decoding<T>(type: Type, bytes: Buffer, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    throw new ContractError('X_CONTRACTS_DECODE', `${bytes.length} bytes are not a ${type.name}`, [], cause);
  }
}

const pointerOf = (path: readonly string[]): string =>
  path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function violationsOf(type: Type, value: unknown): readonly Violation[] {
  const found: Violation[] = [];
  type.isValid(value, {
    errorHook: (path: readonly string[], at: unknown, expected: Type) =>
      found.push({ pointer: pointerOf(path), message: complaint(at, expected) }),
  } as never);
  return found;
}

/** avsc drops what it does not know, and its strict mode stops at the first such field; a sender wants to know them all. */
function undeclaredIn(type: Type, value: unknown, path: readonly string[]): readonly Violation[] {
  if (typeof value !== 'object' || value === null) return [];
  const { fields, itemsType, valuesType, types } = partsOf(type);
  if (types) return types.flatMap((branch) => undeclaredIn(branch, value, path));
  const inner = itemsType ?? valuesType;
  return Object.entries(value).flatMap(([name, at]) => {
    const next = fields ? fields.find((field) => field.name === name)?.type : inner;
    if (fields && !next) return [{ pointer: pointerOf([...path, name]), message: 'is not declared' }];
    return next ? undeclaredIn(next, at, [...path, name]) : [];
  });
}

function complaint(value: unknown, expected: Type): string {
  const { types, symbols } = partsOf(expected);
  const wanted =
    types?.map((type) => type.typeName).join(' or ') ?? (symbols ? `one of ${symbols.join(', ')}` : expected.typeName);
  const got = value === undefined ? 'nothing' : value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  return `expected ${wanted}, got ${got}`;
}
