/**
 * What is there: every row of the race's customers, on both sides. A ledger of what was acknowledged is held against
 * it: each acknowledged row exactly once, with its last content, and no other.
 */
import type { Query } from '../support/server.ts'

/** One row of a family as the oracle sees it; `side` is where it was found. */
export type Found = Readonly<{ side: 'active' | 'archive'; table: string; id: string; owner: string; content: string }>

/** What a statement said that it wrote; `content` null: the row is deleted. */
export type Written = Readonly<Record<string, string | null>>

const CONTENT: Readonly<Record<string, string>> = {
  customer: 'name',
  aod: 'status',
  payment_plan: 'total::text',
  installment: 'status',
  call_log: 'remark',
  follow_up: 'scheduled_at::text',
  contact_update_history: 'new_value',
}

const statement = Object.entries(CONTENT)
  .flatMap(([table, content]) =>
    ['', '_backup'].map((suffix) => {
      const owner = table === 'customer' ? 'id' : 'customer_id'
      const side = suffix === '' ? 'active' : 'archive'
      return `select '${side}' as side, '${table}' as "table", id::text, ${owner}::text as owner, coalesce(${content}, '') as content
        from nic_cc_${table}${suffix} where ${owner} = any($1::bigint[])`
    }),
  )
  .join(' union all ')

const isFound = (row: Readonly<Record<string, string | null>>): row is Found =>
  Object.values(row).every((v) => v !== null)

export const findRows = async (query: Query, owners: readonly string[]): Promise<readonly Found[]> =>
  (await query(`${statement} order by 2, 3`, [owners])).filter(isFound)

/** Acknowledged rows by table and key. */
export class Ledger {
  readonly #before: ReadonlyMap<string, string>
  readonly #rows: Map<string, string>

  constructor(found: readonly Found[]) {
    this.#before = new Map(found.map((row) => [`${row.table} ${row.id}`, `${row.owner}: ${row.content}`]))
    this.#rows = new Map(this.#before)
  }

  acknowledge(rows: readonly Written[]): void {
    for (const { table, id, owner, content } of rows) {
      if (content === null) this.#rows.delete(`${table} ${id}`)
      else this.#rows.set(`${table} ${id}`, `${owner}: ${content}`)
    }
  }

  /** All rows of an owner went with him. */
  forget(owner: string): void {
    for (const [key, row] of this.#rows) if (row.startsWith(`${owner}: `)) this.#rows.delete(key)
  }

  /**
   * Lost, invented, doubled or changed rows, in words. A row in `twice` is in the archive as it was when he left, beside
   * the one that somebody wrote since.
   */
  differences(found: readonly Found[], twice: ReadonlySet<string>): readonly string[] {
    const isLeft = (row: Found) => row.side === 'archive' && twice.has(`${row.table} ${row.id}`)
    const left = new Map([...this.#before].filter(([key]) => twice.has(key)))
    return [
      ...differing(
        found.filter((row) => !isLeft(row)),
        this.#rows,
      ),
      ...differing(found.filter(isLeft), left),
    ]
  }
}

function differing(found: readonly Found[], wanted: ReadonlyMap<string, string>): readonly string[] {
  const seen = new Map<string, string>()
  for (const { table, id, owner, content } of found) {
    const key = `${table} ${id}`
    const before = seen.get(key)
    seen.set(key, `${before === undefined ? '' : `${before} and `}${owner}: ${content}`)
  }
  return [...new Set([...wanted.keys(), ...seen.keys()])].flatMap((key) => {
    const [is, acknowledged] = [seen.get(key) ?? 'nothing', wanted.get(key) ?? 'nothing']
    return is === acknowledged ? [] : [`${key} is ${is}, acknowledged was ${acknowledged}`]
  })
}
