export { compilePattern, type TimePattern } from './timePattern.ts'
