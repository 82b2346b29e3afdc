/**
 * Ctrl-C, at any moment: the work is given up at once and the caller tidies up. Pressed again it ends the process
 * without further ado; the server's watchdog tidies up then.
 */
import { constants } from 'node:os'

/** Thrown into whatever waits. */
export class Interrupted extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super('interrupted')
    this.exitCode = exitCode
  }
}

export type Interruption = Disposable &
  Readonly<{
    /** What `work` brings, or the Interrupted error as soon as it is there. */
    orElse<T>(work: Promise<T>): Promise<T>
    /** Rejects with it. */
    awaited: Promise<never>
  }>

/** npm passes on what the terminal has sent already: one press arrives twice. */
const SAME_PRESS_MS = 500

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

type InterruptingSignal = (typeof SIGNALS)[number]

/** Listens until it is disposed of. `onHeard` is called once, before anybody else hears of the signal. */
export function listenForInterruption(onHeard: () => void): Interruption {
  const controller = new AbortController()
  const { signal } = controller
  let heardAt = 0
  const onSignal = (name: InterruptingSignal) => {
    if (signal.aborted) {
      if (performance.now() - heardAt > SAME_PRESS_MS) process.exit(exitCodeOf(name))
      return
    }
    heardAt = performance.now()
    onHeard()
    // A command that is under way listens as well, and would go on to the end of its batch.
    for (const each of SIGNALS) process.removeAllListeners(each).on(each, onSignal)
    controller.abort(new Interrupted(exitCodeOf(name)))
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  const aborted = new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  )
  // Nobody may be waiting at that moment.
  aborted.catch(() => undefined)
  return {
    orElse: (work) => Promise.race([work, aborted]),
    awaited: aborted,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, onSignal)
    },
  }
}

const exitCodeOf = (name: InterruptingSignal): number => 128 + constants.signals[name]
