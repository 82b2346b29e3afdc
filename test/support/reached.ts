/** Stops the engine at a point of a batch until the test lets it go on: tests wait for facts, not for time. */
import type { SignalPoint, Signals } from '../../src/engine/ports.ts'

/** Runs `work` the first time that the engine reaches `point`; the engine waits for it. */
export function once(point: SignalPoint, work: () => Promise<unknown>): Signals {
  let done = false
  return {
    reached: async (reached) => {
      if (reached !== point || done) return
      done = true
      await work()
    },
  }
}

/** A gate: the engine waits at `point` until `open()`; `arrived` resolves when it stands there. */
export function gateAt(point: SignalPoint): Readonly<{ signals: Signals; arrived: Promise<void>; open: () => void }> {
  const arrived = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const signals = once(point, async () => {
    arrived.resolve()
    await opened.promise
  })
  return { signals, arrived: arrived.promise, open: () => opened.resolve() }
}
