/** What could not move, grouped by cause, each with what it means and a second chance. */
import { Button } from '@mantine/core'
import { Link } from 'wouter'
import { useRetryFailures } from '../api/changes.ts'
import type { Failure } from '../api/contract.ts'
import { useMay } from '../api/session.ts'
import { Card } from '../parts/card.tsx'
import { ProblemView } from '../parts/states.tsx'
import { usePath, usePlace } from '../shell/place.tsx'
import { plural } from '../words.ts'

const SHOWN_KEYS = 20

const causeOf = ({ code, sqlstate, object }: Failure): string =>
  [code, sqlstate, object].filter((part) => part !== null).join(' · ')

export function RunFailures({ failures }: Readonly<{ failures: readonly Failure[] }>) {
  if (failures.length === 0) return null
  const groups = Map.groupBy(failures, causeOf)
  return (
    <Card title="Could not move">
      <div className="stack">
        {[...groups].map(([cause, members]) => (
          <Group key={cause} cause={cause} members={members} />
        ))}
      </div>
    </Card>
  )
}

function Group({ cause, members }: Readonly<{ cause: string; members: readonly Failure[] }>) {
  const { policy } = usePlace()
  const path = usePath()
  const retry = useRetryFailures()
  const mayRetry = useMay('retry')
  const open = members.filter(({ resolvedAt }) => resolvedAt === null)
  return (
    <div>
      <div className="head">
        <strong>
          {plural(members.length, 'customer')}: <span className="mono">{cause}</span>
        </strong>
        {mayRetry && open.length > 0 && (
          <Button
            variant="default"
            loading={retry.isPending}
            onClick={() => retry.mutate({ policy, keys: open.map(({ key }) => key) })}
          >
            Let the next run try {plural(open.length, 'customer')} again
          </Button>
        )}
        {open.length === 0 && <span className="faint">all solved</span>}
      </div>
      {retry.error !== null && <ProblemView error={retry.error} />}
      <p className="faint small">
        {members.slice(0, SHOWN_KEYS).map(({ key }) => (
          <span key={key}>
            <Link href={path(`/customers/${encodeURIComponent(key)}`)}>{key}</Link>{' '}
          </span>
        ))}
        {members.length > SHOWN_KEYS && `and ${members.length - SHOWN_KEYS} more`}
      </p>
    </div>
  )
}
