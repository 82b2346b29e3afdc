/** The specification's phases, each with when it was first seen done. */
import { useRuns, useStage } from '../api/reads.ts'
import { Card } from '../parts/card.tsx'
import { Marked, Tag } from '../parts/note.tsx'
import { usePlace } from '../shell/place.tsx'
import { rolloutOf } from './verdict.ts'

export function Rollout() {
  const { policy, times } = usePlace()
  const runs = useRuns(policy)
  const stage = useStage(policy)
  if (runs.data === undefined) return null
  const steps = rolloutOf(
    runs.data.pages.flatMap((page) => page.runs),
    stage.data?.value.stage ?? null,
  )
  const more = runs.hasNextPage ? ' Older runs are not looked at.' : ''
  return (
    <Card title="Rollout">
      <ul className="checks">
        {steps.map(({ name, at, note }) => (
          <Marked
            key={name}
            tag={
              <Tag tone={at === null ? 'plain' : 'good'} mark={at === null ? '○' : '✓'}>
                {at === null ? 'not seen' : times.day(at)}
              </Tag>
            }
          >
            {name} <span className="faint">{note}</span>
          </Marked>
        ))}
      </ul>
      <p className="faint small">When the journal first saw each done.{more}</p>
    </Card>
  )
}
