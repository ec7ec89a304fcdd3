import type { EngineError } from '../../../runtime/errors/index.ts'
import type { Address, Host } from '../../../runtime/host/index.ts'
import {
  createMessenger,
  type MemberIdentity,
  type Messenger,
  type MessengerOptions,
  type WireSettings,
} from '../../../members/wire/index.ts'
import type { Machine, SimWorld } from '../../sim/host/index.ts'

export const PORT = 5801

export const SETTINGS: WireSettings = {
  clusterName: 'north',
  partitionCount: 271,
  secret: 'open sesame',
  versions: { oldest: 1, newest: 1 },
}

/** A messenger with all that its events told. */
export interface Member {
  readonly messenger: Messenger
  readonly connected: string[]
  readonly disconnected: { readonly host: string; readonly reason: EngineError | undefined }[]
  readonly refused: EngineError[]
  readonly bugs: unknown[]
}

export const startMember = async (
  host: Host,
  address: Address,
  change: Partial<MessengerOptions> = {},
): Promise<Member> => {
  const connected: string[] = []
  const disconnected: Member['disconnected'] = []
  const refused: EngineError[] = []
  const bugs: unknown[] = []
  const messenger = await createMessenger({
    host,
    settings: SETTINGS,
    listenOn: address,
    events: {
      onConnected: (peer: MemberIdentity) => connected.push(peer.address.host),
      onDisconnected: (peer, reason) => disconnected.push({ host: peer.address.host, reason }),
      onRefused: (_address, reason) => refused.push(reason),
      onBug: (error) => bugs.push(error),
    },
    ...change,
  })
  return { messenger, connected, disconnected, refused, bugs }
}

/** Machines of a world, each with a member, by name. */
export const startMembers = async <Name extends string>(
  world: SimWorld,
  names: readonly Name[],
  change: Partial<MessengerOptions> = {},
) => {
  const members = {} as Record<Name, Member & { readonly machine: Machine }>
  for (const name of names) {
    const machine = world.machine(name)
    const member = await startMember(machine.host, addressOf(name), change)
    members[name] = { ...member, machine }
  }
  return members
}

export const addressOf = (name: string): Address => ({ host: name, port: PORT })

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const text = (body: Uint8Array): string => new TextDecoder().decode(body)

/** The code that `action` rejects with; `none` when it does not. */
export const codeOf = async (action: Promise<unknown>): Promise<string> => {
  try {
    await action
    return 'none'
  } catch (thrown) {
    return String((thrown as { code?: string }).code ?? thrown)
  }
}
