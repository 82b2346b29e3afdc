/**
 * Finding eligible subjects at a cost that grows with the table and not with its square: a window of the next old keys
 * is fixed first, and every rule reads only the rows that belong to that range. A LIMIT on eligible rows would walk
 * over all the kept ones again for each batch.
 */
import { subjectOf } from '../core/family.ts'
import {
  candidateSql,
  type Judgement,
  notKeptWithin,
  quarantinedSql,
  type Restriction,
  SUBJECT,
} from './eligibility.sql.ts'
import { columnsOf, keyParts, keyRange, keyText } from './keys.sql.ts'
import { cutKeys, keyArrays, type OrderedKeysRow } from './ordered-keys.sql.ts'
import { allOf, column, commaList, empty, raw, type Sql, sql, table } from './tag.ts'

/** Keys after `after` (null: from the start) and up to `upTo`. Both are journal keys. */
export type KeyWindow = Readonly<{ after: string | null; upTo: string }>

/** The largest candidate key: beyond it lies only the young tail, which no window needs to walk. No row: none is old. */
export const lastCandidateSql = (judgement: Judgement): Sql<{ key: string }> =>
  sql`select ${subjectKey(judgement)} as key from ${subjectRows(judgement)} where ${candidateSql(judgement)}
    order by ${keyOrder(judgement, 'desc')} limit 1`

/**
 * The key of the last of the next `rows` rows after `after`, old or not: the key's index alone answers. No row: fewer
 * than these are left up to `last`.
 */
export function windowEndSql(
  judgement: Judgement,
  { after, last, rows }: Readonly<{ after: string | null; last: string; rows: number }>,
): Sql<{ key: string }> {
  const { shape } = subjectOf(judgement.family)
  return sql`select ${subjectKey(judgement)} as key from ${subjectRows(judgement)}
    where ${allOf(keyRange(SUBJECT, shape, after, last))} order by ${keyOrder(judgement)} offset ${rows - 1}::bigint limit 1`
}

/** The eligible keys of a window, cut into batches of `batchSize` in the key's order, `limit` in all. */
export function eligibleInWindowSql(
  judgement: Judgement,
  { after, upTo }: KeyWindow,
  { batchSize, limit }: Readonly<{ batchSize: number; limit: number }>,
): Sql<OrderedKeysRow> {
  const { shape } = subjectOf(judgement.family)
  const names = commaList(shape.key.map((name) => column(SUBJECT, name)))
  const notKept = notKeptWithin(judgement, inRange(judgement, after, upTo))
  const found = sql`select ${keyArrays(raw('f'), shape.key)} from (
      select ${names} from ${subjectRows(judgement)}
      where ${allOf([
        candidateSql(judgement),
        ...keyRange(SUBJECT, shape, after, upTo),
        notKept.where,
        sql`not ${quarantinedSql(judgement)}`,
      ])}
      order by ${keyOrder(judgement)} limit ${limit}::bigint) f`
  return sql`${notKept.with === null ? empty : sql`with ${notKept.with} `}${cutKeys(shape.key, found, batchSize)}`
}

/** Rules read related rows only where the owner lies in the window; a key of several columns is left to the join. */
function inRange(judgement: Judgement, after: string | null, upTo: string): Restriction {
  const { shape } = subjectOf(judgement.family)
  const [first] = columnsOf(shape, shape.key)
  return (owner, subjectColumn) => {
    if (first === undefined || shape.key.length > 1 || subjectColumn !== first.name) return null
    const value = (key: string) => sql`${keyParts(key, shape.key)[0] ?? ''}::${raw(first.type)}`
    const upper = sql`${owner} <= ${value(upTo)}`
    return after === null ? upper : sql`${owner} > ${value(after)} and ${upper}`
  }
}

const subjectRows = ({ family }: Judgement): Sql => sql`only ${table(subjectOf(family).shape.name)} ${SUBJECT}`

const subjectKey = ({ family }: Judgement): Sql => keyText(SUBJECT, subjectOf(family).shape.key)

const keyOrder = ({ family }: Judgement, direction: 'asc' | 'desc' = 'asc'): Sql =>
  commaList(subjectOf(family).shape.key.map((name) => sql`${column(SUBJECT, name)} ${raw(direction)}`))
