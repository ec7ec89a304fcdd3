export { TOKEN_LENGTH } from './frames.ts'
export { listenForStreams, type StreamListener } from './streamListener.ts'
export { StreamReader } from './streamReader.ts'
export { StreamWriter } from './streamWriter.ts'
