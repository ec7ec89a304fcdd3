export { createBudget, type Budget } from './budget.ts'
export { deadLetterRow, deadLetterTable, type DeadLetter } from './table.ts'
