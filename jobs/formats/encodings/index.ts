export { decodeBytes, isUtf8 } from './decode.ts'
export { encoderOf, type EncodeBytes } from './encode.ts'
