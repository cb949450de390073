/** The tf-idf head: idf per bucket, one int8 weight per bucket and label, one scale per label. */
export interface SparseHead {
  readonly idf: Float32Array;
  readonly scales: Float32Array;
  /** [bucket][label] */
  readonly weights: Int8Array;
}

/** The dense head: how to standardise an embedding, and [label][dimension + bias]. */
export interface DenseHead {
  readonly mean: Float32Array;
  readonly inverseDeviation: Float32Array;
  readonly weights: Float32Array;
}

/** 32-bit weights to 8 bits with one scale per label; a quarter of the size, 0.0 to 0.1 points of accuracy. */
export function quantise(weights: Float32Array, labels: number): Pick<SparseHead, 'scales' | 'weights'> {
  const highest = new Float64Array(labels);
  for (let i = 0; i < weights.length; i++) {
    const label = i % labels;
    highest[label] = Math.max(highest[label] as number, Math.abs(weights[i] as number));
  }
  const scales = Float32Array.from(highest, (value) => (value === 0 ? 1 : value / 127));
  const small = new Int8Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    small[i] = Math.round((weights[i] as number) / (scales[i % labels] as number));
  }
  return { scales, weights: small };
}

export function encodeSparseHead(head: SparseHead): Buffer {
  return Buffer.concat([bytesOf(head.idf), bytesOf(head.scales), bytesOf(head.weights)]);
}

/** Throws a RangeError when the bytes are not exactly that shape. */
export function decodeSparseHead(
  bytes: Buffer,
  shape: { readonly buckets: number; readonly labels: number },
): SparseHead {
  const floats = (shape.buckets + shape.labels) * 4;
  expectLength(bytes, floats + shape.buckets * shape.labels);
  const own = aligned(bytes);
  return {
    idf: new Float32Array(own, 0, shape.buckets),
    scales: new Float32Array(own, shape.buckets * 4, shape.labels),
    weights: new Int8Array(own, floats, shape.buckets * shape.labels),
  };
}

export function encodeDenseHead(head: DenseHead): Buffer {
  return Buffer.concat([bytesOf(head.mean), bytesOf(head.inverseDeviation), bytesOf(head.weights)]);
}

/** Throws a RangeError when the bytes are not exactly that shape. */
export function decodeDenseHead(
  bytes: Buffer,
  shape: { readonly dimensions: number; readonly labels: number },
): DenseHead {
  const { dimensions, labels } = shape;
  expectLength(bytes, (2 * dimensions + labels * (dimensions + 1)) * 4);
  const own = aligned(bytes);
  return {
    mean: new Float32Array(own, 0, dimensions),
    inverseDeviation: new Float32Array(own, dimensions * 4, dimensions),
    weights: new Float32Array(own, dimensions * 8, labels * (dimensions + 1)),
  };
}

function expectLength(bytes: Buffer, length: number): void {
  if (bytes.length !== length) throw new RangeError(`expected ${length} bytes, found ${bytes.length}`);
}

function bytesOf(view: Float32Array | Int8Array): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

/** A typed array must start on its own multiple; a Buffer from the pool does not. */
function aligned(bytes: Buffer): ArrayBuffer {
  const own = new ArrayBuffer(bytes.length);
  new Uint8Array(own).set(bytes);
  return own;
}
