import { kafkaBrokerLaws } from './kafka-broker-laws.ts';

kafkaBrokerLaws('kafkajs');
