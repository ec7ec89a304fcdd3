export { prometheusText, type Measures } from './prometheus.ts'
export type { Facts, Workload } from './facts.ts'
export { startMonitoring, type MemberLogs, type Monitoring } from './monitoring.ts'
