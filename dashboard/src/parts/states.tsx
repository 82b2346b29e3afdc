/** The states that every page has beside its content: waiting, empty, not allowed, database down, anything else. */
import { Button, Loader } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { ApiProblem, isDown, isForbidden } from '../api/problem.ts'
import { API_BASE } from '../api/request.ts'
import { Note } from './note.tsx'

export const Waiting = ({ what }: Readonly<{ what: string }>) => (
  <div className="head faint" role="status">
    <Loader size="xs" /> Reading {what} …
  </div>
)

export const Empty = ({ children }: Readonly<{ children: ReactNode }>) => <p className="faint">{children}</p>

export const Nowhere = () => (
  <>
    <h1>There is no such page</h1>
    <p>
      The address leads nowhere. <Link href="/">Go to the overview</Link>.
    </p>
  </>
)

type ProblemProps = Readonly<{ error: Error; onRetry?: () => void }>

export function ProblemView({ error, onRetry }: ProblemProps) {
  const { title, tone } = headOf(error)
  const known = error instanceof ApiProblem ? error : null
  return (
    <Note tone={tone} title={title} role="alert">
      {known?.message ?? 'something unexpected happened in the dashboard'}
      {known !== null && <>. {known.hint} </>}
      {known !== null && known.status > 0 && (
        <a href={`${API_BASE}/errors/${known.code}`} target="_blank" rel="noreferrer">
          What {known.code} means
        </a>
      )}
      {onRetry !== undefined && !isForbidden(error) && !isMissing(error) && (
        <div className="actions">
          <Button variant="default" onClick={onRetry}>
            Try again
          </Button>
        </div>
      )}
    </Note>
  )
}

const isMissing = (error: Error): boolean => error instanceof ApiProblem && error.status === 404

function headOf(error: Error): Readonly<{ title: string; tone: 'bad' | 'warning' }> {
  if (error instanceof ApiProblem && error.code === 'unreachable')
    return { title: 'The service cannot be reached', tone: 'bad' }
  if (isDown(error)) return { title: 'The database cannot be reached', tone: 'bad' }
  if (isMissing(error)) return { title: 'Nothing is there', tone: 'warning' }
  if (isForbidden(error)) return { title: 'Your role may not do this', tone: 'warning' }
  if (error instanceof ApiProblem && error.status >= 500) return { title: 'The service cannot do this', tone: 'bad' }
  return { title: 'This was refused', tone: 'warning' }
}

type Loaded<T> = Readonly<{ data: T | undefined; error: Error | null; refetch: () => unknown }>

/** Content where it is there; beside old content, what keeps it from being new. */
export function Shown<T>({
  of: { data, error, refetch },
  what,
  children,
}: Readonly<{ of: Loaded<T>; what: string; children: (data: T) => ReactNode }>) {
  const problem = error === null ? null : <ProblemView error={error} onRetry={() => void refetch()} />
  if (data === undefined) return problem ?? <Waiting what={what} />
  return (
    <>
      {problem}
      {children(data)}
    </>
  )
}
