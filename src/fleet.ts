/**
 * Every database of a configuration, opened for a service: each with its own connections, queue, journal, lease and
 * log. What one of them does is told under its name.
 */
import { openEngine } from './compose.ts'
import { openTellingEngine } from './compose-telling.ts'
import type { Config } from './config.ts'
import { choosePolicy } from './core/choose-policy.ts'
import { MothballError } from './core/errors/index.ts'
import type { ArchiveEvent } from './core/event.ts'
import { NOBODY } from './core/notify-schema.ts'
import type { Database } from './db/database.ts'
import { createArchiver } from './engine/archiver.ts'
import type { Engine } from './engine/ports.ts'
import { headsPlaceOf } from './jobs/audit-heads.ts'
import { startHeadRounds } from './jobs/head-rounds.ts'
import { openQueue } from './jobs/queue.ts'
import type { OnTrouble, Station } from './jobs/station.ts'
import type { Notifier } from './notify/notifier.ts'
import { folderOf } from './presets/databases.ts'

export type FleetOptions = Readonly<{
  /** Hears what happens in each database's runs; must not throw. */
  emit: (database: string, event: ArchiveEvent) => void
  onTrouble: OnTrouble
  /** Only this policy. */
  policy?: string | undefined
  /** Requests of each database that may be answered at once; at most this many connections beside those that work. */
  callers?: number
  /** Shown in pg_stat_activity. */
  applicationName?: string
}>

/**
 * A station, the engine that its verbs work with, and whoever tells people of it. `callers`: the connections by which
 * requests are answered, apart, so that no run waits behind a crowd of them.
 */
export type FleetDatabase = Station & Readonly<{ engine: Engine; notifier: Notifier; callers: Database }>

export type Fleet = Readonly<{ stations: readonly FleetDatabase[] }> & AsyncDisposable

/** A run needs its batches' connection and the heartbeat's; the rest is for looking at the clock and telling people. */
const CONNECTIONS_EACH = 3
const CONNECTIONS_BESIDE = 3

/** Connects at the first use. Throws `database_url_missing` where the configuration names no database. */
export function openFleet(
  {
    databases,
    policies,
    notify = NOBODY,
    cold = {},
    audit = { publicKeys: {} },
  }: Pick<Config, 'databases' | 'policies'> & Partial<Pick<Config, 'notify' | 'cold' | 'audit'>>,
  { emit, onTrouble, policy, callers = 1, applicationName }: FleetOptions,
): Fleet {
  if (databases.length === 0) throw new MothballError('database_url_missing')
  const chosen = policy === undefined ? policies : [choosePolicy(policies, policy)]
  const hands = chosen.reduce((sum, { parallel }) => sum + parallel, 0)
  const maxConnections = CONNECTIONS_BESIDE + CONNECTIONS_EACH * hands
  const named = applicationName === undefined ? {} : { applicationName }
  const opened = databases.map(({ name, url }) => {
    // Several databases have their names in what people are told.
    const title = databases.length > 1 ? [notify.title ?? '', name].join(' ').trim() : notify.title
    const telling = { database: { url }, policies: chosen, notify: { ...notify, title }, cold }
    const engine = openTellingEngine(telling, {
      emit: (event) => emit(name, event),
      onProblem: (code) => onTrouble(name, new MothballError('not_told', { code })),
      rounds: true,
      maxConnections,
      ...named,
    })
    const answers = openEngine({ database: { url } }, { maxConnections: callers, ...named })
    const queue = openQueue({ url, onTrouble: (error) => onTrouble(name, error) })
    const station = {
      name,
      engine,
      notifier: engine.notifier,
      callers: answers.database,
      archiver: createArchiver(engine),
      policies: chosen,
      queue,
    }
    const place = headsPlaceOf(audit.heads, engine.vault, folderOf(name))
    const rounds = place === null ? null : startHeadRounds({ name, archiver: station.archiver, place, onTrouble })
    const close = async () => {
      await rounds?.[Symbol.asyncDispose]()
      await Promise.all([engine[Symbol.asyncDispose](), answers[Symbol.asyncDispose]()])
    }
    return { ...station, close }
  })
  return {
    stations: opened,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(opened.map(({ queue }) => queue.close()))
      await Promise.all(opened.map(({ close }) => close()))
    },
  }
}
