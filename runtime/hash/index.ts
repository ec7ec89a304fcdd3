export { finish, hashBytes, mix } from './murmur3.ts'
