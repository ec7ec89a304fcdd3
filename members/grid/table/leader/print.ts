import { isLostIn } from '../row.ts'
import { type LeaderState, migrationsLeft, unsyncedRows } from './state.ts'

const wide = (value: number, digits: number): string => String(value).padStart(digits, '0')

/** The state in one line of fixed width, for traces and golden scripts. */
export const printLeader = (state: LeaderState): string => {
  const { phase, epoch, viewVersion, members, replicasWanted, rows } = state
  const moving = rows.filter((row) => row?.next !== undefined).length
  const lost = rows.filter((row) => row !== undefined && isLostIn(row)).length
  return [
    phase.padEnd(9),
    `view ${wide(epoch, 3)}.${wide(viewVersion, 3)}`,
    `members ${wide(members.length, 2)}-${wide(state.leaving.size, 2)}`,
    `replicas ${wide(replicasWanted, 1)}`,
    `rows ${wide(rows.filter((row) => row !== undefined).length, 5)}`,
    `awaited ${wide(state.awaited.size, 2)}`,
    `unsynced ${wide(unsyncedRows(state), 5)}`,
    `queue ${wide(migrationsLeft(state), 5)}`,
    `moving ${wide(moving, 4)}`,
    `handovers ${wide(state.handovers.size, 4)}`,
    `lost ${wide(lost, 4)}`,
  ].join('  ')
}
