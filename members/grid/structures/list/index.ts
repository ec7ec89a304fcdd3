export { createList, type List } from './proxy.ts'
export { createLists } from './structure.ts'
