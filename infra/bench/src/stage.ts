import { type TicketEnriched, type TicketReceived, type Topic, topics } from '@millrace/contracts';
import { partitions } from './cluster.ts';
import { topicLike } from './payload.ts';

/** The measured stage on both sides: what it reads. Filled once for all runs. */
export const stageInput = (name: string): Topic<TicketReceived> => topicLike(topics.ticketsReceived, name, partitions);

/** What it writes: a topic of its own for every run, so that nothing is found there but that run's. */
export const stageOutput = (name: string): Topic<TicketEnriched> => topicLike(topics.ticketsEnriched, name, partitions);
