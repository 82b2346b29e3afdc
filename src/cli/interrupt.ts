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

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export function catchInterrupts(say: (text: string) => void): Interrupts {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted)
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
