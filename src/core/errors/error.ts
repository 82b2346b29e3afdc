/**
 * One error class for the whole product. An error is a code, the facts and a hint; its sentence, exit code and
 * HTTP status stand in one table (`index.ts`). Callers look at the code, never at the text, and no fact ever
 * holds a customer's data: PostgreSQL's own messages do, so only SQLSTATE and object names come through.
 */
export type Facts = Readonly<Record<string, string | number>>

/** How one code speaks: `message` names the object, `hint` says what to do. */
export type ErrorEntry = Readonly<{
  message: (facts: Facts) => string
  hint: (facts: Facts) => string
  /** Exit code of the command line (the list is in `docs/reference/exit-codes.md`). */
  exit: ExitCode
  /** HTTP status of the problem+json answer. */
  http: number
}>

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  refused: 4,
  differs: 5,
  pending: 10,
  alreadyRunning: 11,
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Builds a table of errors and keeps the literal codes, so that a misspelt code does not compile. */
export const errorTable = <Code extends string>(table: Readonly<Record<Code, ErrorEntry>>) => table
