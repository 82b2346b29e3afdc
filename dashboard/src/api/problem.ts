/** What went wrong with a request, as the server said it, or what kept the server from being asked. */

export class ApiProblem extends Error {
  readonly status: number
  /** Stable, as in the error reference; `unreachable` where no answer came. */
  readonly code: string
  readonly hint: string

  constructor(problem: Readonly<{ status: number; code: string; detail: string; hint: string }>) {
    super(problem.detail)
    this.name = 'ApiProblem'
    this.status = problem.status
    this.code = problem.code
    this.hint = problem.hint
  }
}

export const UNREACHABLE = {
  status: 0,
  code: 'unreachable',
  detail: 'the service does not answer',
  hint: 'Check that `mothball serve` runs and that you are online; this page tries again by itself.',
} as const

const text = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise)

/** Of an answer that is no success. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const read: unknown = await response.json().catch(() => null)
  const body: Readonly<Record<string, unknown>> = read !== null && typeof read === 'object' ? { ...read } : {}
  return new ApiProblem({
    status: response.status,
    code: text(body['code'], 'unexpected'),
    detail: text(body['detail'], `the service answered ${response.status}`),
    hint: text(body['hint'], 'Try again, and look into the log of the service if it stays so.'),
  })
}

const DOWN: readonly string[] = ['unreachable', 'database_unreachable', 'connection_lost', 'stopping']

/** The database or the service is away: nothing is wrong with what was asked, and it may be asked again. */
export const isDown = (error: unknown): boolean =>
  error instanceof ApiProblem && (error.status === 503 || DOWN.includes(error.code))
export const isSignedOut = (error: unknown): boolean => error instanceof ApiProblem && error.status === 401
export const isForbidden = (error: unknown): boolean => error instanceof ApiProblem && error.status === 403
