/** What the schedule does, since when and why; changed by an admin, and refused where another was quicker. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useSetStage } from '../api/changes.ts'
import type { Stage } from '../api/contract.ts'
import { useStage } from '../api/reads.ts'
import { useMay } from '../api/session.ts'
import { Ask } from '../parts/ask.tsx'
import { Card } from '../parts/card.tsx'
import { Tag } from '../parts/note.tsx'
import { Shown } from '../parts/states.tsx'
import { usePlace } from '../shell/place.tsx'

const STAGES = {
  shadow: 'the schedule makes dry runs and moves nothing',
  live: 'the schedule moves customers',
  paused: 'nothing starts until somebody resumes it',
} as const

export function StageCard() {
  const { policy, times } = usePlace()
  const stage = useStage(policy)
  const [wanted, setWanted] = useState<Stage['stage'] | null>(null)
  const set = useSetStage(policy)
  const maySet = useMay('stage')
  return (
    <Card title="Stage">
      <Shown of={stage} what="the stage">
        {({ value, etag }) => (
          <div className="stack">
            <p>
              <Tag tone={value.stage === 'live' ? 'good' : 'warning'}>{value.stage}</Tag> {STAGES[value.stage]}
              <span className="faint">
                {value.since !== null && `, since ${times.at(value.since)} by ${value.actor}: ${value.reason}`}
              </span>
            </p>
            {maySet && (
              <div className="actions">
                {(['shadow', 'live', 'paused'] as const)
                  .filter((each) => each !== value.stage)
                  .map((each) => (
                    <Button key={each} variant="default" onClick={() => setWanted(each)}>
                      Set {each} …
                    </Button>
                  ))}
              </div>
            )}
            {wanted !== null && (
              <Ask
                title={`Set the stage to ${wanted}`}
                verb={`Set ${wanted}`}
                reason
                busy={set.isPending}
                error={set.error}
                onClose={() => setWanted(null)}
                onConfirm={(reason) =>
                  set.mutate({ stage: wanted, reason, etag }, { onSuccess: () => setWanted(null) })
                }
              >
                <p>From the next planned time on, {STAGES[wanted]}. It stands in the audit log.</p>
              </Ask>
            )}
          </div>
        )}
      </Shown>
    </Card>
  )
}
