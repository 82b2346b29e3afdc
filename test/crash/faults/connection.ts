/** Faults of the network: the connection of an open batch is cut by the worker's proxy. */
import { setTimeout as delay } from 'node:timers/promises'
import type { CutPlace } from '../proxy.ts'
import type { Fault } from '../stage.ts'

const PATIENCE_MS = 8000
/** A batch has some fifteen statements after its first row locks. */
const MOST_STATEMENTS = 12

const cut = (kind: string, place: CutPlace): Fault => ({
  kind,
  strike: async ({ crew, random }) => {
    const giveUp = new AbortController()
    const hands = random.chance(3 / 4) ? crew.archivers : [crew.restorer]
    const statement = 1 + random.below(MOST_STATEMENTS)
    const late = delay(PATIENCE_MS, false, { signal: giveUp.signal }).catch(() => false)
    const isCut = await Promise.race([late, ...hands.map(({ proxy }) => proxy.cut(place, statement, giveUp.signal))])
    giveUp.abort()
    return isCut
  },
})

export const CONNECTION_FAULTS = {
  midway: cut('connection cut at a statement of a batch', 'at a statement'),
  beforeCommit: cut('connection cut before COMMIT', 'before COMMIT'),
  beforeReply: cut('connection cut after COMMIT, before its reply', 'before its reply'),
}
