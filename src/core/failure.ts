/** A subject that could not move, and why. An open failure is a quarantine: runs pass it by until it is retried. */
export type Failure = Readonly<{
  id: number
  key: string
  run: number
  /** Stable, for programs: `already_archived`, `two_owners`, `statement_failed`, ... */
  code: string
  sqlstate: string | null
  /** Constraint or table that stood in the way. */
  object: string | null
  /** Instants are exact texts in UTC. */
  failedAt: string
  resolvedAt: string | null
  /** `retry`: the next run takes it again. */
  resolution: string | null
}>

export type RetryResult = Readonly<{
  /** Failures that were open and are not any more. */
  retried: number
  /** Keys that were asked for and have no open failure. */
  unknown: readonly string[]
}>
