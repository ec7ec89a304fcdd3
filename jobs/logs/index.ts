export { createJobLogs, type JobLogs, type LogLevel, stampOf } from './jobLogs.ts'
