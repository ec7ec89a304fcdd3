import { type CallPeer, type Messenger, WireFault } from '../../wire/index.ts'
import { ByteSource } from '../bytes/index.ts'
import { GRID_KINDS } from '../kinds.ts'
import type { Named, Registry } from '../replication/index.ts'
import type { Primary, Request } from './primary.ts'

const NAME_AT = 8
const CACHE_SIZE = 64

interface Known {
  readonly serviceId: number
  /** The bytes of the name as they come. */
  readonly bytes: Uint8Array
  readonly named: Named
}

const isSame = (body: Uint8Array, length: number, { bytes, serviceId }: Known): boolean => {
  if (bytes.length !== length || body[0] !== serviceId) return false
  for (let at = 0; at < length; at += 1) if (body[NAME_AT + at] !== bytes[at]) return false
  return true
}

/** Finds structures by the bytes of their names, without making a text of them each time. */
const createNames = (registry: Registry) => {
  const cache = new Array<Known | undefined>(CACHE_SIZE)
  const source = new ByteSource(new Uint8Array(0))
  return (body: Uint8Array, length: number): Named => {
    const last = body[NAME_AT + length - 1] ?? 0
    const at = (body[0]! * 7 + length * 5 + last) % CACHE_SIZE
    const known = cache[at]
    if (known !== undefined && isSame(body, length, known)) return known.named
    source.reset(body)
    const serviceId = source.u8()
    source.raw(3)
    const named = registry.find(serviceId, source.text())
    if (named === undefined) throw new WireFault(`No structure has the service id ${serviceId}`)
    cache[at] = { serviceId, bytes: body.slice(NAME_AT, NAME_AT + length), named }
    return named
  }
}

/** Serves the calls of other members and of clients. */
export const serveCalls = (messenger: Messenger, registry: Registry, primary: Primary): void => {
  const find = createNames(registry)
  const source = new ByteSource(new Uint8Array(0))
  let request: Request | undefined

  messenger.onCall(GRID_KINDS.call, (peer: CallPeer, id, body) => {
    if (body.length < NAME_AT) throw new WireFault('A call ends too early')
    const partition = registry.partitions[(body[2]! << 8) | body[3]!]
    const length = (body[4]! << 24) | (body[5]! << 16) | (body[6]! << 8) | body[7]!
    const isWhole = length >= 0 && NAME_AT + length <= body.length
    if (!isWhole || partition === undefined) throw new WireFault('A call makes no sense')
    const named = find(body, length)
    const operation = body[1]!
    const given = body.subarray(NAME_AT + length)
    if (request === undefined) {
      request = { caller: peer, id, named, partition, operation, arguments: given }
    } else {
      request.caller = peer
      request.id = id
      request.named = named
      request.partition = partition
      request.operation = operation
      request.arguments = given
    }
    primary.run(request)
  })
  messenger.onCall(GRID_KINDS.cancel, (peer, _, body) => {
    source.reset(body)
    primary.parking.cancel(peer, source.u32())
  })
}
