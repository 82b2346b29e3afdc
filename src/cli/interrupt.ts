/**
 * Ctrl-C once stops at the end of the batch that is open, and says so; twice leaves at once, and the server rolls
 * that batch back. A terminal that closes, or a service manager that stops us, counts as the first.
 */
import { EXIT } from '../core/errors/index.ts'

export type Interrupts = Readonly<{
  signal: AbortSignal
  /** Gives Ctrl-C back its usual meaning. */
  [Symbol.dispose](): void
}>

/** One press can arrive twice: from the terminal, and from a parent such as npx that passes it on. */
const SAME_PRESS_MS = 250

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function catchInterrupts(say: (text: string) => void): Interrupts {
  const controller = new AbortController()
  let pressedAt = Number.NEGATIVE_INFINITY
  const onSignal = () => {
    const sincePress = performance.now() - pressedAt
    if (sincePress < SAME_PRESS_MS) return
    if (controller.signal.aborted) {
      say('left at once: the batch that was open is rolled back')
      process.exit(EXIT.interrupted)
    }
    pressedAt = performance.now()
    say('stopping at the end of this batch; Ctrl-C again leaves at once, and the batch is rolled back')
    controller.abort()
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, onSignal)
    },
  }
}
