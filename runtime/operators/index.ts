export type { Operator, OperatorPlace, Outbox, StateEntry } from './operator.ts'
