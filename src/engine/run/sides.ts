/**
 * Both sides of a batch: what was locked, what the archive received, what the source gave. They must be the same rows
 * with the same values, or the batch is rolled back; what they held is its manifest.
 */
import { MothballError } from '../../core/errors/index.ts'
import type { FamilyTable } from '../../core/family.ts'
import { qualifiedText, tableText } from '../../core/names.ts'
import type { Policy } from '../../core/policy.ts'
import type { Session } from '../../db/database.ts'
import type { KeySet } from '../../sql/keys.sql.ts'
import type { SideRow } from '../../sql/move.sql.ts'
import type { Sql } from '../../sql/tag.ts'

/** The archive's account of a table, beside the rows that it must be about. */
export type Copied = Readonly<{ table: FamilyTable; keys: KeySet; expected: number; copied: SideRow }>

export const NO_ROWS: SideRow = { count: '0', digest: null }

/** With comparison the statement tells count and digest; without it the server's own count of touched rows is enough. */
export const accountOf = async (session: Session, policy: Policy, statement: Sql<SideRow>): Promise<SideRow> =>
  policy.compare ? session.one(statement) : { count: String(await session.execute(statement)), digest: null }

/** What was locked and judged, what was copied and what was deleted must be the same rows with the same values. */
export function requireSameSides({ table, expected, copied }: Copied, deleted: SideRow | undefined): void {
  const same = Number(copied.count) === expected && deleted?.count === copied.count && deleted.digest === copied.digest
  if (same) return
  const facts = {
    table: tableText(table.shape.name),
    locked: expected,
    copied: copied.count,
    deleted: deleted?.count ?? '0',
  }
  throw new MothballError('sides_differ', facts)
}

/** What the batch holds, by table: the basis of its seal. */
export const manifestOf = (moved: readonly Copied[]): string =>
  JSON.stringify(
    Object.fromEntries(
      moved.map(({ table, keys, copied }) => [
        qualifiedText(table.shape.name),
        {
          archive: qualifiedText(table.archive),
          rows: keys.count,
          digest: copied.digest,
          key: table.shape.key,
          columns: table.shape.columns.map(({ name, type }) => ({ name, type })),
          // What the digest was made of: with the columns, it can be made again.
          asText: table.shape.columns.flatMap(({ name, hashable }) => (hashable ? [] : [name])),
        },
      ]),
    ),
  )
