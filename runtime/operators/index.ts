export type { Operator, OperatorPlace, Outbox, StateEntry } from './operator.ts'
export { StatefulMap, type StatefulMapping, type StatefulStep } from './statefulMap.ts'
