/** The disk is full in the midst of a batch, and has room again afterwards. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Fault, type Stage, whileStanding } from '../stage.ts'

const DISK_FULL = '53100'
const PATIENCE_MS = 5000
const LOOK_MS = 20

/** How often the server has refused something to the archivers for want of room. */
const refusals = ({ crew }: Stage): number =>
  crew.archivers.reduce(
    (sum, { worker }) =>
      sum + [...worker.said].reduce((own, [words, times]) => own + (words.includes(DISK_FULL) ? times : 0), 0),
    0,
  )

/** Counts only if the server said that there was no room: a batch may fit into what its tables have left. */
export const DISK_FULL_FAULT: Fault = {
  kind: 'disk full in the midst of a batch',
  strike: async (stage) => {
    const { disk } = stage
    if (disk === null) return false
    const before = refusals(stage)
    try {
      const isStanding = await whileStanding(stage, () => disk.fill().then(() => true), { points: ['related-locked'] })
      for (const end = Date.now() + PATIENCE_MS; isStanding && Date.now() < end; await delay(LOOK_MS))
        if (refusals(stage) > before) return true
      return false
    } finally {
      await disk.free()
    }
  },
}
