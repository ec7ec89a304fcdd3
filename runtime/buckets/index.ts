export { bucketPlaceOf } from './bucketPlace.ts'
