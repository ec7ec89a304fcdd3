export { createQueue, type Queue } from './proxy.ts'
export { createQueues } from './structure.ts'
