export { murmurOf } from './murmur.ts'
export { hashOf, keyHashOf, partitionOf, partitionOfName } from './partition.ts'
