import { type JavaPeer, startJavaPeer } from '../java-peers.ts';
import type { SubjectRun } from '../subject.ts';
import type { LanesRequest } from './lanes-ours.ts';

export type ParallelRequest = Omit<LanesRequest, 'driver'> & { readonly classPath: string };

let peer: JavaPeer | undefined;

/** The same handlers in the same order per key by Confluent's Parallel Consumer. */
export const run: SubjectRun<ParallelRequest> = async (request) => {
  const { servers, classPath, group, from, records, handlerMs, inFlight } = request;
  peer ??= startJavaPeer('ParallelLanes', classPath, [servers.brokers.join(',')]);
  const observed = await peer.run([group, from, records, handlerMs, inFlight]);
  const faults = observed.records === records ? [] : [`${records - observed.records} records overtaken or missing`];
  return { ...observed, records, faults };
};
