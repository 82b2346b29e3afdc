/**
 * Makes the space of moved rows usable again and tells the planner how small the table has become. On one core, as
 * autovacuum does it: people are at work.
 */
import type { TableName } from '../core/names.ts'
import { type Sql, sql, table } from './tag.ts'

export const vacuumSql = (name: TableName): Sql => sql`vacuum (analyze, parallel 0) ${table(name)}`
