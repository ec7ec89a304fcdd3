import type { GridSettings } from '../../members/grid/settings.ts'
import { atomicLongContract } from './structures/atomicLong.ts'
import { flakeIdContract } from './structures/flakeId.ts'
import { listContract } from './structures/list.ts'
import { lockContract } from './structures/lock.ts'
import { mapContract } from './structures/map.ts'
import { multiMapContract } from './structures/multiMap.ts'
import { queueContract } from './structures/queue.ts'
import { reliableTopicContract } from './structures/reliableTopic.ts'
import { ringbufferContract } from './structures/ringbuffer.ts'
import { setContract } from './structures/set.ts'
import { eachOf, type SuiteGrid, type SuiteOptions } from './structures/suite.ts'
import { topicContract } from './structures/topic.ts'

/**
 * What every grid must do, whether it is one fragment and its backup, a cluster behind a client, or a
 * Hazelcast server. `create` gives a grid for each test, which may be the same: names are not.
 */
export const gridStructureContract = (
  suite: string,
  create: () => Promise<SuiteGrid>,
  options: SuiteOptions = {},
): void => {
  const contractOf = eachOf(suite, create, options)
  contractOf('map', mapContract)
  contractOf('multiMap', multiMapContract)
  contractOf('queue', queueContract)
  contractOf('list', listContract)
  contractOf('set', setContract)
  contractOf('ringbuffer', ringbufferContract)
  contractOf('topic', topicContract)
  contractOf('reliableTopic', reliableTopicContract)
  contractOf('lock', lockContract)
  contractOf('atomicLong', atomicLongContract)
  contractOf('flakeIds', flakeIdContract)
}

/** The settings that the contract needs. */
export const CONTRACT_SETTINGS = {
  queues: { 'bounded*': { sizeMax: 2 } },
  lists: { 'bounded*': { sizeMax: 2 } },
  sets: { 'bounded*': { sizeMax: 2 } },
  ringbuffers: {
    'small*': { capacity: 3 },
    'aging*': { capacity: 2, timeToLiveSeconds: 3600 },
    '_hz_rb_aging*': { capacity: 2, timeToLiveSeconds: 3600 },
    '_hz_rb_small*': { capacity: 3 },
  },
  multiMaps: { 'bag*': { valueCollectionType: 'LIST' } },
  reliableTopics: { 'aging-error*': { overloadPolicy: 'ERROR' } },
} as const satisfies Partial<GridSettings>

/** The same as a file for members; without a cluster's name and network. */
export const CONTRACT_YAML = `
  queue:
    bounded*: { max-size: 2 }
  list:
    bounded*: { max-size: 2 }
  set:
    bounded*: { max-size: 2 }
  ringbuffer:
    small*: { capacity: 3 }
    aging*: { capacity: 2, time-to-live-seconds: 3600 }
    _hz_rb_aging*: { capacity: 2, time-to-live-seconds: 3600 }
    _hz_rb_small*: { capacity: 3 }
  multimap:
    bag*: { value-collection-type: LIST }
  reliable-topic:
    aging-error*: { topic-overload-policy: ERROR }
`
