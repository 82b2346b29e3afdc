/**
 * The one that tells people: hears what happens, looks into the journal for what nobody has told yet, writes summaries
 * that are due, and sends. Any process may have one, and several at once send nothing twice. Nothing here fails a run.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { MothballError } from '../core/errors/index.ts'
import type { ArchiveEvent, Emit } from '../core/event.ts'
import type { Digest, NotifyConfig } from '../core/notify-schema.ts'
import { type Policy, policyZone } from '../core/policy.ts'
import type { Database } from '../db/database.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { serverZone } from '../engine/doctor.ts'
import type { Channel } from './channel.ts'
import { channelsOf } from './channels.ts'
import { writeDueDigests } from './digest.ts'
import { type Delivered, deliverDue } from './fan-out.ts'
import { type Teller, tellOfMissedSlots, tellOfRefusal, tellOfRuns, tellOfStage } from './tell.ts'
import { type TestedChannel, testChannels } from './test-message.ts'
import { voiceOf } from './voice.ts'

export type NotifierDeps = Readonly<{
  database: Database
  policies: readonly Policy[]
  /** Instead of those of the configuration. */
  channels?: readonly Channel[]
  /** Hears what went wrong with telling; must not throw. The code is safe to show. */
  onProblem?: (code: string) => void
}>

export type Tick = Delivered & Readonly<{ runs: number; digests: readonly Digest[] }>

export type Notifier = Readonly<{
  /** For the engine's `emit`: returns at once, never throws. */
  hear: Emit
  /** One round: what nobody has told, summaries that are due, deliveries that are due. */
  tick(signal?: AbortSignal): Promise<Tick>
  /** Rounds until the signal ends them: every `everyMs`, and at once when something was heard. */
  start(signal: AbortSignal, everyMs?: number): Promise<void>
  /** Resolves when what was heard, and every run that has ended, is told and was tried to be sent once. No summaries. */
  settle(): Promise<void>
  /** Whom the configuration tells, by the names of their channels. */
  channels: readonly Pick<Channel, 'name' | 'kind'>[]
  /** A trial message to the named channel, or to all; past the journal. */
  test(channel?: string): Promise<readonly TestedChannel[]>
}>

/** How often somebody looks whether a summary or a delivery is due. */
const TICK_MS = 15_000

/** Opens nothing and sends nothing by itself: `start` or `tick` does. */
export function createNotifier(config: NotifyConfig, deps: NotifierDeps): Notifier {
  const { database, policies, onProblem = () => undefined } = deps
  const channels = deps.channels ?? channelsOf(config)
  const zone = zoneOf(config, database)
  const teller: Teller = { database, config, voice: async (policy) => voiceOf(config, await zone(policy)) }
  const names = policies.map(({ name }) => name)
  const heard = new Set<Promise<void>>()
  let woken = new AbortController()

  const quietly = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => onProblem(error instanceof MothballError ? error.code : 'unexpected'))

  const hear: Emit = (event) => {
    const work = onEvent(teller, policies, event)
    if (work === null) return
    const told = quietly(work()).then(() => {
      heard.delete(told)
      woken.abort()
    })
    heard.add(told)
  }

  const deliver = (signal?: AbortSignal) =>
    deliverDue({ database, channels, policies: names, timeoutMs: config.timeoutMs }, signal)

  const tellOfAll = async (): Promise<number> => {
    await database.transaction({}, requireJournal)
    let runs = 0
    for (const policy of policies) {
      await tellOfMissedSlots(teller, policy)
      runs += await tellOfRuns(teller, policy)
    }
    return runs
  }

  const tick = async (signal?: AbortSignal): Promise<Tick> => {
    const runs = await tellOfAll()
    const digests: Digest[] = []
    for (const policy of policies) digests.push(...(await writeDueDigests(teller, policy)))
    return { runs, digests, ...(await deliver(signal)) }
  }

  return {
    channels: channels.map(({ name, kind }) => ({ name, kind })),
    hear,
    tick,
    start: async (signal, everyMs = TICK_MS) => {
      while (!signal.aborted) {
        woken = new AbortController()
        await quietly(tick(signal).then(() => undefined))
        // Ended early by the signal, or by something that was heard meanwhile.
        await delay(everyMs, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined)
      }
    },
    settle: async () => {
      await Promise.all([...heard])
      await quietly(tellOfAll().then(async () => void (await deliver())))
    },
    test: async (channel) => {
      return testChannels({ channels, voice: voiceOf(config, await zone()) }, channel)
    },
  }
}

/** What leaves no row of its own is told from the event; the others only wake whoever looks into the journal. */
function onEvent(teller: Teller, policies: readonly Policy[], event: ArchiveEvent): (() => Promise<void>) | null {
  if (WAKING.includes(event.kind)) return () => Promise.resolve()
  if (event.kind !== 'run-refused' && event.kind !== 'stage-changed') return null
  const policy = policies.find(({ name }) => name === event.policy)
  if (policy === undefined) return null
  return () =>
    event.kind === 'run-refused' ? tellOfRefusal(teller, policy, event.error) : tellOfStage(teller, policy, event)
}

const WAKING: readonly ArchiveEvent['kind'][] = ['run-ended', 'run-reconciled', 'slots-missed']

/** The configuration's zone, else the policy's, else the database's own, which is asked for once. */
function zoneOf(config: NotifyConfig, database: Database): (policy?: Policy) => Promise<string> {
  let own: Promise<string> | null = null
  return async (policy) => {
    const named = config.zone ?? (policy === undefined ? null : policyZone(policy))
    if (named !== null) return named
    own ??= serverZone({ database }).catch((error: unknown) => {
      own = null
      throw error
    })
    return own
  }
}
