export { createTopic, type Topic, type TopicMessage } from './proxy.ts'
export { createTopics } from './structure.ts'
