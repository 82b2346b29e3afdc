/**
 * One slot, one run: by the policy's stage a dry run or a live one. A slot whose run lost its process is gone on with;
 * one that cannot run says why. Asked twice for the same slot, from wherever, it runs once.
 */
import { createHash } from 'node:crypto'
import { EXIT, hasCode, MothballError } from '../core/errors/index.ts'
import type { Policy } from '../core/policy.ts'
import type { RunResult } from '../core/run.ts'
import { readSlot } from '../db/journal/slot.ts'
import { releaseSlotSql, settleSlotSql } from '../sql/journal/slot.sql.ts'
import type { Engine } from './ports.ts'
import { adoptRun } from './run/adopt-run.ts'
import { closeInterrupted } from './run/reconcile.ts'
import { run } from './run/run.ts'
import { stageOf } from './stage.ts'

export type SlotOutcome =
  | Readonly<{ kind: 'ran' | 'adopted'; result: RunResult }>
  /** Somebody else has it, or nothing is due there. */
  | Readonly<{ kind: 'nothing' }>
  | Readonly<{ kind: 'skipped' | 'refused'; reason: string }>

export type SlotOptions = Readonly<{ signal?: AbortSignal }>

const ACTOR = 'schedule'
/** Between two tries to take over a run whose owner seems to live. */
const OWNER_LOOK_MS = 1000
const NOTHING: SlotOutcome = { kind: 'nothing' }

/** Throws only what may pass by itself (a connection, a server that restarts): then ask again. */
export async function runSlot(
  engine: Engine,
  policy: Policy,
  slot: string,
  options: SlotOptions = {},
): Promise<SlotOutcome> {
  for (;;) {
    const known = await readSlot(engine.database, policy.name, slot)
    if (known === null || known.ended) return NOTHING
    if (known.run === null) return known.state === 'due' ? startSlot(engine, policy, slot, options) : NOTHING
    const outcome = known.dryRun
      ? await takeBack(engine, policy, slot, known.run)
      : await goOn(engine, policy, known.run, options)
    if (outcome !== null) return outcome
  }
}

/** Ties the runs of one slot over the databases of a fleet. */
export const slotGroup = (policy: string, slot: string): string =>
  createHash('sha256').update(`${policy} ${slot}`).digest('hex').slice(0, 16)

async function startSlot(engine: Engine, policy: Policy, slot: string, { signal }: SlotOptions): Promise<SlotOutcome> {
  const { stage } = await stageOf(engine, policy)
  if (stage === 'paused') return settle(engine, policy, slot, 'skipped', 'policy_paused')
  const shadow = stage === 'shadow' ? { shadow: true } : {}
  const given = { slot, actor: ACTOR, group: slotGroup(policy.name, slot), ...shadow }
  try {
    const result = await run(engine, policy, signal === undefined ? given : { ...given, signal })
    return { kind: 'ran', result }
  } catch (error) {
    if (hasCode(error, 'slot_taken')) return NOTHING
    if (hasCode(error, 'already_running')) return settle(engine, policy, slot, 'skipped', error.code)
    if (error instanceof MothballError && error.exit === EXIT.refused)
      return settle(engine, policy, slot, 'refused', error.code)
    throw error
  }
}

async function settle(
  { database, emit }: Engine,
  policy: Policy,
  slot: string,
  kind: 'skipped' | 'refused',
  reason: string,
): Promise<SlotOutcome> {
  if ((await database.execute(settleSlotSql(policy.name, slot, kind, reason))) === 0) return NOTHING
  if (kind === 'skipped') emit({ kind: 'slot-skipped', policy: policy.name, slot, reason })
  else emit({ kind: 'slot-refused', policy: policy.name, slot, code: reason })
  return { kind, reason }
}

/** Null where it has ended meanwhile, or its owner seems to live: to be looked at again. */
async function goOn(
  engine: Engine,
  policy: Policy,
  number: number,
  { signal }: SlotOptions,
): Promise<SlotOutcome | null> {
  const given = signal === undefined ? {} : { signal }
  try {
    const adopted = await adoptRun(engine, policy, number, given)
    if (adopted === 'ended') return null
    if (adopted !== 'other policy') return { kind: 'adopted', result: adopted }
    // A run under today's version of the policy closes it, and takes the rest; the slot stays with the first.
    return { kind: 'ran', result: await run(engine, policy, { actor: ACTOR, ...given }) }
  } catch (error) {
    if (!hasCode(error, 'already_running') || signal?.aborted) throw error
    await engine.pause.sleep(OWNER_LOOK_MS, signal)
    return null
  }
}

/** A dry run that never ended has moved nothing: it is closed as interrupted, and another stands for the slot. */
async function takeBack(engine: Engine, policy: Policy, slot: string, number: number): Promise<null> {
  await closeInterrupted(engine, policy, { run: number, policy: policy.name, actor: ACTOR, dryRun: true })
  await engine.database.execute(releaseSlotSql(policy.name, slot, number))
  return null
}
