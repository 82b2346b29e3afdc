/** Wires an engine whose runs are told to whoever the configuration names. Apart: a command that tells nobody loads no mail. */
import { type ComposeOptions, type OpenEngine, type Opening, openEngine } from './compose.ts'
import type { Emit } from './core/event.ts'
import type { NotifyConfig } from './core/notify-schema.ts'
import type { Policy } from './core/policy.ts'
import { type Archiver, createArchiver } from './engine/archiver.ts'
import { createNotifier, type Notifier } from './notify/notifier.ts'

/** Tells people; `await using` closes its connections. */
export function openNotifier(config: Telling, options: ComposeOptions = {}): Notifier & AsyncDisposable {
  const { database } = openEngine(config, options)
  const notifier = createNotifier(config.notify, { database, policies: config.policies })
  return { ...notifier, [Symbol.asyncDispose]: () => database.close() }
}

type Telling = Opening & Readonly<{ policies: readonly Policy[]; notify: NotifyConfig }>

export type TellingOptions = ComposeOptions &
  Readonly<{
    /** Also looks every few seconds for what others left untold, and writes the summaries: for a service. */
    rounds?: boolean
    /** Hears what went wrong with telling. */
    onProblem?: (code: string) => void
  }>

/** Its `notifier` is the one that tells. */
export type TellingEngine = OpenEngine & Readonly<{ notifier: Notifier }>

/** An engine, and whoever the configuration names is told of what happens, at the latest when it is closed. */
export function openTellingEngine(config: Telling, options: TellingOptions = {}): TellingEngine {
  const { emit, rounds = false, onProblem } = options
  const hear: Emit = (event) => {
    emit?.(event)
    notifier.hear(event)
  }
  const engine = openEngine(config, { ...options, emit: hear })
  const deps = { database: engine.database, policies: config.policies }
  const notifier = createNotifier(config.notify, onProblem === undefined ? deps : { ...deps, onProblem })
  const closing = new AbortController()
  const going = rounds ? notifier.start(closing.signal) : Promise.resolve()
  const close = async () => {
    closing.abort()
    await going
    await notifier.settle()
    await engine[Symbol.asyncDispose]()
  }
  return { ...engine, notifier, [Symbol.asyncDispose]: close }
}

/** The verbs on such an engine. */
export function openTellingArchiver(config: Telling, options: TellingOptions = {}): Archiver & AsyncDisposable {
  const engine = openTellingEngine(config, options)
  return { ...createArchiver(engine), [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() }
}
