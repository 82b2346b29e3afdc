/** What became of a set of subjects, added up from batch to batch; and the stop for a cause that fails everything. */
import { MothballError } from '../../core/errors/index.ts'
import { addSwept, NOTHING_SWEPT, type Swept, type SweptBatches } from '../../core/late.ts'
import type { OrderedKeys } from '../../sql/ordered-keys.sql.ts'

export type Outcome = Readonly<{
  moved: number
  failed: number
  /** No longer eligible when they were judged under locks. */
  becameActive: number
  /** Eligible, but held by others: worth another pass. */
  deferred: readonly OrderedKeys[]
}>

export const NOTHING: Outcome = { moved: 0, failed: 0, becameActive: 0, deferred: [] }

export const addOutcomes = (a: Outcome, b: Outcome): Outcome => ({
  moved: a.moved + b.moved,
  failed: a.failed + b.failed,
  becameActive: a.becameActive + b.becameActive,
  deferred: [...a.deferred, ...b.deferred],
})

/** With so many failed, and more failed than moved, one cause stands behind them (a trigger, a constraint). */
const MANY_FAILURES = 100

/** Throws `too_many_failures` where a run would do no more than quarantine a table row by row. */
export class FailureShare {
  #failed = 0
  #moved = 0

  failed(count: number): void {
    this.#failed += count
    if (this.#failed >= MANY_FAILURES && this.#failed > this.#moved)
      throw new MothballError('too_many_failures', { failed: this.#failed, moved: this.#moved })
  }

  moved(count: number): void {
    this.#moved += count
  }
}

/** What the sweeps of a run have found and done, added up. */
export class LateAccount {
  #swept = NOTHING_SWEPT

  get swept(): Swept {
    return this.#swept
  }

  /** Without what only a look over everything knows. */
  get sweptBatches(): SweptBatches {
    const { rows, restored, followed } = this.#swept
    return { rows, restored, followed }
  }

  add(swept: Swept): void {
    this.#swept = addSwept(this.#swept, swept)
  }
}
