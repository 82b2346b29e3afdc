/**
 * Ctrl-C, at any moment: the work is given up at once and the caller tidies up. Pressed again it ends the process
 * without further ado; the server's watchdog tidies up then.
 */
import { constants } from 'node:os'

type InterruptingSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP'

/** Thrown into whatever waits. */
export class Interrupted extends Error {
  readonly exitCode: number

  constructor(name: InterruptingSignal) {
    super(`interrupted by ${name}`)
    this.exitCode = 128 + constants.signals[name]
  }
}

export type Interruption = Disposable &
  Readonly<{
    signal: AbortSignal
    /** What `work` brings, or the Interrupted error as soon as it is there. */
    orElse<T>(work: Promise<T>): Promise<T>
    /** Resolves at the signal. */
    awaited: Promise<void>
  }>

/** npm passes on what the terminal has sent already: one press arrives twice. */
const SAME_PRESS_MS = 500

const SIGNALS: readonly InterruptingSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Listens until it is disposed of. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController()
  const { signal } = controller
  let heardAt = 0
  const onSignal = (name: InterruptingSignal) => {
    if (!signal.aborted) {
      heardAt = performance.now()
      controller.abort(new Interrupted(name))
    } else if (performance.now() - heardAt > SAME_PRESS_MS) process.exit(128 + constants.signals[name])
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  const awaited = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  return {
    signal,
    awaited,
    orElse: (work) => Promise.race([work, awaited.then((): never => signal.throwIfAborted() as never)]),
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, onSignal)
    },
  }
}
