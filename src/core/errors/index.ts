/** The error table of the whole product, and the one class that carries a line of it. */
import { auditErrors } from './audit.ts'
import { coldErrors } from './cold.ts'
import { configurationErrors } from './configuration.ts'
import { databaseErrors } from './database.ts'
import { eraseErrors } from './erase.ts'
import type { ErrorEntry, ExitCode, Facts } from './error.ts'
import { httpErrors } from './http.ts'
import { runErrors } from './run.ts'

export { EXIT, type ExitCode, type Facts } from './error.ts'

export const ERRORS = {
  ...configurationErrors,
  ...databaseErrors,
  ...runErrors,
  ...eraseErrors,
  ...httpErrors,
  ...coldErrors,
  ...auditErrors,
}

export type ErrorCode = keyof typeof ERRORS

export class MothballError extends Error {
  readonly code: ErrorCode
  readonly facts: Facts

  constructor(code: ErrorCode, facts: Facts = {}, options?: ErrorOptions) {
    super(ERRORS[code].message(facts), options)
    this.name = 'MothballError'
    this.code = code
    this.facts = facts
  }

  get hint(): string {
    return this.#entry.hint(this.facts)
  }

  get exit(): ExitCode {
    return this.#entry.exit
  }

  /** Status of the problem+json answer. */
  get http(): number {
    return this.#entry.http
  }

  get #entry(): ErrorEntry {
    return ERRORS[this.code]
  }
}

/** True when `error` is ours and carries one of `codes`. */
export const hasCode = (error: unknown, ...codes: readonly ErrorCode[]): error is MothballError =>
  error instanceof MothballError && codes.includes(error.code)
