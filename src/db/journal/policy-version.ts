/** Versions of policies as the journal remembers them. */
import { z } from 'zod'
import { policyDefinitionSql } from '../../sql/journal/notice.sql.ts'
import type { Session } from '../database.ts'

const definition = z.record(z.string(), z.unknown())

/** The policy as data, with every default; empty where the version is unknown. */
export async function readDefinition(session: Session, hash: string): Promise<Readonly<Record<string, unknown>>> {
  const row = await session.maybe(policyDefinitionSql(hash))
  return row === null ? {} : definition.parse(JSON.parse(row.definition))
}
