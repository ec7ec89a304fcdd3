import { z } from 'zod'
import { networkSection } from './network.ts'
import { structureSections } from './structures.ts'
import { choice, decimal, flag, integer, section, text } from './values.ts'

/** Hazelcast's properties that mean something here, and those that upstream's files hold. */
const propertiesSection = section({
  'hazelcast.heartbeat.failuredetector.type': choice(['deadline', 'phi-accrual']).default(
    'deadline',
  ),
  'hazelcast.heartbeat.interval.seconds': decimal(0.05).default(5),
  'hazelcast.max.no.heartbeat.seconds': decimal(0.1).default(60),
  'hazelcast.heartbeat.phiaccrual.failuredetector.threshold': decimal(0.1).default(10),
  'hazelcast.heartbeat.phiaccrual.failuredetector.sample.size': integer(1).default(200),
  'hazelcast.heartbeat.phiaccrual.failuredetector.min.std.dev.millis': decimal(0.001).default(100),
  'hazelcast.invocation.max.retry.count': integer().default(250),
  'hazelcast.tcp.join.port.try.count': integer(1).default(3),
  'hazelcast.merge.first.run.delay.seconds': decimal().default(300),
  'hazelcast.merge.next.run.delay.seconds': decimal().default(120),
  'hazelcast.max.join.seconds': decimal().default(300),
  'hazelcast.mastership.claim.timeout.seconds': decimal().default(120),
  'hazelcast.partial.member.disconnection.resolution.heartbeat.count': integer().default(5),
  'hazelcast.local.localAddress': text().optional(),
  'hazelcast.local.publicAddress': text().optional(),
  'hazelcast.partition.count': integer(1).default(271),
  'hazelcast.graceful.shutdown.max.wait': decimal().default(600),
  'hazelcast.client.cleanup.timeout.millis': integer(1).default(120_000),
  'hazelcast.logging.type': text().optional(),
  'hazelcast.operation.generic.thread.count': integer().optional(),
})

const attributeSection = z.object({ type: text().default('string'), value: text() })

/** The root of `hazelcast.yaml`, `hazelcast-master.yaml`, `hazelcast-worker.yaml` and `hazelcast.xml`. */
export const hazelcastSection = section({
  'cluster-name': text().default('seatunnel'),
  'instance-name': text().optional(),
  network: networkSection,
  properties: propertiesSection,
  'lite-member': section({ enabled: flag().optional() }),
  'member-attributes': z.record(z.string(), attributeSection).default({}),
  ...structureSections,
})

export type HazelcastConfiguration = z.infer<typeof hazelcastSection>
