import { WireFault } from '../../../wire/index.ts'
import type { Fragment, Structure } from '../structure.ts'

export const TOPIC_SERVICE = 4
export const PUBLISH = 1

/** Topics: each goes through the partition of its name, where nothing of it is kept. */
export const createTopics = (): Structure => ({
  serviceId: TOPIC_SERVICE,
  name: 'topic',
  createFragment: (): Fragment => ({
    backupCount: 0,
    asyncBackupCount: 0,
    execute(call) {
      if (call.operation !== PUBLISH) {
        throw new WireFault(`A topic has no operation ${call.operation}`)
      }
      if (call.hasListeners) call.publish(call.arguments.rest().slice())
    },
    apply: () => {},
    copy: () => undefined,
    digest: () => 0,
    isEmpty: () => true,
    sizes: () => ({ entries: 0, bytes: 0 }),
    close: () => {},
  }),
  matches: () => true,
})
