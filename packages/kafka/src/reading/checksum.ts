/** CRC-32C, unsigned. */
export type Checksum = (data: Buffer) => number;
