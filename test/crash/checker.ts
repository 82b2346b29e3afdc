/**
 * Holds what is there against what the writers know: every acknowledged row exactly once over active and archive, none
 * invented, every byte as written, families on one side, nobody archived whom something keeps. Pure: no database.
 */
import { type Content, CUSTOMER, contentOf, isKeeping, keyOf, type Place, type TableName } from './content.ts'
import type { Known, Model, State } from './model.ts'
import type { Promises } from './promises.ts'

export type Side = 'active' | 'archive'

export type FoundRow = Readonly<{
  table: TableName
  side: Side
  id: number
  content: Content
  /** Start of the transaction that archived the row, in milliseconds; null on the active side. */
  archivedAt: number | null
}>

export type Found = Readonly<{
  rows: readonly FoundRow[]
  /** Customers with an open hold in the journal. */
  held: ReadonlySet<number>
}>

export type Violation = Readonly<{
  kind: 'lost' | 'doubled' | 'changed' | 'torn' | 'invented' | 'split' | 'not kept' | 'hold lost' | 'hold run over'
  what: string
}>

export type Checked = Readonly<{ violations: readonly Violation[]; lateRows: number }>

/** Server and writers read the same clock; this much may be lost in rounding. */
const ROUNDING_MS = 2

type Question = Readonly<{ model: Model; found: Found; promises: Promises; base: number }>

export function check(question: Question): Checked {
  const byKey = Map.groupBy(question.found.rows, keyOf)
  const rows = [...question.model.rows.values()].flatMap((known) =>
    checkRow(known, byKey.get(keyOf(known.place)) ?? [], question),
  )
  const invented = [...byKey].flatMap(([key, found]) =>
    question.model.rows.has(key) ? [] : [violation('invented', `${key} (${sidesOf(found)})`)],
  )
  const families = checkFamilies(question, byKey)
  const held = checkHolds(question, byKey)
  return { violations: [...rows, ...invented, ...families.violations, ...held], lateRows: families.lateRows }
}

const violation = (kind: Violation['kind'], what: string): Violation => ({ kind, what })

const sidesOf = (rows: readonly FoundRow[]): string => rows.map(({ side }) => side).join(' and ')

function checkRow(
  { place, states }: Known,
  found: readonly FoundRow[],
  { base, promises }: Question,
): readonly Violation[] {
  const key = keyOf(place)
  const [row] = found
  if (row === undefined) return states.has(null) ? [] : [violation('lost', `${key}, version ${versionsOf(states)}`)]
  if (found.length > 1) return [violation('doubled', `${key} (${sidesOf(found)})`)]
  if ([...states].every((state) => state === null))
    return [violation('invented', `${key} (${row.side}) should be gone`)]
  const version = [...states].find((each) => each !== null && isContent(row.content, place, each, base))
  if (version === undefined) return [wrongContent(place, states, row, base)]
  const mayKeep = promises.rulesKeep || place.table === CUSTOMER
  if (row.side === 'archive' && mayKeep && isKeeping(place, version ?? 0))
    return [violation('not kept', `${key} is archived with version ${version}, which keeps its customer active`)]
  return []
}

const versionsOf = (states: ReadonlySet<State>): string => [...states].map((each) => each ?? 'gone').join(' or ')

const isContent = (content: Content, place: Place, version: number, base: number): boolean => {
  const expected = contentOf(place, version, base)
  return Object.entries(expected).every(([name, value]) => content[name] === value)
}

/** A whole other version was lost or brought back; a mixture was never written by anybody. */
function wrongContent(place: Place, states: ReadonlySet<State>, row: FoundRow, base: number): Violation {
  const latest = Math.max(...[...states].map((each) => each ?? 0))
  const whole = Array.from({ length: latest + 10 }, (_each, at) => at + 1).find((version) =>
    isContent(row.content, place, version, base),
  )
  const expected = `${keyOf(place)} (${row.side}) should be version ${versionsOf(states)}`
  return whole === undefined
    ? violation('torn', `${expected}, and is none that was ever written`)
    : violation('changed', `${expected}, and is version ${whole}`)
}

type ByKey = ReadonlyMap<string, readonly FoundRow[]>

/** A related row is where its customer is; a late one may have stayed active where that is all that is promised. */
function checkFamilies({ model, promises }: Question, byKey: ByKey): Checked {
  const violations: Violation[] = []
  let lateRows = 0
  for (const { place, since } of model.rows.values()) {
    const [row] = byKey.get(keyOf(place)) ?? []
    if (row === undefined || place.table === CUSTOMER) continue
    const [customer] = byKey.get(keyOf({ table: CUSTOMER, id: place.customer })) ?? []
    if (customer?.side === row.side) continue
    if (promises.lateRowsStay && isLate(row, customer, since)) {
      lateRows += 1
      continue
    }
    const where = customer === undefined ? 'nowhere' : `in ${customer.side}`
    violations.push(violation('split', `${keyOf(place)} is in ${row.side}, its customer ${place.customer} ${where}`))
  }
  return { violations, lateRows }
}

/** It was not yet known to be there when the batch that took its customer began. */
const isLate = (row: FoundRow, customer: FoundRow | undefined, since: number | null): boolean =>
  row.side === 'active' && since !== null && since + ROUNDING_MS >= (customer?.archivedAt ?? Number.POSITIVE_INFINITY)

function checkHolds({ model, found }: Question, byKey: ByKey): readonly Violation[] {
  return [...model.holds].flatMap(([customer, { open, since }]) => {
    const isOpen = found.held.has(customer)
    if (!open.has(isOpen)) return [violation('hold lost', `customer ${customer}: ${isOpen ? 'open' : 'not open'}`)]
    const [row] = byKey.get(keyOf({ table: CUSTOMER, id: customer })) ?? []
    const isRunOver =
      open.size === 1 && isOpen && row?.archivedAt !== undefined && (row.archivedAt ?? 0) > since + ROUNDING_MS
    return isRunOver ? [violation('hold run over', `customer ${customer} was archived though a hold was open`)] : []
  })
}
