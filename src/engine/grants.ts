/**
 * What each role needs for the policies as they are, in the database as it is. Reads the catalog, and changes nothing:
 * roles belong to whoever runs the server.
 */
import { MothballError } from '../core/errors/index.ts'
import { resolveFamily } from '../core/family.ts'
import { DEFAULT_ROLE_PREFIX, type GrantPlan, MAX_ROLE_PREFIX, planGrants } from '../core/grants/roles.ts'
import { nameProblem } from '../core/names.ts'
import type { Policy } from '../core/policy.ts'
import { readCatalog } from '../db/catalog.ts'
import { requireJournal } from '../db/journal-schema.ts'
import { requireUnrefused } from './inspect.ts'
import type { Engine } from './ports.ts'

/**
 * Throws `option_invalid` for a prefix that cannot begin a role's name, `journal_missing` or its like before `migrate`,
 * `plan_refused` where a policy's tables are not there.
 */
export async function grants(
  { database }: Pick<Engine, 'database'>,
  policies: readonly Policy[],
  prefix: string = DEFAULT_ROLE_PREFIX,
): Promise<GrantPlan> {
  requirePrefix(prefix)
  return database.transaction({ mode: 'snapshot', pinnedSearchPath: true }, async (session) => {
    await requireJournal(session)
    const catalog = await readCatalog(session, policies)
    const scopes = policies.map((policy) => {
      const { family, refusals } = resolveFamily(policy, catalog)
      // A relation that is not there leaves the rest to be granted.
      if (family === null) requireUnrefused(policy, refusals)
      if (family === null) throw new RangeError('a family without refusals is there')
      return { policy, family, catalog }
    })
    return planGrants(scopes, prefix)
  })
}

/** `pg_` begins the names that PostgreSQL keeps for itself. */
function requirePrefix(prefix: string): void {
  const problem =
    nameProblem(prefix) ??
    (prefix.startsWith('pg_') ? 'begins with pg_, which PostgreSQL keeps for its own roles' : null) ??
    (Buffer.byteLength(prefix) > MAX_ROLE_PREFIX ? `is longer than ${MAX_ROLE_PREFIX} bytes` : null)
  if (problem !== null) throw new MothballError('option_invalid', { option: '--role-prefix', problem })
}
