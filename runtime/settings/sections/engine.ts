import { z } from 'zod'
import { checkpointSection } from './checkpoint.ts'
import { httpSection } from './http.ts'
import { choice, flag, integer, section, text, texts } from './values.ts'

const slotSection = section({
  'dynamic-slot': flag().default(true),
  'slot-num': integer(1).optional(),
  'slot-allocate-strategy': choice(['RANDOM', 'SLOT_RATIO', 'SYSTEM_LOAD']).default('RANDOM'),
  'slot-allocation-strategy': choice(['RANDOM', 'SLOT_RATIO', 'SYSTEM_LOAD']).optional(),
})

const jarStorageSection = section({
  enable: flag().default(false),
  'connector-jar-storage-mode': choice(['SHARED', 'ISOLATED']).default('SHARED'),
  'connector-jar-storage-path': text().default(''),
  'connector-jar-cleanup-task-interval': integer().default(3600),
  'connector-jar-expiry-time': integer().default(600),
  'jar-ha-storage': section({
    type: text().default('localfile'),
    'plugin-config': texts().default({}),
  }),
})

/** `seatunnel.engine` of `seatunnel.yaml`; keys and defaults are SeaTunnel's. */
export const engineSection = section({
  'backup-count': integer(0, 6).default(1),
  'history-job-expire-minutes': integer(1).default(1440),
  'classloader-cache-mode': flag().optional(),
  'queue-type': choice(['BLOCKINGQUEUE', 'DISRUPTOR']).optional(),
  'print-execution-info-interval': integer().default(60),
  'print-job-metrics-info-interval': integer().default(60),
  'job-metrics-backup-interval': integer(1).default(10),
  'job-metrics-partition-count': integer(1).default(1),
  task_execution_thread_share_mode: choice(['ALL', 'OFF', 'PART']).optional(),
  'job-schedule-strategy': choice(['REJECT', 'WAIT']).default('REJECT'),
  'slot-service': slotSection,
  checkpoint: checkpointSection,
  http: httpSection,
  telemetry: section({
    metric: section({ enabled: flag().default(false) }),
    logs: section({ 'scheduled-deletion-enable': flag().default(true) }),
  }),
  'coordinator-service': section({
    'core-thread-num': integer(1).optional(),
    'max-thread-num': integer(1).optional(),
  }),
  'event-report-http': section({ url: text().optional(), headers: texts().default({}) }),
  'jar-storage': jarStorageSection,
})

/** The root `seatunnel`. */
export const seatunnelSection = section({ engine: engineSection })

export type EngineConfiguration = z.infer<typeof engineSection>

/**
 * Keys of the files that only a JVM gives a meaning; they are read and have no effect. `*` is any one
 * name.
 */
export const WITHOUT_EFFECT: readonly string[] = [
  'seatunnel.engine.queue-type',
  'seatunnel.engine.task_execution_thread_share_mode',
  'seatunnel.engine.coordinator-service.core-thread-num',
  'seatunnel.engine.coordinator-service.max-thread-num',
  'seatunnel.engine.jar-storage.enable',
  'hazelcast.properties.hazelcast.logging.type',
  'hazelcast.properties.hazelcast.operation.generic.thread.count',
  'hazelcast.map.*.in-memory-format',
  'hazelcast.map.*.metadata-policy',
  'hazelcast.map.*.cache-deserialized-values',
  'hazelcast.topic.*.multi-threading-enabled',
  'hazelcast-client.properties.hazelcast.logging.type',
]
