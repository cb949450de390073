export { type HttpSenderOptions, httpSender } from './http-sender.ts';
export {
  type ClientOf,
  clientOf,
  type OperatorClient,
  operatorClient,
  type Send,
  type Sent,
} from './operator-client.ts';
