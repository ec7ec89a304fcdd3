import {
  type CallPeer,
  type Messenger,
  type MovingPiece,
  type Piece,
  WireFault,
} from '../../wire/index.ts'
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

const isSame = ({ memory, start }: Piece, length: number, known: Known): boolean => {
  const { bytes, serviceId } = known
  if (bytes.length !== length || memory[start] !== serviceId) return false
  for (let at = 0; at < length; at += 1) {
    if (memory[start + NAME_AT + at] !== bytes[at]) return false
  }
  return true
}

/** Finds structures by the bytes of their names, without making a text of them each time. */
const createNames = (registry: Registry) => {
  const cache = new Array<Known | undefined>(CACHE_SIZE)
  const source = new ByteSource(new Uint8Array(0))
  return (body: Piece, length: number): Named => {
    const { memory, start, end } = body
    const last = memory[start + NAME_AT + length - 1] ?? 0
    const at = (memory[start]! * 7 + length * 5 + last) % CACHE_SIZE
    const known = cache[at]
    if (known !== undefined && isSame(body, length, known)) return known.named
    source.reset(memory, start, end)
    const serviceId = source.u8()
    source.raw(3)
    const named = registry.find(serviceId, source.text())
    if (named === undefined) throw new WireFault(`No structure has the service id ${serviceId}`)
    const nameAt = start + NAME_AT
    cache[at] = { serviceId, bytes: memory.slice(nameAt, nameAt + length), named }
    return named
  }
}

/** Serves the calls of other members and of clients. */
export const serveCalls = (messenger: Messenger, registry: Registry, primary: Primary): void => {
  const find = createNames(registry)
  const source = new ByteSource(new Uint8Array(0))
  let request: Request | undefined

  const given: MovingPiece = { memory: new Uint8Array(0), start: 0, end: 0 }

  messenger.onCall(GRID_KINDS.call, (peer: CallPeer, id, body) => {
    const { memory, start, end } = body
    if (end - start < NAME_AT) throw new WireFault('A call ends too early')
    source.reset(memory, start + 1, end)
    const operation = source.u8()
    const partition = registry.partitions[source.u16()]
    const length = source.u32()
    const isWhole = start + NAME_AT + length <= end
    if (!isWhole || partition === undefined) throw new WireFault('A call makes no sense')
    const named = find(body, length)
    given.memory = memory
    given.start = start + NAME_AT + length
    given.end = end
    if (request === undefined) {
      request = { caller: peer, id, named, partition, operation, arguments: given }
    } else {
      request.caller = peer
      request.id = id
      request.named = named
      request.partition = partition
      request.operation = operation
    }
    primary.run(request)
  })
  messenger.onCall(GRID_KINDS.cancel, (peer, _, body) => {
    source.reset(body.memory, body.start, body.end)
    primary.parking.cancel(peer, source.u32())
  })
}
