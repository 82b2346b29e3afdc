/** A few of those whom a plan counts. */
import type { MaskedContact } from './found.ts'

/** A sample, not an export: whoever wants all of them asks the database. */
export const MOST_SAMPLED = 20

export type Sample = Readonly<{
  policy: string
  /** The keep rule that keeps them; null: they would move. */
  rule: string | null
  /** As of when; instants are exact texts in UTC. */
  moment: string
  /** In the order of their keys. */
  customers: readonly Readonly<{ key: string; age: string; contacts: readonly MaskedContact[] }>[]
}>
