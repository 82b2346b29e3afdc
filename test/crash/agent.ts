/**
 * A writer with customers of his own: inserts, updates and deletes them and their related rows, makes AODs active,
 * sets and releases holds, one operation after the other, and notes in the model what he was told of each.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { hasCode } from '../../src/core/errors/index.ts'
import type { Policy } from '../../src/core/policy.ts'
import { releaseHold, setHold } from '../../src/engine/hold.ts'
import type { Engine } from '../../src/engine/ports.ts'
import { CUSTOMER, keyOf, nextVersion, type Place, RELATED } from './content.ts'
import type { Model } from './model.ts'
import type { Random } from './random.ts'
import type { Write, Writer } from './writer.ts'

export type AgentPlace = Readonly<{ engine: Engine; policy: Policy; model: Model; writer: Writer; random: Random }>

/** Keys of one agent; nobody else writes in this range. */
const KEYS_PER_AGENT = 1_000_000
/** A person works in seconds; this is as fast as keeps two cores busy and not overrun. */
const THINKING_MS = 12
const MOST_CHILDREN = 4

export class Agent {
  readonly #at: AgentPlace
  readonly #actor: string
  readonly #families = new Map<number, Place[]>()
  #lastKey: number

  constructor(number: number, at: AgentPlace) {
    this.#at = at
    this.#actor = `agent ${number}`
    this.#lastKey = number * KEYS_PER_AGENT
  }

  /** Works until `end` is aborted; the operation at hand is always brought to its end. */
  async work(end: AbortSignal): Promise<void> {
    const { random } = this.#at
    while (!end.aborted) {
      await this.#operate(random.below(100))
      await delay(random.below(2 * THINKING_MS))
    }
  }

  #operate(dice: number): Promise<void> {
    if (this.#families.size === 0 || dice < 30) return this.#insertFamilies()
    if (dice < 45) return this.#insertChild()
    if (dice < 60) return this.#update(this.#family()[0])
    if (dice < 80) return this.#update(this.#at.random.pick(this.#family()))
    if (dice < 86) return this.#deleteChild()
    if (dice < 90) return this.#deleteFamily()
    return this.#hold()
  }

  #key(): number {
    this.#lastKey += 1
    return this.#lastKey
  }

  #family(): Place[] {
    return this.#at.random.pick([...this.#families.values()])
  }

  async #insertFamilies(): Promise<void> {
    const { random } = this.#at
    const families = Array.from({ length: 1 + random.below(4) }, () => this.#newFamily())
    await this.#write(families.flat().map((place) => this.#insertOf(place)))
    for (const family of families) {
      const [customer] = family
      if (customer !== undefined && this.#at.model.certain(customer) !== null) this.#families.set(customer.id, family)
    }
  }

  #newFamily(): Place[] {
    const customer = this.#key()
    const family: Place[] = [{ table: CUSTOMER, id: customer, customer, plan: null }]
    for (let more = this.#at.random.below(MOST_CHILDREN + 1); more > 0; more -= 1) family.push(this.#newChild(family))
    return family
  }

  #newChild(family: readonly Place[]): Place {
    const customer = family[0]?.id ?? 0
    const table = this.#at.random.pick(RELATED)
    const plans = family.filter((place) => place.table === 'nic_cc_payment_plan' && this.#isThere(place, true))
    const plan = table === 'nic_cc_installment' && plans.length > 0 ? this.#at.random.pick(plans).id : null
    return { table, id: this.#key(), customer, plan }
  }

  /** One in six keeps its customer active from the start. */
  #insertOf(place: Place): Write {
    return { place, how: 'insert', to: nextVersion(0, this.#at.random.chance(1 / 6)) }
  }

  /** Certainly there; or, where nothing is known of it yet, about to be written. */
  #isThere(place: Place, orNew = false): boolean {
    const state = this.#at.model.certain(place)
    return state === undefined ? orNew && !this.#at.model.rows.has(keyOf(place)) : state !== null
  }

  async #insertChild(): Promise<void> {
    const family = this.#family()
    const [customer] = family
    if (customer === undefined || !this.#isThere(customer)) return
    const place = this.#newChild(family)
    await this.#write([this.#insertOf(place)])
    family.push(place)
  }

  async #update(place: Place | undefined): Promise<void> {
    const state = place === undefined ? undefined : this.#at.model.certain(place)
    if (place === undefined || state === undefined || state === null) return
    const keeping = this.#at.random.chance(1 / 4)
    await this.#write([{ place, how: 'update', to: nextVersion(state, keeping) }])
  }

  async #deleteChild(): Promise<void> {
    const family = this.#family()
    // A plan may have instalments; it goes with its family only.
    const children = family.slice(1).filter((each) => each.table !== 'nic_cc_payment_plan' && this.#isThere(each))
    if (children.length > 0) await this.#write([deletionOf(this.#at.random.pick(children))])
  }

  /** All rows in one transaction, children first. */
  async #deleteFamily(): Promise<void> {
    const family = this.#family()
    const [customer] = family
    if (customer === undefined || !family.every((place) => this.#at.model.certain(place) !== undefined)) return
    const rank = ({ table }: Place) => DELETED_IN_ORDER.indexOf(table)
    const inOrder = family.toSorted((a, b) => rank(a) - rank(b))
    await this.#write(inOrder.filter((place) => this.#isThere(place)).map(deletionOf))
    if (!this.#isThere(customer)) this.#families.delete(customer.id)
  }

  async #write(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return
    const outcome = await this.#at.writer.write(writes)
    this.#at.model.settle(writes, outcome, Date.now())
  }

  async #hold(): Promise<void> {
    const { engine, policy, model, random } = this.#at
    const [customer] = this.#family()
    if (customer === undefined) return
    const known = model.holds.get(customer.id)
    if (known !== undefined && known.open.size > 1) return
    const open = !(known?.open.has(true) ?? false)
    // Released more often than set would leave nobody to hold; set only now and then, or nobody would be archived.
    if (open && !random.chance(1 / 3)) return
    const names = { key: String(customer.id), actor: this.#actor }
    const done = open
      ? setHold(engine, policy, { ...names, reason: 'under review' })
      : releaseHold(engine, policy, { ...names, reason: null })
    const outcome = await done.then(
      () => 'acknowledged' as const,
      (error: unknown) => {
        if (hasCode(error, 'connection_lost')) return 'unknown' as const
        if (hasCode(error, 'already_gone', 'database_unreachable', 'statement_failed', 'plan_refused')) return 'failed'
        throw error
      },
    )
    if (outcome !== 'failed') model.settleHold(customer.id, open, outcome, Date.now())
  }
}

const deletionOf = (place: Place): Write => ({ place, how: 'delete', to: null })

/** Children before what they refer to. */
const DELETED_IN_ORDER: readonly string[] = [
  'nic_cc_installment',
  'nic_cc_aod',
  'nic_cc_call_log',
  'nic_cc_payment_plan',
  CUSTOMER,
]
