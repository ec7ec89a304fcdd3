export { createJobLogs, type JobLogs, type LogLevel } from './jobLogs.ts'
