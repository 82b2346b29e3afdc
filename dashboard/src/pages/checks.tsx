/** Verification on request: it reads everything that was ever moved, and answers check by check. */
import { Button } from '@mantine/core'
import { useVerification } from '../api/reads.ts'
import { Card } from '../parts/card.tsx'
import { Marked, Tag } from '../parts/note.tsx'
import { Empty, ProblemView, Waiting } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'
import { withTimes } from '../words.ts'

export function Checks() {
  const { policy, times } = usePlace()
  const { data, error, isFetching, refetch, dataUpdatedAt } = useVerification(policy)
  const verify = (
    <Button variant="default" loading={isFetching} onClick={() => void refetch()}>
      Verify now
    </Button>
  )
  return (
    <Card title="Checks" action={verify}>
      {error !== null && <ProblemView error={error} />}
      {data === undefined && isFetching && <Waiting what="the archive, every row of it" />}
      {data === undefined && !isFetching && error === null && (
        <Empty>
          Not verified since this page was opened. It counts both sides, re-reads every seal and looks for orphans.
        </Empty>
      )}
      {data !== undefined && (
        <div className="stack">
          <p>
            <Tag tone={data.status === 'clean' ? 'good' : 'bad'}>
              {data.status === 'clean' ? 'Clean: nothing was lost' : 'Something differs'}
            </Tag>{' '}
            <span className="faint">{times.at(new Date(dataUpdatedAt).toISOString())}</span>
          </p>
          <ul className="checks">
            {data.checks.map(({ name, ok, detail }) => (
              <Marked key={name} tag={<Tag tone={ok ? 'good' : 'bad'}>{ok ? 'ok' : 'differs'}</Tag>}>
                <strong>{name.replaceAll('_', ' ')}</strong> <span className="faint">{withTimes(detail, times)}</span>
              </Marked>
            ))}
          </ul>
        </div>
      )}
    </Card>
  )
}
