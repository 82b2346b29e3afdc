/**
 * From facts to notices, each once: the ends of runs as the journal has them, runs that did not begin, slots that were
 * missed. Whoever looks first tells; incidents open and close in the same transaction.
 */
import type { RefusedBy } from '../core/event.ts'
import type { RunRecord } from '../core/history.ts'
import type { Message } from '../core/message.ts'
import type { Incident, NoticeKind, OpenIncident } from '../core/notice.ts'
import { type Alert, hearsAlert, type NotifyConfig } from '../core/notify-schema.ts'
import type { Policy } from '../core/policy.ts'
import { policyChanges } from '../core/policy-changes.ts'
import type { Database, Session } from '../db/database.ts'
import { readRun } from '../db/journal/history.ts'
import { readChannelsOf, readOpenIncidents, takeUntoldRuns, tell, type UntoldRun } from '../db/journal/notice.ts'
import { readDefinition } from '../db/journal/policy-version.ts'
import { causesOfRunSql, closeNoticeSql, lockNoticesSql, untoldMissedSlotsSql } from '../sql/journal/notice.sql.ts'
import { nowSql } from '../sql/journal/run.sql.ts'
import { missedMessage, recoveredMessage, refusedMessage, runMessage } from './alert-message.ts'
import { policyChangedMessage, type StageChange, stageMessage } from './change-message.ts'
import { endedBy, refusalKind, stepOf } from './incident.ts'
import type { Voice } from './voice.ts'

export type Teller = Readonly<{ database: Database; config: NotifyConfig; voice: (policy: Policy) => Promise<Voice> }>

/** Tells of every run of the policy whose end nobody has told; returns how many runs were looked at. */
export async function tellOfRuns({ database, config, voice }: Teller, policy: Policy): Promise<number> {
  // Before the transaction: it may ask the database itself.
  const telling = { config, voice: await voice(policy) }
  return database.transaction({}, async (session) => {
    await session.execute(lockNoticesSql(policy.name))
    const untold = await takeUntoldRuns(session, policy.name)
    for (const each of untold) await tellOfRun(session, telling, policy, each)
    return untold.length
  })
}

type Telling = Readonly<{ config: NotifyConfig; voice: Voice }>

async function tellOfRun(session: Session, telling: Telling, policy: Policy, { run, hash, previousHash }: UntoldRun) {
  const record = await readRun(session, policy.name, run)
  if (record === null) return
  if (hash !== null && previousHash !== null && hash !== previousHash)
    await tellOfChange(session, telling, record, previousHash, hash)
  const { status } = record
  if (status === 'running' || status === 'paused') return
  const open = await readOpenIncidents(session, policy.name)
  const over = endedBy(status, open)
  for (const each of over) await session.execute(closeNoticeSql(each.id))
  if (status === 'success') await tellOfRecovery(session, telling, record, over)
  else {
    const causes = (await session.rows(causesOfRunSql(run))).map(({ code, count }) => ({ code, count: Number(count) }))
    const message = runMessage(telling.voice, record, causes)
    await tellOfIncident(
      session,
      telling.config,
      { policy: policy.name, kind: status, incident: 'run', key: `run:${run}`, message },
      open,
    )
  }
}

async function tellOfChange(session: Session, { config, voice }: Telling, run: RunRecord, from: string, to: string) {
  const changes = policyChanges(await readDefinition(session, from), await readDefinition(session, to))
  const message = policyChangedMessage(voice, {
    policy: run.policy,
    run: run.run,
    from,
    to,
    changes,
    at: voice.instant(run.startedAt),
  })
  await tell(session, {
    policy: run.policy,
    kind: 'policy-changed',
    key: `policy:${run.policy}:${run.run}`,
    incident: null,
    partOf: null,
    message,
    channels: listeners(config, 'policy-changed'),
  })
}

/** To whoever heard the beginning, and to nobody else. */
async function tellOfRecovery(
  session: Session,
  { config, voice }: Telling,
  run: RunRecord,
  over: readonly OpenIncident[],
) {
  if (over.length === 0) return
  const heard = await Promise.all(over.map(({ id }) => readChannelsOf(session, id)))
  const known = config.channels.map(({ name }) => name)
  await tell(session, {
    policy: run.policy,
    kind: 'recovered',
    key: `recovered:${run.run}`,
    incident: null,
    partOf: null,
    message: recoveredMessage(voice, run, over),
    channels: [...new Set(heard.flat())].filter((name) => known.includes(name)),
  })
}

type IncidentTelling = Readonly<{
  policy: string
  kind: NoticeKind & Alert
  incident: Incident
  key: string
  message: Message
}>

async function tellOfIncident(
  session: Session,
  config: NotifyConfig,
  { policy, kind, incident, key, message }: IncidentTelling,
  openOnes: readonly OpenIncident[],
): Promise<void> {
  const open = openOnes.find((each) => each.incident === incident)
  const step = stepOf(open, kind)
  if (step === 'instead' && open !== undefined) await session.execute(closeNoticeSql(open.id))
  const isRepeat = step === 'repeat' && open !== undefined
  await tell(session, {
    policy,
    kind,
    key,
    incident,
    partOf: isRepeat ? open.id : null,
    message,
    channels: isRepeat ? [] : listeners(config, kind),
  })
}

const listeners = ({ channels }: NotifyConfig, alert: Alert): readonly string[] =>
  channels.filter((channel) => hearsAlert(channel, alert)).map(({ name }) => name)

/** A run that did not begin; each time it is tried is one more of the same incident. */
export async function tellOfRefusal(teller: Teller, policy: Policy, error: RefusedBy): Promise<void> {
  const kind = refusalKind(error.code)
  if (kind !== 'guard' && kind !== 'drift' && kind !== 'refused') return
  const voice = await teller.voice(policy)
  await teller.database.transaction({}, async (session) => {
    await session.execute(lockNoticesSql(policy.name))
    const { now } = await session.one(nowSql)
    const message = refusedMessage(voice, { policy: policy.name, kind, error, at: voice.instant(now) })
    const key = `refused:${policy.name}:${now}`
    const open = await readOpenIncidents(session, policy.name)
    await tellOfIncident(session, teller.config, { policy: policy.name, kind, incident: 'refused', key, message }, open)
  })
}

/** Slots that the scheduler found to be missed; each is told once, however many processes look. */
export async function tellOfMissedSlots(teller: Teller, policy: Policy): Promise<number> {
  const voice = await teller.voice(policy)
  return teller.database.transaction({}, async (session) => {
    await session.execute(lockNoticesSql(policy.name))
    const slots = await session.rows(untoldMissedSlotsSql(policy.name))
    const { now } = await session.one(nowSql)
    for (const { slot, caught_up } of slots) {
      const missed = { policy: policy.name, slot, catchUp: caught_up === 'true', at: voice.instant(now) }
      const message = missedMessage(voice, missed)
      const key = `missed:${policy.name}:${slot}`
      const telling = { policy: policy.name, kind: 'missed', incident: 'missed', key, message } as const
      await tellOfIncident(session, teller.config, telling, await readOpenIncidents(session, policy.name))
    }
    return slots.length
  })
}

/** A stage that somebody changed; why stands in the audit log, for its words are anybody's. */
export async function tellOfStage(teller: Teller, policy: Policy, change: StageChange): Promise<void> {
  const voice = await teller.voice(policy)
  await teller.database.transaction({}, async (session) => {
    const { now } = await session.one(nowSql)
    await tell(session, {
      policy: policy.name,
      kind: 'policy-changed',
      key: `stage:${policy.name}:${now}`,
      incident: null,
      partOf: null,
      message: stageMessage(voice, { policy: policy.name, ...change, at: voice.instant(now) }),
      channels: listeners(teller.config, 'policy-changed'),
    })
  })
}
