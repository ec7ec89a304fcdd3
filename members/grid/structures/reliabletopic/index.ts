export type { ReliableMessage } from './message.ts'
export {
  createReliableTopic,
  ringbufferNameOf,
  type ReliableSubscription,
  type ReliableTopic,
  type SequencedMessage,
} from './proxy.ts'
export type { ListenerOptions } from './reader.ts'
