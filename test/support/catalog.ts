/** A database with given tables, and its catalog as the product reads it. */
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Policy } from '../../src/core/policy.ts'
import type { Catalog, TableShape } from '../../src/core/table.ts'
import { readCatalog } from '../../src/db/catalog.ts'
import type { Database } from '../../src/db/database.ts'
import { openDatabase } from '../../src/db/open-database.ts'
import { testDatabase } from './database.ts'

/** Virtual columns and keys that are not enforced came with it. */
export const VERSION_18 = 180_000

export async function withTables(t: TestContext, ddl: string) {
  const db = await testDatabase(t)
  const database = openDatabase({ url: db.url })
  t.after(() => database.close())
  await db.query(ddl)
  const [version] = await db.query("select current_setting('server_version_num') as n")
  return { ...db, database, version: Number(version?.['n']) }
}

export const catalogFor = (database: Database, ...policies: Policy[]): Promise<Catalog> =>
  database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, (session) => readCatalog(session, policies))

export function tableOf(catalog: Catalog, name: string): TableShape {
  const shape = catalog.tables.get(name)
  assert.ok(shape, `${name} is told`)
  return shape
}
