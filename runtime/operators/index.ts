export type { Operator, OperatorPlace, Outbox, StateEntry } from './operator.ts'
export { packEntries, unpackEntries } from './stateChunks.ts'
export { StatefulMap, type StatefulMapping, type StatefulStep } from './statefulMap.ts'
