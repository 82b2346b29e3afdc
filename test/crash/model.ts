/**
 * What the writers know of their rows. After each operation a row can be in one or more states: an acknowledged one
 * leaves one, an unknown one (its connection was lost) adds what it would have made. Pure: no database, no clock.
 */
import { keyOf, type Place } from './content.ts'

/** A row's version; null where it is not there. */
export type State = number | null

/** `to`: the state that the operation makes of the row. */
export type Change = Readonly<{ place: Place; to: State }>

/** What the writer was told. `touched`: keys of the rows that the server said it changed. */
export type Outcome =
  | Readonly<{ kind: 'acknowledged'; touched: ReadonlySet<string> }>
  | Readonly<{ kind: 'failed' }>
  | Readonly<{ kind: 'unknown' }>

export type Known = Readonly<{
  place: Place
  states: ReadonlySet<State>
  /** When at the latest the row was committed if it was, in milliseconds; null before the first word of it. */
  since: number | null
}>

/** Whether a customer may have an open hold, and since when it must have been there. */
export type KnownHold = Readonly<{ open: ReadonlySet<boolean>; since: number }>

export class Model {
  readonly rows = new Map<string, Known>()
  readonly holds = new Map<number, KnownHold>()
  acknowledged = 0

  /** One transaction of a writer; `at`: when he knew of its end. */
  settle(changes: readonly Change[], outcome: Outcome, at: number): void {
    if (outcome.kind === 'acknowledged') this.acknowledged += 1
    for (const { place, to } of changes) {
      const key = keyOf(place)
      const before = this.rows.get(key) ?? { place, states: new Set<State>([null]), since: null }
      const states = statesAfter(before.states, to, outcome, key)
      this.rows.set(key, { place, states, since: before.since ?? (outcome.kind === 'failed' ? null : at) })
    }
  }

  settleHold(customer: number, open: boolean, outcome: 'acknowledged' | 'unknown', at: number): void {
    if (outcome === 'acknowledged') this.acknowledged += 1
    const before = this.holds.get(customer)?.open ?? new Set([false])
    const states = outcome === 'acknowledged' ? new Set([open]) : new Set([...before, open])
    this.holds.set(customer, { open: states, since: at })
  }

  /** The one state of a row; undefined where there may be several, or the row was never heard of. */
  certain(place: Pick<Place, 'table' | 'id'>): State | undefined {
    const states = this.rows.get(keyOf(place))?.states
    return states?.size === 1 ? [...states][0] : undefined
  }
}

function statesAfter(before: ReadonlySet<State>, to: State, outcome: Outcome, key: string): ReadonlySet<State> {
  if (outcome.kind === 'failed') return before
  if (outcome.kind === 'unknown') return new Set([...before, to])
  // A statement that hit no row found it archived, or not there.
  return outcome.touched.has(key) ? new Set([to]) : before
}
