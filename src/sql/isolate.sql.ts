/** Finding the rows that cannot move: at once where the archive has their keys already, by halves otherwise. */
import { type Family, type FamilyTable, movedTables, subjectOf } from '../core/family.ts'
import { candidateSql, type Judgement, notKeptSql, quarantinedSql, SUBJECT } from './eligibility.sql.ts'
import { belongsTo, hop, pathJoins, pathsToSubject } from './family-path.sql.ts'
import { arrayOf, columnsOf, gatherKeys, inKeys, type KeySet, type KeySetRow } from './keys.sql.ts'
import { cutKeys, gatherOrdered, type OrderedKeysRow } from './ordered-keys.sql.ts'
import { allOf, column, commaList, id, join, raw, type Sql, sql, table } from './tag.ts'

/** Those of `keys` of which a row, their own or a related one, has its key in the archive already. */
export function archivedTwiceSql(family: Family, keys: KeySet): Sql<KeySetRow> {
  const { shape } = subjectOf(family)
  const own = commaList(shape.key.map((name) => column(SUBJECT, name)))
  const onTables = movedTables(family).flatMap((each) =>
    pathsToSubject(family, each).map((path) => {
      const rows =
        path.length === 0
          ? sql`only ${table(shape.name)} ${SUBJECT}`
          : sql`${pathJoins(family, each, path)} join only ${table(shape.name)} ${SUBJECT} on ${belongsTo(path, SUBJECT)}`
      const twin = archiveTwin(each, path.length === 0 ? SUBJECT : hop(0))
      return sql`select ${own} from ${rows} where ${inKeys(SUBJECT, shape.key, keys, shape)} and ${twin}`
    }),
  )
  return sql`select ${gatherKeys(raw('twice'), shape.key)} from (${join(onTables, ' union ')}) twice`
}

const archiveTwin = ({ shape, archive }: FamilyTable, alias: Sql): Sql =>
  sql`exists (select from only ${table(archive)} a where ${allOf(shape.key.map((name) => sql`${column(raw('a'), name)} = ${column(alias, name)}`))})`

/** The keys in at most `pieces` sets of one size, in their order. Touches no table. */
export function splitKeysSql(family: Family, keys: KeySet, pieces: number): Sql<OrderedKeysRow> {
  const { shape } = subjectOf(family)
  const arrays = columnsOf(shape, shape.key).map((each, index) => sql`${arrayOf(keys, each)} as ${id(`k${index}`)}`)
  return cutKeys(shape.key, sql`select ${commaList(arrays)}`, Math.ceil(keys.count / pieces))
}

/** Of `keys` that did not move: those still eligible (held by someone else), and how many have become active. */
export function leftoverSql(judgement: Judgement, keys: KeySet): Sql<OrderedKeysRow & { kept: string }> {
  const { shape } = subjectOf(judgement.family)
  const own = commaList(shape.key.map((name) => column(SUBJECT, name)))
  return sql`with present as materialized (
      select ${own}, (${candidateSql(judgement)} and ${notKeptSql(judgement)}) is true as eligible
      from only ${table(shape.name)} ${SUBJECT}
      where ${inKeys(SUBJECT, shape.key, keys, shape)} and not ${quarantinedSql(judgement)}
    ) select (select count(*) from present where not eligible) as kept, ${gatherOrdered(raw('present'), shape.key)} from present where eligible`
}
