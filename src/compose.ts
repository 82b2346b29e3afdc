/** Wires the engine: a configuration's database, a listener for events, real pauses. The one place that opens it. */
import { setTimeout as delay } from 'node:timers/promises'
import { type ColdOptions, keysOf } from './cold/options.ts'
import { MothballError } from './core/errors/index.ts'
import type { Emit } from './core/event.ts'
import { openDatabase } from './db/open-database.ts'
import { type Archiver, createArchiver } from './engine/archiver.ts'
import type { ColdVault } from './engine/cold/vault.ts'
import { type Engine, INERT_SIGNALS } from './engine/ports.ts'

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
export type Opening = Readonly<{
  database: Readonly<{ url: string | null; choices?: readonly string[] }>
  cold?: ColdOptions
}>

/**
 * Connects at the first statement. Throws `database_url_missing` where the configuration names no database,
 * `database_ambiguous` where it names several and none is chosen.
 */
export function openEngine(
  { database: { url, choices = [] }, cold = {} }: Opening,
  options: ComposeOptions = {},
): OpenEngine {
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
    contactKeys: keysOf(cold.contacts),
    ...(hasPlace(cold) ? { vault: () => openVault(cold) } : {}),
    [Symbol.asyncDispose]: () => database.close(),
  }
}

const hasPlace = ({ directory, s3 }: ColdOptions): boolean => directory !== undefined || s3 !== undefined

/** Loaded on demand: DuckDB and the S3 client are large, and few verbs need them. */
async function openVault(cold: ColdOptions): Promise<ColdVault> {
  return (await import('./cold/open-vault.ts')).openVault(cold)
}

/** The verbs on a configuration's database; `await using` closes its connections. */
export function openArchiver(config: Opening, options: ComposeOptions = {}): Archiver & AsyncDisposable {
  const engine = openEngine(config, options)
  return { ...createArchiver(engine), [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose]() }
}
