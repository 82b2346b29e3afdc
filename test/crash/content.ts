/**
 * What a row holds, as a function of its table, its key and its version alone: a byte that changed, a column of
 * another version, a rounded number or a cut instant shows. The version also says whether the row keeps its customer.
 */
import { createHash } from 'node:crypto'

export const CUSTOMER = 'nic_cc_customer'
/** Related tables, parents first: the order in which an agent inserts. */
export const RELATED = ['nic_cc_aod', 'nic_cc_payment_plan', 'nic_cc_installment', 'nic_cc_call_log'] as const
export const TABLES = [CUSTOMER, ...RELATED] as const
export type TableName = (typeof TABLES)[number]

/** What names a row and never changes. */
export type Place = Readonly<{ table: TableName; id: number; customer: number; plan: number | null }>

/** Column name to the server's own text; null is SQL's NULL. */
export type Content = Readonly<Record<string, string | null>>

const DAY_MS = 86_400_000
/** One version in so many keeps its customer active: an active AOD, an unpaid instalment, a recent call, his own age. */
const KEEPING = 5
/** One version in so many holds a value that is stored out of line. */
const LARGE = 11
const LARGE_HASHES = 60

export const isKeeping = ({ table }: Pick<Place, 'table'>, version: number): boolean =>
  table !== 'nic_cc_payment_plan' && version % KEEPING === 0

/** The next version after `version` that keeps the customer, or that does not. */
export function nextVersion(version: number, keeping: boolean): number {
  const next = version + 1
  return (next % KEEPING === 0) === keeping ? next : nextVersion(next, keeping)
}

export const keyOf = ({ table, id }: Pick<Place, 'table' | 'id'>): string => `${table} ${id}`

/** All columns of the row. `base`: the moment, in milliseconds, from which the ages of the whole database count. */
export function contentOf(place: Place, version: number, base: number): Content {
  const hash = hashOf(`${place.table}/${place.id}/${version}`)
  const keeping = isKeeping(place, version)
  const own = { id: String(place.id) }
  const owned = { ...own, customer_id: String(place.customer) }
  const amount = `${Number.parseInt(hash.slice(0, 8), 16)}.${String(version % 100).padStart(2, '0')}`
  switch (place.table) {
    case 'nic_cc_customer':
      return {
        ...own,
        name: hash,
        email: `${hash.slice(0, 24)}@example.com`,
        mobile: version % 3 === 0 ? null : hash.slice(24, 36),
        policy_number: version % LARGE === 0 ? large(hash) : hash.slice(36),
        created_at: instant(base, keeping ? 10 : 90, hash),
      }
    case 'nic_cc_aod':
      return { ...owned, status: keeping ? 'active' : 'closed', amount }
    case 'nic_cc_payment_plan':
      return { ...owned, total: amount }
    case 'nic_cc_installment':
      return {
        ...owned,
        payment_plan_id: place.plan === null ? null : String(place.plan),
        status: keeping ? 'open' : 'paid',
        amount,
      }
    case 'nic_cc_call_log':
      return { ...owned, remark: hash, created_at: instant(base, keeping ? 5 : 50, hash) }
  }
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

const large = (hash: string) => Array.from({ length: LARGE_HASHES }, (_each, at) => hashOf(`${hash}${at}`)).join('')

/** With microseconds, the last never 0: PostgreSQL prints no zeros at the end. */
function instant(base: number, daysAgo: number, hash: string): string {
  const day = new Date(base - daysAgo * DAY_MS).toISOString().slice(0, 10)
  const micros = String(Number.parseInt(hash.slice(0, 5), 16) % 100_000).padStart(5, '0')
  return `${day} 03:04:05.${micros}${1 + (Number.parseInt(hash.slice(5, 6), 16) % 9)}+00`
}
