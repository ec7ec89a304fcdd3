export { StatefulMap, type StatefulMapping, type StatefulStep } from './statefulMap.ts'
