import { connect } from 'node:net';

export interface ClusterMetadata {
  readonly clusterId: string | null;
  /** Of those that serve now. */
  readonly brokerIds: readonly number[];
}

const metadataRequest = (): Buffer => {
  const clientId = Buffer.from('millrace-probe');
  const body = Buffer.alloc(4 + 2 + 2 + 4 + 2 + clientId.length + 4);
  let at = body.writeInt32BE(body.length - 4, 0);
  at = body.writeInt16BE(3, at); // Metadata
  at = body.writeInt16BE(2, at); // the first version that tells the cluster's id
  at = body.writeInt32BE(1, at); // correlation
  at = body.writeInt16BE(clientId.length, at);
  at += clientId.copy(body, at);
  body.writeInt32BE(0, at); // no topics
  return body;
};

const readMetadata = (response: Buffer): ClusterMetadata => {
  let at = 4; // correlation
  const int16 = (): number => {
    at += 2;
    return response.readInt16BE(at - 2);
  };
  const int32 = (): number => {
    at += 4;
    return response.readInt32BE(at - 4);
  };
  const text = (): string | null => {
    const length = int16();
    if (length < 0) return null;
    at += length;
    return response.toString('utf8', at - length, at);
  };
  const brokerIds = Array.from({ length: int32() }, () => {
    const id = int32();
    text(); // host
    int32(); // port
    text(); // rack
    return id;
  });
  return { clusterId: text(), brokerIds };
};

/** Asks whoever listens there which cluster it is, in Kafka's own protocol; a server that is not Kafka rejects or times out. */
export const readClusterMetadata = (host: string, port: number, timeoutMs = 1_000): Promise<ClusterMetadata> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    let received = Buffer.alloc(0);
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    socket.once('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      try {
        resolve(readMetadata(received.subarray(4)));
      } catch (error) {
        reject(error);
      }
      socket.destroy();
    });
  });
