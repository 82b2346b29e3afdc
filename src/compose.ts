/** Wires the engine: a configuration's database, a listener for events, real pauses. The one place that opens it. */
import { setTimeout as delay } from 'node:timers/promises'
import { MothballError } from './core/errors/index.ts'
import type { Emit } from './core/event.ts'
import type { NotifyConfig } from './core/notify-schema.ts'
import type { Policy } from './core/policy.ts'
import { openDatabase } from './db/open-database.ts'
import { type Archiver, createArchiver } from './engine/archiver.ts'
import { type Engine, INERT_SIGNALS } from './engine/ports.ts'
import { createNotifier, type Notifier } from './notify/notifier.ts'

export type ComposeOptions = Readonly<{
  /** Hears what happens in runs; must not throw. */
  emit?: Emit
  /** Shown in pg_stat_activity. */
  applicationName?: string
  /** At the most; default: what one command needs. */
  maxConnections?: number
}>

/** To be used with `await using`, which closes the connections. */
export type OpenEngine = Engine & AsyncDisposable

/** Which database; `choices` are the names of several, where none is chosen. */
export type Opening = Readonly<{ database: Readonly<{ url: string | null; choices?: readonly string[] }> }>

/**
 * Connects at the first statement. Throws `database_url_missing` where the configuration names no database,
 * `database_ambiguous` where it names several and none is chosen.
 */
export function openEngine({ database: { url, choices = [] } }: Opening, options: ComposeOptions = {}): OpenEngine {
  if (url === null && choices.length > 0) throw new MothballError('database_ambiguous', { known: choices.join(', ') })
  if (url === null) throw new MothballError('database_url_missing')
  const { emit = () => undefined, applicationName = 'mothball', maxConnections } = options
  const limit = maxConnections === undefined ? {} : { maxConnections }
  const database = openDatabase({ url, applicationName, ...limit })
  const sleep = (milliseconds: number, signal?: AbortSignal) =>
    delay(milliseconds, undefined, { signal }).catch(() => undefined)
  return {
    database,
    emit,
    signals: INERT_SIGNALS,
    pause: { sleep },
    [Symbol.asyncDispose]: () => database.close(),
  }
}

/** Tells people; `await using` closes its connections. */
export function openNotifier(config: Telling, options: ComposeOptions = {}): Notifier & AsyncDisposable {
  const { database } = openEngine(config, options)
  const notifier = createNotifier(config.notify, { database, policies: config.policies })
  return { ...notifier, [Symbol.asyncDispose]: () => database.close() }
}

type Telling = Opening & Readonly<{ policies: readonly Policy[]; notify: NotifyConfig }>

/** The verbs on a configuration's database; `await using` closes its connections. */
export function openArchiver(config: Opening, options: ComposeOptions = {}): Archiver & AsyncDisposable {
  const engine = openEngine(config, options)
  return { ...createArchiver(engine), [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() }
}

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
