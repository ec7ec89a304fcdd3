export type { Operator, OperatorPlace, Outbox, StateEntry } from './operator.ts'
export { packEntries, StatePacker, unpackEntries } from './stateChunks.ts'
