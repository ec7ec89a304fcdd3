export { createPublisher, type Publisher } from './publisher.ts'
export {
  createSubscriber,
  type EventSource,
  type Subscriber,
  type SubscriberOptions,
} from './subscriber.ts'
