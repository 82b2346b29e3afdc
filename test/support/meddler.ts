/**
 * A second session that sets a hold, or releases one, at each statement boundary of an operation that it has not been
 * at before: on whom the operation has in hand there, or comes to next. The operation goes on when that is done, or
 * when it waits for a lock.
 */
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { MothballError } from '../../src/core/errors/index.ts'
import type { Tier } from '../../src/core/found.ts'
import { releaseHold, setHold } from '../../src/engine/hold.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { type CallCenter, testEngine } from './call-center.ts'
import { type StatementBoundary, stoppingDatabase } from './statement-boundaries.ts'

export type Change = 'set' | 'release'

/** Where he was when the hold was set, or why it was not; a release has `released`. */
export type Outcome = Tier | 'already_gone' | 'released' | 'not_found'

export type Try = Readonly<{ key: string; at: string; waited: boolean; outcome: Outcome }>

export type Meddling = Readonly<{
  change: Change
  /** Whom the operation has in hand, or comes to next, by what is committed; null: nobody any more. */
  next: () => Promise<string | null>
}>

/** The transactions that move or destroy begin so; the others read, or write the journal. */
const FIRST_OF_A_BATCH = 'set constraints all immediate'

/** Of the one customer that a batch of one is about; keys have four digits. */
const keyIn = (values: readonly unknown[]): string | null =>
  /[{["](1\d{3})["\]}]/.exec(JSON.stringify(values))?.[1] ?? null

export class Meddler {
  readonly engine: Engine
  readonly #center: CallCenter
  readonly #beside: Engine
  readonly #meddling: Meddling
  readonly #tries: Try[] = []
  readonly #seen = new Set<string>()
  /** The hold that waits for the operation. */
  #pending: Promise<void> | null = null
  /** The transaction that was meddled with last: a second try in it would be about another customer. */
  #done = 0
  /** Whom the batch has, as soon as one of its statements has named him. */
  #inHand: string | null = null

  constructor(t: TestContext, center: CallCenter, meddling: Meddling) {
    this.#center = center
    this.#beside = testEngine(t, center.db)
    this.#meddling = meddling
    const database = stoppingDatabase(center.engine.database, (boundary) => this.#at(boundary))
    this.engine = { ...center.engine, database }
  }

  /** Every try, when the last hold has its answer. */
  async tries(): Promise<readonly Try[]> {
    await this.#pending
    return this.#tries
  }

  async #at({ name, transaction, first, values }: StatementBoundary): Promise<void> {
    const isBatch = first === FIRST_OF_A_BATCH
    if (isBatch && name === first) this.#inHand = null
    if (isBatch) this.#inHand = keyIn(values) ?? this.#inHand
    if (this.#pending !== null || this.#done === transaction || this.#seen.has(name)) return
    // A read of the outset is before everything, wherever one stands in it.
    if (!isBatch && name !== first && !name.includes('COMMIT')) return
    // Long after COMMIT, once for each table.
    if (name.startsWith('vacuum')) return
    const key = (isBatch ? this.#inHand : null) ?? (await this.#meddling.next())
    if (key === null || this.#tries.some((each) => each.key === key)) return
    this.#done = transaction
    this.#seen.add(name)
    await this.#try(key, name)
  }

  async #try(key: string, at: string): Promise<void> {
    let waited = false
    let isDone = false
    const pending = this.#ask(key).then((outcome) => {
      this.#tries.push({ key, at, waited, outcome })
      isDone = true
      this.#pending = null
    })
    this.#pending = pending
    while (!isDone && !waited) {
      await delay(2)
      waited = !isDone && (await this.#someoneWaits())
    }
  }

  async #someoneWaits(): Promise<boolean> {
    const waiting = await this.#center.db.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    return waiting.length > 0
  }

  async #ask(key: string): Promise<Outcome> {
    const { policy } = this.#center
    try {
      if (this.#meddling.change === 'release') {
        await releaseHold(this.#beside, policy, { key, reason: 'closed', actor: 'legal' })
        return 'released'
      }
      return (await setHold(this.#beside, policy, { key, reason: 'case', actor: 'legal' })).tier
    } catch (error) {
      if (error instanceof MothballError && (error.code === 'already_gone' || error.code === 'not_found'))
        return error.code
      throw error
    }
  }
}
