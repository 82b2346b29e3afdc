/**
 * Subjects by key, phone number, e-mail address or policy number, in the active and in the archive table. The forms
 * are those of the expression indexes that `migrate` offers; without them the answer is the same, only later.
 */
import type { ContactKind } from '../core/contact.ts'
import type { FamilyTable } from '../core/family.ts'
import type { TableName } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import { columnOf } from '../core/table.ts'
import { inKeys, type KeySet, keyText } from './keys.sql.ts'
import { SEARCH_FORMS } from './search.sql.ts'
import { column, join, raw, type Sql, sql, table } from './tag.ts'

/** Where to look, and what for: `key` is null where the text is no key of this table. */
export type Search = Readonly<{
  policy: Policy
  subject: FamilyTable
  /** Null before there is an archive table. */
  archive: TableName | null
  text: string
  kinds: readonly ContactKind[]
  key: KeySet | null
}>

export type MatchRow = Readonly<{ key: string; tier: 'active' | 'archive'; matched: 'key' | ContactKind }>

const ROW = raw('s')

/** The first `limit` matches, by key. A subject stands in it once for each way in which the text matches. */
export function findSql(search: Search, limit: number): Sql<MatchRow> | null {
  const tiers: readonly [tier: string, name: TableName | null][] = [
    ['active', search.subject.shape.name],
    ['archive', search.archive],
  ]
  const matches = tiers.flatMap(([tier, name]) => (name === null ? [] : matchesIn(search, tier, name, limit)))
  if (matches.length === 0) return null
  return sql`select * from (${join(matches, ' union ')}) m order by length(m.key), m.key collate "C", m.tier limit ${limit}::bigint`
}

/** One statement for each column, because an index serves one condition; the server compares the forms it makes. */
function matchesIn(search: Search, tier: string, name: TableName, limit: number): readonly Sql[] {
  const { shape } = search.subject
  const rows = (matched: string, condition: Sql) =>
    sql`(select ${keyText(ROW, shape.key)} as key, ${tier}::text as tier, ${matched}::text as matched
      from only ${table(name)} s where ${condition} limit ${limit}::bigint)`
  const byKey = search.key === null ? [] : [rows('key', inKeys(ROW, shape.key, search.key, shape))]
  const byContact = search.kinds.flatMap((kind) =>
    search.policy.search[kind]
      .filter((each) => columnOf(shape, each) !== undefined)
      .map((each) =>
        rows(kind, sql`${SEARCH_FORMS[kind](column(ROW, each))} = ${SEARCH_FORMS[kind](sql`${search.text}::text`)}`),
      ),
  )
  return [...byKey, ...byContact]
}
