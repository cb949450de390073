/**
 * A batch that unpacks to more than this is not read: a megabyte of zeros, packed, could take all memory of the process.
 * Producers fill batches of a megabyte at most, before they pack them. lz4 needs no look: it packs no more than 255 to 1.
 */
export const mostUnpackedBytes: number = 128 * 1_048_576;
